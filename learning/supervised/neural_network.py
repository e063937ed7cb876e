"""Neural networks for numbers and for classes: the features themselves are learned.

    prediction = network(inputs)
    J = (1/rows) sum of loss + weight_decay / 2 * sum of squared weights

where the loss is 1/2 (prediction - target)^2 or Huber's for numbers, and cross-entropy for classes.
Numbers are standardised like the inputs, so that one learning rate suits whatever unit they come
in; their losses are therefore in squared standard deviations of the training targets.

Differs from linear and logistic regression by the function alone: hidden layers in the place of the
given features. The price is that J has many minima, and which one is found depends on the seed.

Source: Rumelhart, Hinton & Williams (1986); Bishop (2006), sections 5.1 to 5.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.cross_entropy import CrossEntropy
from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.data_sets.standardiser import Standardiser
from spielfeld.learning.function import Function
from spielfeld.learning.logits import softmax
from spielfeld.learning.loss import Loss
from spielfeld.learning.network import Network, require_layers
from spielfeld.learning.supervised.regression import RegressionConfig


@dataclass(frozen=True)
class NeuralNetworkConfig(RegressionConfig):
    """Settings of neural networks."""

    learning_rate: float = 0.01
    """Step size, above 0."""
    optimizer: str = "adam"
    """sgd, momentum or adam."""
    hidden: tuple[int, ...] = (32, 32)
    """Units of each hidden layer."""
    activation: str = "relu"
    """relu, tanh or sigmoid."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_layers(self.hidden, self.activation)


class NeuralNetwork(DataLearner):
    """A network with a logit for each class, or with one output for numbers.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = NeuralNetwork(seed=1)
    >>> history = learner.learn(find_data_set("two-moons").split(test=0.1), samples=5_000)
    >>> learner.predict([[0.0, 1.0]]).shape
    (1, 2)
    """

    tasks = ("classification", "regression")
    config_class = NeuralNetworkConfig

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a network, and cross-entropy for classes or squared error for numbers."""
        sizes = (data.features, *self.config.hidden, len(data.class_names) or 1)
        loss = CrossEntropy() if data.class_names else self.config.regression_loss()
        return self.network(sizes, generator), loss

    def network(self, sizes: tuple[int, ...], generator: np.random.Generator) -> Function:
        """Return a network of these sizes: features, hidden units of each layer, outputs."""
        return Network(sizes, generator, self.config.activation)

    def measured(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the scales of the inputs, and of the targets if they are numbers."""
        measures = super().measured(data)
        if data.kind == "regression":
            targets = np.asarray(data.targets)[:, None]
            measures["targets"] = Standardiser.learned_from(targets)
        return measures

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows with inputs standardised, and targets that are numbers as well."""
        data = super().prepared(data)
        if data.kind == "classification":
            return data
        targets = self.measures["targets"](np.asarray(data.targets)[:, None])[:, 0]
        return replace(data, targets=targets)

    def answer(self, outputs: Array) -> Array:
        """Return class probabilities [rows, classes], or numbers [rows] in units of the target."""
        if "targets" in self.measures:
            return self.measures["targets"].inverse(outputs)[:, 0]
        return softmax(outputs)
