"""Noise predictor: a function that predicts the noise in a noisy row, from the noise level.

An angle gives the noise level, from 0 (no noise) to a right angle (only noise):

    noisy = cos(angle) row + sin(angle) noise

Rows and noise have mean 0 and variance 1. Then `noisy` has variance 1 at every angle, and the best
linear prediction of the noise is sin(angle) noisy. The network predicts only the rest. The factor
cos(angle) makes the rest larger where there is less noise:

    phi(noisy, angle) = sin(angle) noisy + cos(angle) network(noisy, waves of the angle)

Source: Salimans & Ho (2022), appendix D; Karras et al. (2022), section 5, for why networks of this
form learn better than bare ones.
"""

from __future__ import annotations

from copy import copy

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread
from spielfeld.learning.network import Network

WAVES = np.arange(1, 3)  # inputs of the network: sines and cosines of the angle and twice the angle


class NoisePredictor(Function):
    """phi(noisy, angle) = sin(angle) noisy + cos(angle) network(noisy, waves of the angle).

    Args:
        features: Numbers in a row, without the angle.
        hidden: Units of each hidden layer.
        generator: Draws the weights at the start.
        activation: Name in `network.ACTIVATIONS`.
        dtype: Type of parameters and results.
    """

    def __init__(
        self,
        features: int,
        hidden: tuple[int, ...],
        generator: np.random.Generator,
        activation: str = "relu",
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        sizes = (features + 2 * len(WAVES), *hidden, features)
        self.network = Network(sizes, generator, activation, dtype=dtype)
        self.parameters: Parameters = self.network.parameters

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return the expected noise [rows, features], or [rows] where `select` is given.

        The gradient is that of the network, for upstream times cos(angle).

        Args:
            inputs: Noisy rows with their angles in the last column. Shape [rows, features + 1].
            select: See `Function`.
        """
        inputs = np.asarray(inputs, self.network.dtype)
        noisy, angle = inputs[:, :-1], inputs[:, -1:]
        waves = angle * WAVES.astype(angle.dtype)
        seen = np.hstack([noisy, np.sin(waves), np.cos(waves)])
        missed, network_backward = self.network.forward(seen)
        noise = np.sin(angle) * noisy + np.cos(angle) * missed

        def backward(upstream: Array) -> Gradient:
            slope = np.cos(angle) * spread(upstream, select, noisy.shape[1])
            return network_backward(slope.astype(angle.dtype))

        return selected(noise, select), backward

    def with_parameters(self, parameters: Parameters) -> NoisePredictor:
        """Return the same function with other parameters, which are not copied."""
        other, network = copy(self), copy(self.network)
        network.parameters = other.parameters = parameters
        other.network = network
        return other
