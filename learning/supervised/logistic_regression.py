"""Logistic regression: a linear function that predicts the probability of each class.

A linear function gives each class a logit. Softmax turns logits into probabilities. The loss is
cross-entropy, the mean of -log p of the correct class:

    probabilities = softmax(inputs weights + bias)
    minimise  sum over rows of -log p of the correct class + sum of squared weights / (2 C)
    weights <- weights - learning_rate * (inputs^T (probabilities - targets) / rows
                                          + weights / (C * rows))

This is the convention of scikit-learn. Losses are summed, so the penalty matters less with more
rows, and biases have no penalty. With two classes there is a single logit, that of the second
class, and softmax becomes the sigmoid. For the same predictions, two columns of weights would have
only half the penalty.

Only the loss differs from linear regression. The gradient is again the features times an error, but
the error of probabilities.

Source: Cox (1958); Bishop (2006), sections 4.3.2 to 4.3.4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.cross_entropy import BinaryCrossEntropy, CrossEntropy
from spielfeld.learning.data_learner import DataLearner, DescentConfig
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.function import Function, Linear
from spielfeld.learning.logits import sigmoid, softmax
from spielfeld.learning.loss import Loss
from spielfeld.learning.supervised.linear_regression import in_own_units
from spielfeld.settings import Range, settings


@settings
class LogisticRegressionConfig(DescentConfig):
    """Settings of logistic regression."""

    inverse_penalty: Annotated[float, Range(0, open_low=True, infinite=True)] = 1.0
    """Inverse penalty C of the loss: larger values allow larger weights; inf for no penalty."""


class LogisticRegression(DataLearner):
    """Logistic regression for two classes, softmax regression for more.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = LogisticRegression(seed=1)
    >>> history = learner.learn(find_data_set("two-moons").split(test=0.1), samples=5_000)
    >>> learner.predict([[0.0, 1.0]]).shape
    (1, 2)
    """

    tasks = ("classification",)
    config_class = LogisticRegressionConfig

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a linear function with a logit for each class, or one logit for two classes."""
        classes = len(data.class_names)
        if classes == 2:
            return Linear(data.features, 1), BinaryCrossEntropy()
        return Linear(data.features, classes), CrossEntropy()

    def scaled(self, data: DataSet) -> DataSet:
        """Return standardised rows; with two classes, the class becomes the number 0 or 1."""
        data = super().scaled(data)
        two = len(data.class_names) == 2
        return replace(data, kind="regression", class_names=()) if two else data

    def weight_decay(self, rows: int) -> float:
        """Return 1 / (C rows), because the loss is a mean here and not a sum."""
        return float(1 / (self.config.inverse_penalty * rows))

    def to_predictions(self, outputs: Array) -> Array:
        """Return class probabilities [rows, classes]."""
        if outputs.shape[1] > 1:
            return softmax(outputs)
        return np.hstack([sigmoid(-outputs), sigmoid(outputs)])

    @property
    def coefficients(self) -> Array:
        """Logits per unit of each feature. Shape [features, logits]."""
        return in_own_units(self.function.parameters, self.measures["inputs"])[0]

    @property
    def intercepts(self) -> Array:
        """The logits if every feature is 0. Shape [logits]."""
        return in_own_units(self.function.parameters, self.measures["inputs"])[1]
