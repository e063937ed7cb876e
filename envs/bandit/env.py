"""Bandits as Gymnasium environments."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Discrete

from spielfeld import guard
from spielfeld.arrays import Floats
from spielfeld.envs.bandit.dynamics import drift_means, problem_means, pull
from spielfeld.envs.bandit.model import BanditModel
from spielfeld.envs.tabular import TabularModel

ONE_STATE = Discrete(1)


class BanditEnv(gym.Env[Any, Any]):
    """A slot machine with several arms: one state, no end, only rewards.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | `Discrete(1)`: always 0, int                                             |
    | action      | `Discrete(arms)`: the arm that is pulled                                 |
    | reward      | float from N(mean of the arm, deviation^2)                               |
    | end         | never `terminated`; `truncated` by the time limit alone                  |
    | state       | `state()`: dict of elapsed (int), means (list), last (list), generator   |

    A reset begins anew with the first means: the problem stays the same, and what was learned about
    it stays true, unless the means have drifted. Each reset draws one `np_random.random()`, each
    step one, and one an arm after it if the means drift. Without drift this is `TabularEnv` over
    `bandit.table`, draw by draw.

    `bandit` is the `BanditModel`, `means` [arms] are the true means of this moment, and `model` is
    the `TabularModel` of this moment, by which a learner is scored.

    Args:
        model: The bandit; or give its parts, which are
        means: mean reward of each arm at first, shape [arms],
        deviation: standard deviation of a reward, and
        drift: standard deviation of the step that each mean takes after every pull.
        max_episode_steps: Time limit in environment steps, none by default.
        render_mode: None or "ansi".

    Raises:
        ValueError: If there is no such bandit or render mode, or an action is no arm.

    >>> env = BanditEnv(means=[0.0, 5.0], deviation=0.0)
    >>> observation, info = env.reset(seed=1)
    >>> env.step(1)
    (0, 5.0, False, False, {})
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 10}  # noqa: RUF012
    discount = 1.0

    def __init__(
        self,
        model: BanditModel | None = None,
        means: npt.ArrayLike | None = None,
        deviation: float = 1.0,
        drift: float = 0.0,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if (model is None) == (means is None):
            raise ValueError("A bandit needs either model= or means=, such as means=[0, 1].")
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            known = ", ".join(self.metadata["render_modes"])
            raise ValueError(f"Unknown render mode {render_mode!r}; this world knows: {known}.")
        self.bandit = model or BanditModel(np.asarray(means), deviation, drift)
        self.means: Floats = self.bandit.means.copy()
        self.max_episode_steps, self.render_mode = guard.steps(max_episode_steps), render_mode
        self.observation_space, self.action_space = ONE_STATE, Discrete(self.bandit.arms)
        self.position = -1  # 0 from the first reset on
        self.elapsed = 0
        self.last: tuple[int, float] | None = None

    @property
    def changing(self) -> bool:
        """Whether `model` is true for this moment only."""
        return self.bandit.drift > 0

    @property
    def model(self) -> TabularModel:
        """The world as it is at this moment."""
        if not self.changing:
            return self.bandit.table
        return BanditModel(self.means, self.bandit.deviation).table

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Start an episode; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self.np_random.random()  # for the start, as every finite world draws it
        self.means[:], spread = self.first_distribution
        if spread > 0:
            drift_means(self.means, spread, self.np_random)
        self.position, self.elapsed, self.last = 0, 0, None
        return 0, {}

    def step(self, action: Any) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Pull an arm; see `gymnasium.Env.step`."""
        arm, bandit = self._arm(action), self.bandit
        reward = float(pull(self.means, bandit.deviation, arm, self.np_random.random()))
        if bandit.drift > 0:
            drift_means(self.means, bandit.drift, self.np_random)
        self.elapsed += 1
        self.last = arm, reward
        return 0, reward, False, self.elapsed == self.max_episode_steps, {}

    @property
    def first_distribution(self) -> tuple[Floats, float]:
        """Mean [arms] and standard deviation of the means with which an episode begins."""
        return self.bandit.means, 0.0

    def render(self) -> Any:
        """Return a line of text in mode "ansi"."""
        if self.render_mode != "ansi":
            return None
        if self.last is None:
            return f"{self.bandit.arms} arms, none pulled yet\n"
        return f"arm {self.last[0]} paid {self.last[1]:.3f}\n"

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as JSON values."""
        return {
            "elapsed": self.elapsed,
            "means": self.means.tolist(),
            "last": self.last,
            "generator": self.np_random.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned.

        Raises:
            ValueError: If it is no state of this bandit; then nothing has changed.
        """
        elapsed = guard.whole("The saved elapsed", guard.entry(state, "elapsed"))
        means = guard.like("The saved means", guard.entry(state, "means"), self.means)
        last = self._saved_last(guard.entry(state, "last"))
        generator = guard.generator_of(self.np_random, state)
        self.reset()
        self.elapsed, self.means[:], self.last = elapsed, means, last
        self.np_random.bit_generator.state = generator

    def _saved_last(self, given: Any) -> tuple[int, float] | None:
        if given is None:
            return None
        guard.require(
            isinstance(given, list | tuple) and len(given) == 2,
            f"The saved last must be None or an arm and its reward, not {guard.shown(given)}.",
        )
        arm = guard.whole("The arm of the saved last", given[0], 0, self.bandit.arms)
        return arm, guard.number("The reward of the saved last", given[1])

    def _arm(self, action: Any) -> int:
        if self.position < 0:
            raise gym.error.ResetNeeded("Call reset() before the first step().")
        try:
            arm = int(action)
        except (TypeError, ValueError):
            arm = -1
        if not 0 <= arm < self.bandit.arms or arm != action:
            legal = list(range(self.bandit.arms))
            raise ValueError(f"Action {action!r} is not legal here; legal are {legal}.")
        return arm


class DriftingBanditEnv(BanditEnv):
    """Exercise 2.5 of Sutton & Barto: equal means that walk at random; see `BanditEnv`.

    Every reset begins the walk anew with equal means. A learner is scored by the means of the
    moment: what they are now is what they are expected to be ever after.

    Args:
        arms: How many.
        mean: Of all arms at first.
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.
        max_episode_steps: Time limit in environment steps, none by default.
        render_mode: None or "ansi".
    """

    def __init__(
        self,
        arms: int = 10,
        mean: float = 0.0,
        deviation: float = 1.0,
        drift: float = 0.01,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        model = BanditModel(np.full(_count(arms), mean), deviation, drift)
        super().__init__(model, max_episode_steps=max_episode_steps, render_mode=render_mode)


class TestbedEnv(BanditEnv):
    """The ten-armed testbed of Sutton & Barto, section 2.3: means from N(mean, 1); see `BanditEnv`.

    Which problem it is, its number says: the same one, whatever the seed, until another is asked
    for. Seeds drive the rewards alone, and what is learned can be scored on that problem.

    Args:
        arms: How many.
        mean: Around which the means are drawn: 4 in section 2.8.
        deviation: Standard deviation of a reward.
        problem: Number of the problem, 0 or more; None for another one at every reset, whose means
            are drawn from `np_random`.
        max_episode_steps: Time limit in environment steps, none by default.
        render_mode: None or "ansi".
    """

    __test__ = False  # no test class, whatever its name begins with

    def __init__(
        self,
        arms: int = 10,
        mean: float = 0.0,
        deviation: float = 1.0,
        problem: int | None = 0,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        if problem is not None:
            problem = guard.whole("problem", _whole(problem))
        self.problem, self.mean = problem, guard.number("mean", mean)
        means = problem_means(problem or 0, _count(arms), mean)
        super().__init__(None, means, deviation, 0.0, max_episode_steps, render_mode)

    @property
    def changing(self) -> bool:
        """Whether `model` is true for this moment only."""
        return self.problem is None

    @property
    def first_distribution(self) -> tuple[Floats, float]:
        """Mean [arms] and standard deviation of the means with which an episode begins."""
        if self.problem is not None:
            return self.bandit.means, 0.0
        return np.full(self.bandit.arms, float(self.mean)), 1.0


def _count(arms: int) -> int:
    return guard.whole("arms", _whole(arms), 1, guard.MOST_ARMS)


def _whole(given: Any) -> Any:
    """Return 10.0 as 10: the same number, as files and commands may write it."""
    return int(given) if isinstance(given, float) and given.is_integer() else given
