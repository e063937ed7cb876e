"""A small world as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld.arrays import Booleans
from spielfeld.envs.small_worlds.world import SmallWorld, find_world
from spielfeld.envs.tabular_env import TabularEnv


class SmallWorldEnv(TabularEnv):
    """One of the book's small worlds.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | `Discrete(states)`, int, unless the world shows something else           |
    | action      | `Discrete(actions)`; `info["action_mask"]` (int8) where some are illegal |
    | reward      | float: see the world's own card                                          |
    | end         | `terminated` by the world; `truncated` by its time limit                 |
    | state       | `state()`: dict of position (int), elapsed (int), generator (dict)       |

    >>> import gymnasium, spielfeld.envs
    >>> env = gymnasium.make("spielfeld/GamblersProblem-v0", heads=0.25, render_mode="ansi")
    >>> capital, info = env.reset(seed=3)
    >>> print(env.render())
    You have 9 of 100. Stake 1 to 9.

    Args:
        world: "module:function" of what makes the world, or the function.
        time_limit: Environment steps of an episode, in place of the world's limit; 0 for none.
        render_mode: None or "ansi", which tells in words where one is.
        **options: Of the function.

    Raises:
        ValueError: If an option does not fit, or an action is not legal.
    """

    def __init__(
        self,
        world: str | Callable[..., SmallWorld],
        time_limit: int | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        self.world = find_world(world, options)
        limit = self.world.limit(time_limit)
        super().__init__(self.world.model, limit, self.world.discount, render_mode)
        self.action_names, self.board = self.world.actions, self.world.board
        if self._masked:
            self.action_space = LegalActions(self)
        self.encode = self.world.observation
        if self.encode is not None:
            self.observation_space = self.encode.space

    def observe(self) -> Any:
        """Return what the agent sees of the current state."""
        return self.position if self.encode is None else self.encode(self.position)

    def render(self) -> Any:
        """Tell in words where one is, in mode "ansi"."""
        return self.world.tell(self.position) if self.render_mode == "ansi" else None


class LegalActions(Discrete):
    """The actions of a world in which not all are always legal; samples those that are."""

    def __init__(self, env: TabularEnv) -> None:
        super().__init__(env.model.actions)
        self._env = env

    def sample(self, mask: Any = None, probability: Any = None) -> Any:
        """Return a random action, by default one that is legal where the environment stands.

        Before the first episode and after the end of one: where any other may start.
        """
        if mask is None and probability is None:
            mask = self._legal().astype(np.int8)
        return super().sample(mask, probability)

    def _legal(self) -> Booleans:
        model, position = self._env.model, self._env.position
        ended = position < 0 or model.terminal[position]
        states = model.start > 0 if ended else [position]
        legal: Booleans = np.logical_and.reduce(model.legal_actions[states], axis=0)
        return legal
