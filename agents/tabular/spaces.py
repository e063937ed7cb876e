"""Row numbers in a table for the elements of spaces."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiDiscrete, Space, Tuple

from spielfeld import guard
from spielfeld.arrays import Array
from spielfeld.learning.tile_coding import TileCoder

ENDLESS = 1e30  # some worlds give the largest number as a bound if they have no bound


class DiscreteCode:
    """Numbers from 0 for a `Discrete`, `MultiDiscrete` or `Tuple` of `Discrete` space.

    Args:
        space: The space.
        role: Name of its elements in the error message: "observations" or "actions".

    Raises:
        ValueError: If the space is not discrete.
    """

    def __init__(self, space: Space[Any], role: str) -> None:
        parts = list(space.spaces) if isinstance(space, Tuple) else [space]
        kinds = (Discrete, MultiDiscrete)
        if not parts or not all(isinstance(part, kinds) for part in parts):
            continuous = isinstance(space, Box) and role == "observations"
            hint = "; SARSA, Expected SARSA and Q-learning can do without" if continuous else ""
            raise ValueError(
                f"A table needs discrete {role}, but this environment has {space}{hint}."
            )
        self._space, self._role = space, role
        self._single = isinstance(space, Discrete)
        discrete = [part for part in parts if isinstance(part, Discrete | MultiDiscrete)]
        counts = [
            np.ravel(part.n if isinstance(part, Discrete) else part.nvec) for part in discrete
        ]
        starts = [np.ravel(part.start) for part in discrete]
        self.shape = tuple(np.concatenate(counts).tolist())
        self._start: Array = np.concatenate(starts)
        self._first, self._sizes = int(self._start[0]), np.array(self.shape)
        self.size = int(np.prod(self.shape))
        self.form = ()  # shape of one encoded element

    def encode(self, element: object) -> Array:
        """Return the number of an element, a 0-d array, or the numbers [rows] of many.

        Raises:
            ValueError: If the space does not contain an element.
        """
        if self._single and isinstance(element, int):  # the usual case
            number = element - self._first
            if not 0 <= number < self.size:
                self._refuse(element)
            return np.asarray(number)
        given = guard.as_array(f"The {self._role}", element)
        if not self._single and given.shape[-1:] != self._start.shape:
            self._refuse(element)
        digits = given - (self._start[0] if self._single else self._start)
        sizes = self.size if self._single else self._sizes
        if digits.dtype.kind not in "iu" or not ((digits >= 0) & (digits < sizes)).all():
            self._refuse(element)
        if self._single:
            return np.asarray(digits)
        return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(digits, -1, 0)), self.shape))

    def _refuse(self, element: object) -> NoReturn:
        raise ValueError(
            f"The {self._role} of this world are {self._space}, not {guard.shown(element)}."
        )

    def decode(self, number: int) -> int | Array:
        """Return the element with this number, as environments take it."""
        if self._single:
            return number + int(self._start[0])
        return np.array(np.unravel_index(number, self.shape)) + self._start


def tile_coder(space: Box, tilings: int, tiles: int, limit: float) -> TileCoder:
    """Return a tile coder for a continuous space.

    Args:
        space: Its bounds are the bounds of the tiles.
        tilings: Number of tilings.
        tiles: Number of tiles along each dimension.
        limit: Bound, above and below zero, of a dimension without bounds.

    Raises:
        ValueError: If the space does not have exactly one axis, or as `TileCoder` says.
    """
    if len(space.shape) != 1:
        raise ValueError(
            "Tables and tile coding need observations that are numbers or lists of numbers, not "
            f"{space}. Use a learner with a network, such as dqn or ppo."
        )
    low = np.where(space.low > -ENDLESS, space.low, -limit)
    high = np.where(space.high < ENDLESS, space.high, limit)
    return TileCoder(low, high, tilings, tiles)
