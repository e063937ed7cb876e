"""Autoencoder: rows are described in few numbers by one network, and told from them by another.

    code = encoder(x),    phi(x) = decoder(code)
    J = (1/rows) sum of 1/2 |phi(x) - x|^2

The target is the row itself, and the code is too narrow to copy it: what both networks agree on is
a summary. Rows near a curve need one number each, their place along it.

Differs from `LinearAutoencoder` by what networks can do: the curve may bend. The price is that J
has many minima, and which one is found depends on the seed.

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
    """Step size, above 0."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    one_scale: bool = True
    """Divide all features by one number, so that what is far from what stays as it is."""
    code: Count = 2
    """Numbers in a code."""
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
        """Return a network to the code and one back, and squared error."""
        sizes = (data.features, *self.config.hidden, self.config.code)
        encoder = Network(sizes, generator, self.config.activation)
        decoder = Network(sizes[::-1], generator, self.config.activation)
        return EncodeDecode(encoder, decoder), SquaredError()

    def encode(self, inputs: Array) -> Array:
        """Return codes [rows, code]; changes nothing.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        inputs = self.measured_inputs(inputs)
        return self.predictor.encode(inputs)
