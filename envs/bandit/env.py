"""Bandits as one Gymnasium environment.

They are no finite worlds of `spielfeld/envs/env.py`: the means of a bandit may change from pull to
pull, so that an environment has means of its own in place of one read-only table.
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
    """Return a bandit, or make it by its function or the name of that.

    Raises:
        ValueError: If the suite has no such function.
    """
    if isinstance(bandit, BanditModel):
        return any_bandit(bandit, **options)
    if isinstance(bandit, str):
        return made_by(bandit, BanditModel, options)
    return bandit(**options)


class BanditEnv(gym.Env[int, int]):
    """A slot machine with several arms: one state, no end, only rewards.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | `Discrete(1)`: always 0, int                                             |
    | action      | `Discrete(arms)`: the arm that is pulled                                 |
    | reward      | float from N(mean of the arm, deviation^2)                               |
    | end         | never `terminated`; `truncated` by the time limit alone                  |
    | state       | `state()`: dict of position, elapsed, arm (int), reward (float), means   |
    |             | (float64 [arms]), np_random (dict)                                       |

    A reset begins anew with the first means: the problem stays the same, and what was learned about
    it stays true, unless the means have drifted. Each reset draws one `np_random.random()`, each
    step one, and one an arm after it if the means drift. Without drift this is `TabularEnv` over
    `bandit.table`, draw by draw.

    `bandit` is the `BanditModel`, `means` [arms] are the true means of this moment, and `model` is
    the `TabularModel` of this moment, by which a learner is scored.

    Args:
        bandit: A `BanditModel`, or a function that returns one.
        max_episode_steps: Time limit in environment steps, none by default.
        render_mode: None or "ansi".
        **options: Of the function; those of `any_bandit` by default.

    Raises:
        ValueError: If there is no such bandit or render mode, or an action is no arm.

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
    position: Annotated[int, Index(1, none=True)]  # 0 from the first reset on
    elapsed: Counter
    arm: Annotated[int, Index("arms", none=True)]  # the one pulled last
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
        """Whether `model` is true for this moment only."""
        return self.bandit.changing

    @property
    def model(self) -> TabularModel:
        """The world as it is at this moment."""
        if not self.changing:
            return self.bandit.table
        return BanditModel(self.means, self.bandit.deviation).table

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[int, Info]:
        """Start an episode; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self.np_random.random()  # for the start, as every finite world draws it
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
        return f"arm {self.arm} paid {self.reward:.3f}\n"

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
