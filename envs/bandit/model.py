"""Model of a bandit: the mean reward of each arm, and how rewards and means vary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
import numpy.typing as npt

from spielfeld import guard
from spielfeld.arrays import Floats
from spielfeld.envs.bandit.dynamics import problem_means
from spielfeld.envs.tabular import TabularModel


@dataclass(frozen=True, eq=False)
class BanditModel:
    """A k-armed bandit, checked when it is made and read-only afterwards.

    Sutton & Barto, 2nd edition, section 2.1: pulling arm a gives a reward from
    N(`means[a]`, `deviation`^2). After every pull each mean takes a step from N(0, `drift`^2), as
    in exercise 2.5. Without drift the problem is stationary.

    Args:
        means: Mean reward of each arm at the start. Shape [arms].
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.
        spread: Standard deviation of an episode's means around `means`.

    Raises:
        ValueError: If the values describe no bandit; it names the arm or the setting.
    """

    means: Floats
    deviation: float = 1.0
    drift: float = 0.0
    spread: float = 0.0

    def __post_init__(self) -> None:
        means = np.array(self.means, np.float64)
        if means.ndim != 1 or not means.size:
            raise ValueError(f"means must hold one number for each arm, not {self.means}.")
        wrong = np.flatnonzero(~np.isfinite(means))
        if wrong.size:
            raise ValueError(f"Arm {wrong[0]}: the mean {means[wrong[0]]} is not a finite number.")
        spreads = {"deviation": self.deviation, "drift": self.drift, "spread": self.spread}
        for name, spread in spreads.items():
            if not 0 <= spread < inf:
                raise ValueError(f"{name} must be 0 or more, not {spread}.")
        means.flags.writeable = False
        object.__setattr__(self, "means", means)

    @property
    def arms(self) -> int:
        """Number of arms."""
        return self.means.size

    @property
    def changing(self) -> bool:
        """Whether the means change, in an episode or between episodes."""
        return self.drift > 0 or self.spread > 0

    @cached_property
    def table(self) -> TabularModel:
        """The bandit of this moment as a world with one state, which planners can solve."""
        shape = (1, self.arms, 1)
        return TabularModel(
            probability=np.ones(shape),
            next_state=np.zeros(shape, np.int32),
            reward=self.means.reshape(shape),
            terminated=np.zeros(shape, np.bool_),
            start=np.ones(1),
            reward_deviation=np.full(shape, float(self.deviation)),
        )


def any_bandit(
    model: BanditModel | None = None,
    means: npt.ArrayLike | None = None,
    deviation: float = 1.0,
    drift: float = 0.0,
) -> BanditModel:
    """Return a bandit, given as a model or by its parts.

    Args:
        model: The bandit. Give either the model or its parts.
        means: Mean reward of each arm at the start. Shape [arms].
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.

    Raises:
        ValueError: If both are given or neither, or the values describe no bandit.
    """
    if (model is None) == (means is None):
        raise ValueError("A bandit needs either model= or means=, such as means=[0, 1].")
    return model or BanditModel(np.asarray(means), deviation, drift)


def drifting_bandit(
    arms: int = 10, mean: float = 0.0, deviation: float = 1.0, drift: float = 0.01
) -> BanditModel:
    """Return the drifting bandit of Sutton & Barto, exercise 2.5: equal means, random walks.

    Every reset sets the means to the same start value again. The score uses the means of this
    moment, because the present mean is the expected value of every later mean.

    Args:
        arms: Number of arms.
        mean: Mean reward of all arms at the start.
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.
    """
    return BanditModel(np.full(_count(arms), mean), deviation, drift)


def armed_testbed(
    arms: int = 10, mean: float = 0.0, deviation: float = 1.0, problem: int | None = 0
) -> BanditModel:
    """Return the ten-armed testbed of Sutton & Barto, section 2.3: means from N(mean, 1).

    A problem keeps its means for every seed of the environment. A seed only changes the rewards,
    so learners with different seeds are scored on the same problem.

    Args:
        arms: Number of arms.
        mean: Mean of the distribution of the means; it is 4 in section 2.8.
        deviation: Standard deviation of a reward.
        problem: Number of the problem, 0 or more. None draws other means at every reset, with the
            environment's `np_random`.
    """
    mean = guard.number("mean", mean)
    if problem is None:
        return BanditModel(np.full(_count(arms), mean), deviation, spread=1.0)
    problem = guard.whole("problem", _whole(problem))
    return BanditModel(problem_means(problem, _count(arms), mean), deviation)


def _count(arms: int) -> int:
    return guard.whole("arms", _whole(arms), 1, guard.MOST_ARMS)


def _whole(given: object) -> object:
    """Return 10.0 as 10, because files and commands may write whole numbers in this way."""
    return int(given) if isinstance(given, float) and given.is_integer() else given
