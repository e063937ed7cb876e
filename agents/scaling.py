"""Normalisation of observations and rewards, measured while acting and stored with the model.

It is used only with `normalise_observations` or `normalise_returns`, or if a learner sets
`features.scale`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.settings import Finite

LIMIT = 10.0  # standard deviations; larger numbers are clipped as outliers


class RunningMoments:
    """Mean and variance of all rows so far (Chan, Golub & LeVeque, 1983, equation 2.1).

    Args:
        size: Number of columns.

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
        """Add rows [rows, size] to the mean and the variance; there may be none."""
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
    """Divides rewards by the standard deviation of discounted returns.

    Args:
        worlds: Number of worlds.
        discount: Discount of the returns.
    """

    saved: ClassVar[tuple[str, ...]] = ("moments", "returns")
    returns: Annotated[Array, Finite]

    def __init__(self, worlds: int, discount: float) -> None:
        self.discount, self.moments = discount, RunningMoments(1)
        self.returns = np.zeros(worlds)  # discounted sum of the rewards so far in each world

    def __call__(self, rewards: Array, ended: Array, taken: Array) -> Array:
        """Add rewards [worlds] to the variance, and return them scaled, within +-10.

        Args:
            rewards: Rewards of one step of all worlds. Shape [worlds].
            ended: Whether an episode ended with the step. Shape [worlds].
            taken: False for a world that was only reset and gave no reward. Shape [worlds].
        """
        self.returns *= self.discount
        self.returns += rewards
        self.moments.add(self.returns[taken, None])
        self.returns[ended] = 0
        return np.asarray((rewards / self.moments.deviation).clip(-LIMIT, LIMIT))
