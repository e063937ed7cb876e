"""What a bandit *is*: the mean reward of each arm, and how rewards and means vary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.tabular import TabularModel


@dataclass(frozen=True, eq=False)
class BanditModel:
    """A k-armed bandit, validated when made, then read-only.

    Sutton & Barto, 2nd edition, section 2.1: pulling arm a pays a reward from
    N(`means[a]`, `deviation`^2). After every pull each mean takes a step from N(0, `drift`^2), as
    in exercise 2.5; without drift the problem is stationary.

    Args:
        means: Mean reward of each arm, at first. Shape [arms].
        deviation: Standard deviation of a reward around its mean.
        drift: Standard deviation of the step that each mean takes after every pull.

    Raises:
        ValueError: If these do not describe a bandit; names the arm or the number.
    """

    means: Floats
    deviation: float = 1.0
    drift: float = 0.0

    def __post_init__(self) -> None:
        means = np.array(self.means, np.float64)
        if means.ndim != 1 or not means.size:
            raise ValueError(f"means must hold one number for each arm, not {self.means}.")
        wrong = np.flatnonzero(~np.isfinite(means))
        if wrong.size:
            raise ValueError(f"Arm {wrong[0]}: the mean {means[wrong[0]]} is not a finite number.")
        for name in ("deviation", "drift"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}.")
        means.flags.writeable = False
        object.__setattr__(self, "means", means)

    @property
    def arms(self) -> int:
        """Number of arms."""
        return self.means.size

    @cached_property
    def table(self) -> TabularModel:
        """The bandit of this moment as a world of one state, which planners can solve."""
        shape = (1, self.arms, 1)
        return TabularModel(
            probability=np.ones(shape),
            next_state=np.zeros(shape, np.int32),
            reward=self.means.reshape(shape),
            terminated=np.zeros(shape, np.bool_),
            start=np.ones(1),
            reward_deviation=np.full(shape, float(self.deviation)),
        )
