"""Dyna-Q: learn from each step, remember it, and learn from what is remembered in between.

After each step the agent writes down what its action led to. Then it takes `planning_steps`
further steps of Q-learning in its mind: on pairs of state and action that it picks at random among
those that it has tried, with the reward and the next state that it remembers.

    target = reward + discount * max over a' of Q(next state, a'), and reward alone at the end
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)
    the same for `planning_steps` remembered (state, action, reward, next state)

Differs from Q-learning by the planning steps alone: with none of them it is Q-learning.

It is meant for deterministic worlds, where memory is the truth. In slippery ones memory holds the
latest outcome in the place of all that may happen, and planning makes the agent believe in it: on
the slippery 8x8 frozen lake 200,000 steps bring 0.99 of perfect with no planning steps, 0.95 with
one, 0.83 with five, and 0.09 with five and a `learning_rate_decay` of 0 (means of 5 seeds).

Source: Sutton (1990); Sutton & Barto, 2nd edition, section 8.2. The book picks a remembered state
and then an action tried there; here every pair is as likely as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.remembered_world import (
    is_new,
    learn_from_memory,
    list_pair,
    recall_pair,
    remember,
    require_listed,
)
from spielfeld.agents.tabular.rules import Allowed, CellCount, Cells, ControlConfig, StatesOrNone
from spielfeld.arrays import Array
from spielfeld.settings import Whole, settings
from spielfeld.snapshot import Counts, Values


@settings
class DynaQConfig(ControlConfig):
    """Settings of Dyna-Q."""

    planning_steps: Whole = 5
    """Updates from memory after each environment step."""


class Planning(NamedTuple):
    """The number that Dyna-Q needs besides `Rates`."""

    planning_steps: int


class DynaQMemory(NamedTuple):
    """The table, and the world as it is remembered."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell, from memory too [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]
    rewards: Values  # last seen [states, actions]
    next_states: StatesOrNone  # last seen, -1 for none [states, actions]
    ends: Array  # whether the episode ended, last seen [states, actions]
    pairs: Cells  # state * actions + action of those that planning picks from [states * actions]
    listed: CellCount  # how many those are [1]

    def require_sound(self, steps: int) -> None:
        """Refuse lists that would name an unknown pair, or run over."""
        require_listed(self)


def dyna_q_update(
    memory: DynaQMemory,
    settings: Planning,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Remember the step, learn from it, and then from `planning_steps` others.

    The step just taken is what is remembered of its action, so the same update serves both.
    """
    state, action = transition.state, transition.action
    if is_new(memory, state, action):
        list_pair(memory, state, action)
    remember(memory, transition)
    learn_from_memory(memory, rates, state, action, 0.0)
    for _ in range(settings.planning_steps):
        state, action = recall_pair(memory, agent.random())
        learn_from_memory(memory, rates, state, action, 0.0)


class DynaQ(TabularLearner):
    """Dyna-Q: Q-learning that also updates from a learned model after every step.

    Args:
        config: Settings; see `DynaQConfig`.
        seed: Of the agent's generator, and of the environment's first reset.

    >>> import gymnasium, spielfeld.envs
    >>> learner = DynaQ(DynaQConfig(planning_steps=50), seed=1)
    >>> history = learner.learn(gymnasium.make("spielfeld/CliffWalking-v0"), samples=2_000)
    >>> learner.visits.sum().item()
    102000
    """

    config_class: ClassVar[type[Any]] = DynaQConfig
    config: DynaQConfig
    update: ClassVar[Callable[..., None]] = staticmethod(dyna_q_update)

    @property
    def settings(self) -> NamedTuple:
        """Return how often to learn from memory."""
        return Planning(self.config.planning_steps)

    def make_memory(self, table: Array, legal: Array) -> DynaQMemory:
        """Return a memory in which nothing has been tried yet."""
        return DynaQMemory(
            table,
            np.zeros(table.shape, np.int64),
            legal,
            rewards=np.zeros(table.shape),
            next_states=np.full(table.shape, -1),
            ends=np.zeros(table.shape, bool),
            pairs=np.zeros(table.size, np.int64),
            listed=np.zeros(1, np.int64),
        )
