"""Bandits as one Gymnasium environment.

A bandit is not one of the finite worlds of `spielfeld/envs/env.py`, which share a read-only
table. The means of a bandit may change with each pull, so each environment has its own means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, SupportsInt

import gymnasium as gym
from gymnasium.spaces import Discrete

from spielfeld import guard, snapshot
from spielfeld.envs.bandit.dynamics import drift_means, pull
from spielfeld.envs.bandit.model import BanditModel, any_bandit
from spielfeld.envs.env import Info, made_by, require_render_mode
from spielfeld.envs.tabular import TabularModel
from spielfeld.settings import Finite
from spielfeld.snapshot import Counter, Index, Values

ONE_STATE = Discrete(1)
Made = BanditModel | Callable[..., BanditModel] | str


def make_bandit(bandit: Made, options: dict[str, Any]) -> BanditModel:
    """Return a bandit, made by a function or by the name of a function where necessary.

    Raises:
        ValueError: If Spielfeld has no such function.
    """
    if isinstance(bandit, BanditModel):
        return any_bandit(bandit, **options)
    if isinstance(bandit, str):
        return made_by(bandit, BanditModel, options)
    return bandit(**options)


class BanditEnv(gym.Env[int, int]):
    """A bandit: a slot machine with several arms, one state, rewards and no end.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | `Discrete(1)`: always 0, int                                             |
    | action      | `Discrete(arms)`: the arm that is pulled                                 |
    | reward      | float from N(mean of the arm, deviation^2)                               |
    | end         | never `terminated`; `truncated` by the time limit alone                  |
    | state       | `state()`: dict of position, elapsed, arm (int), reward (float), means   |
    |             | (float64 [arms]), np_random (dict)                                       |

    A reset begins again with the first means: the problem stays the same. An agent may keep its
    estimates, unless the means have drifted. Each reset and each step draws one
    `np_random.random()`. If the means drift, a step then draws one more number for each arm.
    Without drift, every draw and reward is the same as in `TabularEnv` over `bandit.table`.

    The attribute `bandit` is the `BanditModel`. `means` [arms] are the true means at this moment.
    `model` is the `TabularModel` of this moment; the scores of learners use it.

    Args:
        bandit: A `BanditModel`, or a function that returns one.
        max_episode_steps: Time limit in environment steps, none by default.
        render_mode: None or "ansi".
        **options: Arguments of the function; those of `any_bandit` by default.

    Raises:
        ValueError: If the bandit or the render mode is unknown, or an action is no arm.

    >>> env = BanditEnv(means=[0.0, 5.0], deviation=0.0)
    >>> observation, info = env.reset(seed=1)
    >>> env.step(1)
    (0, 5.0, False, False, {})
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 10}  # noqa: RUF012
    discount = 1.0
    saved: ClassVar = ("position", "elapsed", "arm", "reward", "means", "np_random")
    state, restore = snapshot.state, snapshot.restore
    observation_space: Discrete[Any]
    action_space: Discrete[Any]
    position: Annotated[int, Index(1, none=True)]  # 0 after the first reset
    elapsed: Counter
    arm: Annotated[int, Index("arms", none=True)]  # the arm of the last pull
    reward: Annotated[float, Finite]
    means: Values

    def __init__(
        self,
        bandit: Made = any_bandit,
        max_episode_steps: int | None = None,
        render_mode: str | None = None,
        **options: object,
    ) -> None:
        require_render_mode(render_mode, self.metadata["render_modes"])
        self.bandit = make_bandit(bandit, options)
        self.means = self.bandit.means.copy()
        self.max_episode_steps, self.render_mode = guard.steps(max_episode_steps), render_mode
        self.observation_space, self.action_space = ONE_STATE, Discrete(self.bandit.arms)
        self.position, self.elapsed, self.arm, self.reward = -1, 0, -1, 0.0

    @property
    def changing(self) -> bool:
        """Whether `model` describes this moment only."""
        return self.bandit.changing

    @property
    def model(self) -> TabularModel:
        """The model of the bandit at this moment."""
        if not self.changing:
            return self.bandit.table
        return BanditModel(self.means, self.bandit.deviation).table

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, Info]:
        """Start an episode; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self.np_random.random()  # every finite world draws this number for its start state
        self.means[:] = self.bandit.means
        if self.bandit.spread > 0:
            drift_means(self.means, self.bandit.spread, self.np_random)
        self.position, self.elapsed, self.arm, self.reward = 0, 0, -1, 0.0
        return 0, {}

    def step(self, action: SupportsInt) -> tuple[int, float, bool, bool, Info]:
        """Pull an arm; see `gymnasium.Env.step`."""
        arm, bandit = self._arm(action), self.bandit
        reward = float(pull(self.means, bandit.deviation, arm, self.np_random.random()))
        if bandit.drift > 0:
            drift_means(self.means, bandit.drift, self.np_random)
        self.elapsed += 1
        self.arm, self.reward = arm, reward
        return 0, reward, False, self.elapsed == self.max_episode_steps, {}

    def render(self) -> str | None:
        """Return a line of text in mode "ansi"."""
        if self.render_mode != "ansi":
            return None
        if self.arm < 0:
            return f"{self.bandit.arms} arms, none pulled yet\n"
        return f"arm {self.arm}: reward {self.reward:.3f}\n"

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        return {"arms": self.bandit.arms}

    def _arm(self, action: SupportsInt) -> int:
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
