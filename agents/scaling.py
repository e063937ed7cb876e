"""Observations and rewards on one scale, measured while acting and stored with the model.

Nothing here runs unless `normalise_observations` or `normalise_returns` is set, or a learner sets
`features.scale`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.settings import Finite

LIMIT = 10.0  # standard deviations; what lies further off is an accident, not information


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
