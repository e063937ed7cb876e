"""Continuous actions: normal distributions of actions, and the bounds of a world.

Worlds with `Discrete` actions do not use this file. `Gaussian` has the same functions as
`Categorical` in `policy_gradient/parts.py`.

Source: Williams (1992), section 6; Sutton & Barto, 2nd edition, section 13.7.
"""

from __future__ import annotations

import math

import numpy as np
from gymnasium.spaces import Box

from spielfeld.arrays import Array

UNBOUNDED = 1e18  # a larger bound is no bound, such as the largest float32


class Gaussian:
    """p(action) = a normal distribution for each number, with learned mean and log(deviation).

    Args:
        outputs: Means, then logarithms of standard deviations. Shape [rows, 2 * numbers].
        legal: None; continuous actions are all legal.
    """

    def __init__(self, outputs: Array, legal: Array | None = None) -> None:
        self.mean, self.log_deviation = np.split(outputs, 2, axis=1)
        self.deviation = np.exp(self.log_deviation)

    def draw(self, generator: np.random.Generator) -> Array:
        """Return actions [rows, numbers]; they may lie beyond the bounds of the space."""
        noise = generator.standard_normal(self.mean.shape, self.mean.dtype)
        return np.asarray(self.mean + self.deviation * noise)

    def best(self) -> Array:
        """Return the mean [rows, numbers]."""
        return self.mean

    def log_probability(self, action: Array) -> Array:
        """Return the sum over numbers of -z^2/2 - log(deviation) - log(2 pi)/2, where
        z = (action - mean) / deviation. Shape [rows].
        """  # noqa: D205
        z = (action - self.mean) / self.deviation
        each = -0.5 * z * z - self.log_deviation - 0.5 * math.log(2 * math.pi)
        return np.asarray(each.sum(axis=1))

    def score(self, action: Array) -> Array:
        """Return z / deviation for the means, z^2 - 1 for the log(deviation)s."""
        z = (action - self.mean) / self.deviation
        return np.concatenate([z / self.deviation, z * z - 1], axis=1)

    def entropy(self) -> Array:
        """Return the sum of log(deviation) + (1 + log(2 pi))/2. Shape [rows]."""
        return np.asarray((self.log_deviation + 0.5 * (1 + math.log(2 * math.pi))).sum(axis=1))

    def entropy_slope(self) -> Array:
        """Return 0 for the means, 1 for the log(deviation)s."""
        return np.concatenate([np.zeros_like(self.mean), np.ones_like(self.mean)], axis=1)


def in_bounds(actions: Array, space: Box) -> Array:
    """Clip actions [rows, numbers] to [-1, 1], and scale them to the bounds of a `Box`.

    Without one of the two bounds, a unit is not scaled, and the action is clipped at the other
    bound. For whole numbers the result is rounded.
    """
    least, most = space.low.astype(np.float64), space.high.astype(np.float64)
    bounded = (np.abs(least) < UNBOUNDED) & (np.abs(most) < UNBOUNDED)
    low, high = np.where(bounded, least, -1), np.where(bounded, most, 1)
    stretched = low + (high - low) * (actions.clip(-1, 1) + 1) / 2
    within = np.where(bounded, stretched, actions).clip(least, most)
    return (within.round() if space.dtype.kind in "iu" else within).astype(space.dtype)
