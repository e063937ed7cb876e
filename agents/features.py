"""Observations as rows of numbers for a network, and its actions in the form of the world.

`continuous.py` has the parts for continuous actions, and `scaling.py` the normalisation of
observations, which is off by default.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Space, utils

from spielfeld import guard
from spielfeld.agents.continuous import in_bounds
from spielfeld.agents.scaling import RunningMoments
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds


class Features:
    """Encoder of observations as float32 rows.

    `Discrete` becomes one column for each state (one-hot), because close numbers of states do not
    mean similar states. `Box` and `MultiBinary` become one row of numbers.

    Args:
        space: Observation space.

    Attributes:
        size: Number of columns.
        one_hot: Whether each row has a single 1.
        scale: Mean and variance of all rows so far, for normalisation; None for no normalisation.

    Raises:
        ValueError: If the space has another type; names a solution.
    """

    saved: ClassVar[tuple[str, ...]] = ("scale",)

    def __init__(self, space: Space[Any]) -> None:
        if not isinstance(space, Box | Discrete | MultiBinary | MultiDiscrete):
            raise ValueError(
                f"A network needs observations that are numbers, but this environment has {space}: "
                "gymnasium.wrappers.FlattenObservation may help."
            )
        self._space = space
        self.scale: RunningMoments | None = None
        self.size = int(utils.flatdim(space))
        self.dimensions = len(space.shape or ())
        self.one_hot = isinstance(space, Discrete)
        self._named = isinstance(space, Discrete | MultiDiscrete)
        if isinstance(space, Discrete | MultiDiscrete):
            counts = space.n if isinstance(space, Discrete) else space.nvec
            self._first, self._sizes = np.ravel(space.start), np.ravel(counts)
            self._offsets = np.cumsum(self._sizes) - self._sizes

    def __call__(self, observations: object) -> Array:
        """Return float32 [rows, size] of many observations, or [1, size] of one."""
        rows = self._rows(observations)
        return rows if self.scale is None else self.scale.normalised(rows)

    def look(self, worlds: ManyWorlds) -> Array:
        """Return the current observations of all worlds as rows, and update the normalisation.

        Only observations before an action of `learn` count for the normalisation. Observations for
        `predict` and `act` and the last observations of episodes do not count.
        """
        if self.scale is not None:
            self.scale.add(self._rows(worlds.observation)[~worlds.waiting])
        return self(worlds.observation)

    def _rows(self, observations: object) -> Array:
        given = np.asarray(observations)
        rows = given.reshape(-1, *given.shape[given.ndim - self.dimensions :])
        if not self._named:
            return rows.reshape(len(rows), -1).astype(np.float32)
        places = guard.as_array("Observations", rows.reshape(len(rows), -1)) - self._first
        inside = places.dtype.kind in "iu" and ((places >= 0) & (places < self._sizes)).all()
        if not inside:
            raise ValueError(f"Observations must be in {self._space}, not {guard.shown(given)}.")
        columns = places + self._offsets
        encoded = np.zeros((len(rows), self.size), np.float32)
        encoded[np.arange(len(rows))[:, None], columns] = 1
        return encoded


def require_actions(space: Space[Any]) -> None:
    """Raise a ValueError if actions are neither `Discrete` nor bounded numbers in one row."""
    box = isinstance(space, Box) and len(space.shape) == 1
    if not box and not isinstance(space, Discrete):
        raise ValueError(f"Expected Discrete actions, or a Box with one dimension, not {space}.")


def in_world(actions: Array, space: Space[Any]) -> Array:
    """Return actions, counted from 0 or without bounds, in the form of an action space.

    Args:
        actions: One action in each row. Shape [rows], or [rows, numbers] for a `Box`.
        space: Action space.
    """
    if isinstance(space, Discrete):
        return actions + int(space.start)
    assert isinstance(space, Box)
    return in_bounds(actions, space)
