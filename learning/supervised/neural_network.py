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
    """Step size, above 0."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    weight_decay: Amount = 0.0
    """J + weight_decay / 2 * sum of squared weights is minimised; biases are free. 0 or more."""
    loss: LossName = "squared"
    """For numbers: squared, or huber, by which rows that are far off pull no harder than others."""
    threshold: Threshold = 1.0
    """Of huber: the error from which on the loss is a straight line, in units of the target, which
    networks standardise; above 0."""
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
    """Return features, units of each hidden layer, and outputs: one a class, or one number."""
    return (data.features, *config.hidden, len(data.class_names) or 1)


def loss_for(data: DataSet, config: NeuralNetworkConfig) -> Loss:
    """Return cross-entropy for classes, or the loss for numbers that the settings name."""
    if data.class_names:
        return CrossEntropy()
    return regression_loss(config.loss, config.threshold)
