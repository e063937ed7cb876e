"""All parameters as one vector: a step is one operation instead of one for each layer."""

from __future__ import annotations

import math

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Parameters
from spielfeld.learning.optimizer import Optimizer, Wrapper

ALL = "all"


class OneVector(Wrapper):
    """An optimizer that sees all parameters as one vector, and clips the length of its gradient.

    gradient <- gradient * min(1, limit / |gradient|) keeps one strange batch from throwing the
    parameters far off, without changing the direction (Pascanu, Mikolov & Bengio, 2013).

    Args:
        optimizer: Takes the step.
        limit: Longest gradient allowed, over all parameters together; 0 for any.
    """

    def __init__(self, optimizer: Optimizer, limit: float = 0.0) -> None:
        self.optimizer, self.limit = optimizer, limit

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that the optimizer needs for the vector."""
        self.optimizer.prepare({ALL: _one(parameters)})

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`.

        Raises:
            TypeError: If a gradient is given as `Rows`.
            ValueError: If its length is no number, or too large for one.
        """
        slope = np.concatenate([_flat(name, gradient[name]) for name in parameters])
        length = math.sqrt(slope @ slope)
        if not math.isfinite(length):
            raise ValueError(
                "The gradient has grown beyond all numbers; a smaller learning_rate helps."
            )
        if self.limit and length > self.limit:
            slope *= self.limit / length
        vector = _one(parameters)
        self.optimizer.step({ALL: vector}, {ALL: slope}, learning_rate)
        begin = 0
        for parameter in parameters.values():
            parameter[...] = vector[begin : begin + parameter.size].reshape(parameter.shape)
            begin += parameter.size


def _one(parameters: Parameters) -> Array:
    return np.concatenate([parameter.ravel() for parameter in parameters.values()])


def _flat(name: str, slope: Array | Rows) -> Array:
    if isinstance(slope, Rows):
        raise TypeError(f"The sparse gradient of {name!r} does not fit one vector; use SGD.")
    return slope.ravel()
