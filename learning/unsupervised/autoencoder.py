"""Autoencoder: one network compresses a row to a short code, another one reconstructs the row.

    code = encoder(x),    phi(x) = decoder(code)
    J = (1/rows) sum of 1/2 |phi(x) - x|^2

The target is the row itself. The code is too short to copy it, so it becomes a summary. For rows
near a curve, one number is enough: the position along the curve.

`LinearAutoencoder` can only use a straight line or plane; the networks here also allow curves. But
J has many minima, and the seed decides which of them the learner finds.

Source: Hinton & Salakhutdinov (2006); Goodfellow, Bengio & Courville (2016), section 14.1.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.autoencoder import EncodeDecode
from spielfeld.learning.data_learner import DataLearner, DescentConfig, OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.learning.network import ActivationName, Network
from spielfeld.settings import Count, Positive, settings


@settings
class AutoencoderConfig(DescentConfig):
    """Settings of autoencoders."""

    learning_rate: Positive = 0.003
    """Learning rate, above 0."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    one_scale: bool = True
    """Divide all features by the same number, so that distances keep their proportions."""
    code: Count = 2
    """Length of a code."""
    hidden: tuple[Count, ...] = (64, 32)
    """Units of the encoder's hidden layers; the decoder has them in reverse order."""
    activation: ActivationName = "tanh"
    """relu, tanh or sigmoid."""


class Autoencoder(DataLearner):
    """Autoencoder: encoder and decoder networks, trained on the reconstruction error.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = Autoencoder(AutoencoderConfig(code=1), seed=1)
    >>> history = learner.learn(find_data_set("two-moons"), samples=1_000)
    >>> learner.encode([[0.0, 1.0], [2.0, 0.5]]).shape
    (2, 1)
    """

    tasks = ("reconstruction",)
    own_targets = True
    config_class = AutoencoderConfig
    function: EncodeDecode
    predictor: EncodeDecode

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[EncodeDecode, Loss]:
        """Return encoder and decoder networks, and squared error."""
        sizes = (data.features, *self.config.hidden, self.config.code)
        encoder = Network(sizes, generator, self.config.activation)
        decoder = Network(sizes[::-1], generator, self.config.activation)
        return EncodeDecode(encoder, decoder), SquaredError()

    def encode(self, inputs: Array) -> Array:
        """Return codes [rows, code].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        return self.predictor.encode(inputs)
