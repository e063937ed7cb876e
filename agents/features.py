"""Observations as rows of numbers, which is what a network takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Space, utils

from spielfeld import guard
from spielfeld.arrays import Array


class Features:
    """Turns observations into float32 rows: numbers as they are, and a 1 for each thing's name.

    A state's number says nothing about how near it is to another one, so `Discrete` becomes one
    column for each state (one-hot); `Box` and `MultiBinary` are laid flat.

    Args:
        space: Of the observations.

    Raises:
        ValueError: If the space is another one; says what to do.
    """

    def __init__(self, space: Space[Any]) -> None:
        if not isinstance(space, Box | Discrete | MultiBinary | MultiDiscrete):
            raise ValueError(
                f"A network needs observations that are numbers, but this environment has {space}: "
                "gymnasium.wrappers.FlattenObservation may help."
            )
        self._space = space
        self.size = int(utils.flatdim(space))
        self.dimensions = len(space.shape or ())
        self._counts = np.ravel(getattr(space, "nvec", getattr(space, "n", 0)))
        self._first = np.ravel(getattr(space, "start", 0))
        self._named = isinstance(space, Discrete | MultiDiscrete)
        self.one_hot = isinstance(space, Discrete)  # whether each row has a single 1
        self._offsets = np.cumsum(self._counts) - self._counts

    def __call__(self, observations: Any) -> Array:
        """Return float32 [rows, size] of many observations, or [1, size] of one."""
        given = np.asarray(observations)
        rows = given.reshape(-1, *given.shape[given.ndim - self.dimensions :])
        if not self._named:
            return rows.reshape(len(rows), -1).astype(np.float32)
        places = guard.as_array("Observations", rows.reshape(len(rows), -1)) - self._first
        inside = places.dtype.kind in "iu" and ((places >= 0) & (places < self._counts)).all()
        if not inside:
            raise ValueError(f"Observations must be in {self._space}, not {guard.shown(given)}.")
        columns = places + self._offsets
        encoded = np.zeros((len(rows), self.size), np.float32)
        encoded[np.arange(len(rows))[:, None], columns] = 1
        return encoded
