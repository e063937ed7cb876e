"""Dyna-Q+: Dyna-Q that wonders whether what it has not tried for long has changed.

In planning, a remembered reward is paid a bonus that grows with the time since its action was last
taken in the world, and planning carries the bonus back to where the agent stands: it sets out, over
many steps if need be, to see whether a wall has moved or a way has opened.

    bonus = bonus_weight * square root of the environment steps since the action was last tried
    target = reward + bonus + discount * max over a' of Q(next state, a')

Differs from Dyna-Q by the bonus, and by planning with all legal actions of a state where it has
been: one never tried is thought to lead back to the state itself with reward 0.

The bonus distorts values: after n steps without a try it is worth bonus_weight * sqrt(n) a step. A
world that does not change is learned best with a weight that is small beside its rewards.

Source: Sutton (1990); Sutton & Barto, 2nd edition, section 8.3 and the footnote in it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.dyna_q import DynaQ, DynaQConfig
from spielfeld.agents.tabular.remembered_world import (
    is_new,
    learn_from_memory,
    list_pair,
    recall_pair,
    remember,
    require_listed,
)
from spielfeld.agents.tabular.rules import Allowed, CellCount, Cells, StatesOrNone
from spielfeld.arrays import Array
from spielfeld.settings import Amount, settings
from spielfeld.snapshot import Counts, Values


@settings
class DynaQPlusConfig(DynaQConfig):
    """Settings of Dyna-Q+."""

    bonus_weight: Amount = 0.001
    """Reward for wondering: times the root of the environment steps since the last try."""


class CuriousPlanning(NamedTuple):
    """The numbers that Dyna-Q+ needs besides `Rates`."""

    planning_steps: int
    bonus_weight: float


class DynaQPlusMemory(NamedTuple):
    """What Dyna-Q remembers, and when."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell, from memory too [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]
    rewards: Values  # last seen [states, actions]
    next_states: StatesOrNone  # last seen, the state itself for one never tried [states, actions]
    ends: Array  # whether the episode ended, last seen [states, actions]
    pairs: Cells  # state * actions + action of those that planning picks from [states * actions]
    listed: CellCount  # how many those are [1]
    last_tried: Counts  # at which environment step, 0 for never [states, actions]
    clock: Counts  # environment steps so far [1]

    def require_sound(self, steps: int) -> None:
        """Refuse lists that would name an unknown pair or run over, and times to come."""
        require_listed(self)
        guard.within("The saved 'last_tried'", self.last_tried, 0, int(self.clock[0]) + 1)


def exploration_bonus(bonus_weight: float, steps: int) -> float:
    """Return bonus_weight * sqrt(steps since the last try) (Sutton & Barto, section 8.3)."""
    return bonus_weight * math.sqrt(steps)


def consider_every_action(memory: DynaQPlusMemory, state: int, tried: int) -> None:
    """List the actions of a state that are not listed yet: all legal ones, and the one tried.

    Until tried, each leads back to the state with reward 0. The one tried may be legal no more:
    after a step that stays in its state, `legal` tells of the next visit.
    """
    for action in range(memory.table.shape[1]):
        possible = memory.legal[state, action] or action == tried
        if possible and is_new(memory, state, action):
            memory.next_states[state, action] = state
            list_pair(memory, state, action)


def dyna_q_plus_update(
    memory: DynaQPlusMemory,
    settings: CuriousPlanning,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Remember the step and its time, learn from it, and then from others with their bonus."""
    state, action = transition.state, transition.action
    consider_every_action(memory, state, action)
    remember(memory, transition)
    memory.clock[0] += 1
    memory.last_tried[state, action] = memory.clock[0]
    learn_from_memory(memory, rates, state, action, 0.0)
    for _ in range(settings.planning_steps):
        state, action = recall_pair(memory, agent.random())
        steps = memory.clock[0] - memory.last_tried[state, action]
        bonus = exploration_bonus(settings.bonus_weight, steps)
        learn_from_memory(memory, rates, state, action, bonus)


class DynaQPlus(DynaQ):
    """Dyna-Q+: Dyna-Q with an exploration bonus for actions not tried for a long time.

    Args:
        config: Settings; see `DynaQPlusConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = DynaQPlusConfig
    config: DynaQPlusConfig
    update = staticmethod(dyna_q_plus_update)

    @property
    def settings(self) -> NamedTuple:
        """Return how often to learn from memory, and how curiously."""
        return CuriousPlanning(self.config.planning_steps, self.config.bonus_weight)

    def make_memory(self, table: Array, legal: Array) -> Any:
        """Return a memory in which nothing has been tried yet."""
        last_tried, clock = np.zeros(table.shape, np.int64), np.zeros(1, np.int64)
        dyna_q = super().make_memory(table, legal)._asdict()
        return DynaQPlusMemory(**dyna_q, last_tried=last_tried, clock=clock)
