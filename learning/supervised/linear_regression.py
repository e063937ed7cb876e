"""Linear regression by gradient descent: a number is predicted as a weighted sum of features.

Each step computes predictions and their errors. It changes each weight against the error, in
proportion to its feature:

    prediction = inputs weights + bias
    J = (1/rows) sum of 1/2 (prediction - target)^2 + weight_decay / 2 * sum of squared weights
    weights <- weights - learning_rate * inputs^T (prediction - target) / rows

`LeastSquares` computes the minimum exactly; gradient descent only comes close to it. But a step
costs only as much as its batch, and the method works for any function. In Q-learning the target is
estimated; here it is given.

Source: Widrow & Hoff (1960) for single rows; Bishop (2006), section 3.1.3.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_learner import DataLearner, DescentConfig
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.data_sets.mini_batches import Standardiser
from spielfeld.learning.function import Function, Linear, Parameters
from spielfeld.learning.loss import Loss, LossName, Threshold, regression_loss
from spielfeld.settings import Amount, settings


@settings
class RegressionConfig(DescentConfig):
    """Settings of regression by gradient descent."""

    weight_decay: Amount = 0.0
    """Weight of the penalty: J + weight_decay / 2 * sum of squared weights; 0 or more. Biases have
    no penalty."""
    loss: LossName = "squared"
    """Loss for numbers: squared, or huber, which limits the effect of rows with large errors."""
    threshold: Threshold = 1.0
    """Error at which the Huber loss becomes a straight line, in units of the target; above 0.
    Networks standardise the target."""


class LinearRegression(DataLearner):
    """Linear regression: gradient descent on the squared error.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = LinearRegression(seed=1)
    >>> history = learner.learn(find_data_set("noisy-curve").split(test=0.2), samples=1_000)
    >>> learner.predict([[0.0], [1.0]]).shape
    (2,)
    """

    tasks = ("regression",)
    config_class = RegressionConfig

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a linear function with one output, and the loss in the settings."""
        return Linear(data.features, 1), regression_loss(self.config.loss, self.config.threshold)

    @property
    def coefficients(self) -> Array:
        """Units of the target per unit of each feature. Shape [features]."""
        return in_own_units(self.function.parameters, self.measures["inputs"])[0][:, 0]

    @property
    def intercept(self) -> float:
        """The prediction if every feature is 0, in units of the target."""
        return float(in_own_units(self.function.parameters, self.measures["inputs"])[1][0])


def in_own_units(parameters: Parameters, measure: Standardiser) -> tuple[Array, Array]:
    """Undo standardisation: return weights and bias for features in their own units.

    ((input - mean) / scale) weights + bias = input coefficients + intercept, where
    coefficients = weights / scale,  intercept = bias - mean coefficients

    Returns:
        Coefficients [features, outputs] and intercepts [outputs].
    """
    coefficients = parameters["weights"] / measure.scale[:, None]
    return coefficients, parameters["bias"] - measure.mean @ coefficients
