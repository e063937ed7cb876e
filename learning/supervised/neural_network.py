"""Neural networks for regression and classification: hidden layers learn their own features.

    prediction = network(inputs)
    J = (1/rows) sum of loss + weight_decay / 2 * sum of squared weights

The loss of regression is 1/2 (prediction - target)^2 or the Huber loss, and that of classification
is cross-entropy. Numeric targets are standardised like the inputs. So one learning rate suits all
units. The losses are in squared standard deviations of the training targets.

Only the function differs from linear and logistic regression: hidden layers compute features. Now J
has many minima, and the seed decides which of them the learner finds.

Source: Rumelhart, Hinton & Williams (1986); Bishop (2006), sections 5.1 to 5.3.
"""

from __future__ import annotations

import numpy as np

from spielfeld.learning.cross_entropy import CrossEntropy
from spielfeld.learning.data_learner import DataLearner, DescentConfig, OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss, LossName, Threshold, regression_loss
from spielfeld.learning.network import ActivationName, Network
from spielfeld.settings import Amount, Count, Positive, settings


@settings
class NeuralNetworkConfig(DescentConfig):
    """Settings of neural networks."""

    learning_rate: Positive = 0.01
    """Learning rate, above 0."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    weight_decay: Amount = 0.0
    """Weight of the penalty: J + weight_decay / 2 * sum of squared weights; 0 or more. Biases have
    no penalty."""
    loss: LossName = "squared"
    """Loss for numbers: squared, or huber, which limits the effect of rows with large errors."""
    threshold: Threshold = 1.0
    """Error at which the Huber loss becomes a straight line, in units of the target; above 0.
    Networks standardise the target."""
    hidden: tuple[Count, ...] = (32, 32)
    """Units of each hidden layer."""
    activation: ActivationName = "relu"
    """relu, tanh or sigmoid."""


class NeuralNetwork(DataLearner):
    """Multilayer perceptron: a logit for each class, or one output for regression.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = NeuralNetwork(seed=1)
    >>> history = learner.learn(find_data_set("two-moons").split(test=0.1), samples=5_000)
    >>> learner.predict([[0.0, 1.0]]).shape
    (1, 2)
    """

    tasks = ("classification", "regression")
    config_class = NeuralNetworkConfig
    scales_targets = True

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a network, and cross-entropy for classes or squared error for numbers."""
        sizes = layer_sizes(data, self.config)
        return Network(sizes, generator, self.config.activation), loss_for(data, self.config)


def layer_sizes(data: DataSet, config: NeuralNetworkConfig) -> tuple[int, ...]:
    """Return the numbers of features, of units in each hidden layer, and of outputs."""
    return (data.features, *config.hidden, len(data.class_names) or 1)


def loss_for(data: DataSet, config: NeuralNetworkConfig) -> Loss:
    """Return cross-entropy for classes, or the loss in the settings for numbers."""
    if data.class_names:
        return CrossEntropy()
    return regression_loss(config.loss, config.threshold)
