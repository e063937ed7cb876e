"""Between a world and a network: observations as rows of numbers, and numbers as actions.

Observations and rewards may be brought to one scale, which is measured while acting and stored with
the model.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Space, utils

from spielfeld import guard
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds
from spielfeld.settings import Finite

UNBOUNDED = 1e18  # a bound that far off is none, such as the largest float32
LIMIT = 10.0  # standard deviations; what lies further off is an accident, not information


class Features:
    """Turns observations into float32 rows: numbers as they are, and a 1 for each thing's name.

    A state's number says nothing about how near it is to another one, so `Discrete` becomes one
    column for each state (one-hot); `Box` and `MultiBinary` are laid flat.

    Args:
        space: Of the observations.

    Attributes:
        size: Numbers of a row.
        one_hot: Whether each row has a single 1.
        scale: Of all rows seen so far, which normalises them; None to leave them as they are.

    Raises:
        ValueError: If the space is another one; says what to do.
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
        """Return the sight of all worlds now, and remember its scale.

        Only observations that are acted on while learning count for the scale: neither those that
        `predict` and `act` are asked for, nor the last sight of a world before its reset.
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
    """Return actions, counted from 0 or without bounds, as worlds with an action space take them.

    Args:
        actions: One a row. Shape [rows], or [rows, numbers] for a `Box`.
        space: Of the actions.
    """
    if isinstance(space, Discrete):
        return actions + int(space.start)
    assert isinstance(space, Box)
    return in_bounds(actions, space)


def in_bounds(actions: Array, space: Box) -> Array:
    """Cut actions [rows, numbers] at -1 and 1, and stretch that to the bounds of a `Box`.

    Where one of the two bounds is missing, one unit is one unit, up to the other one. Whole numbers
    are rounded to.
    """
    least, most = space.low.astype(np.float64), space.high.astype(np.float64)
    bounded = (np.abs(least) < UNBOUNDED) & (np.abs(most) < UNBOUNDED)
    low, high = np.where(bounded, least, -1), np.where(bounded, most, 1)
    stretched = low + (high - low) * (actions.clip(-1, 1) + 1) / 2
    within = np.where(bounded, stretched, actions).clip(least, most)
    return (within.round() if space.dtype.kind in "iu" else within).astype(space.dtype)


class RunningMoments:
    """Mean and variance of all rows seen so far (Chan, Golub & LeVeque, 1983, equation 2.1).

    Args:
        size: Numbers of a row.

    Attributes:
        arrays: "mean", "variance" [size] and "count" [1], changed in place.
    """

    saved: ClassVar[tuple[str, ...]] = ("arrays",)
    arrays: dict[str, Annotated[Array, Finite]]

    def __init__(self, size: int) -> None:
        self.arrays = {
            "mean": np.zeros(size), "variance": np.ones(size), "count": np.zeros(1),
        }  # fmt: skip

    def add(self, rows: Array) -> None:
        """Take rows [rows, size] into account, if there are any."""
        if len(rows) == 0:
            return
        mean, variance, count = self.arrays.values()
        share = len(rows) / (count[0] + len(rows))
        apart = rows.mean(axis=0) - mean
        within = (1 - share) * variance + share * rows.var(axis=0)
        variance[:] = within + share * (1 - share) * apart * apart
        mean += share * apart
        count += len(rows)

    @property
    def deviation(self) -> Array:
        """Standard deviation of each number, never 0. Shape [size]."""
        return np.sqrt(self.arrays["variance"] + 1e-8)

    def normalised(self, rows: Array) -> Array:
        """Return (rows - mean) / deviation within +-10 deviations, float32 [rows, size]."""
        scaled = (rows - self.arrays["mean"]) / self.deviation
        return np.asarray(scaled.clip(-LIMIT, LIMIT).astype(np.float32))


class RewardScale:
    """Divides rewards by the standard deviation of discounted returns, so that returns differ by 1.

    Args:
        worlds: How many pay.
        discount: By which returns are measured.
    """

    saved: ClassVar[tuple[str, ...]] = ("moments", "returns")
    returns: Annotated[Array, Finite]

    def __init__(self, worlds: int, discount: float) -> None:
        self.discount, self.moments = discount, RunningMoments(1)
        self.returns = np.zeros(worlds)  # of what was paid so far in each world

    def __call__(self, rewards: Array, ended: Array, taken: Array) -> Array:
        """Take rewards [worlds] into account, and return them scaled, within +-10.

        Args:
            rewards: Of one step of all worlds. Shape [worlds].
            ended: Whether an episode ended with it. Shape [worlds].
            taken: False where a world was only reset, which pays nothing. Shape [worlds].
        """
        self.returns *= self.discount
        self.returns += rewards
        self.moments.add(self.returns[taken, None])
        self.returns[ended] = 0
        return np.asarray((rewards / self.moments.deviation).clip(-LIMIT, LIMIT))
