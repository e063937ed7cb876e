"""Dyna-Q+: Dyna-Q with an exploration bonus for actions not tried for a long time.

In planning, a stored reward is increased by a bonus. The bonus grows with the time since the agent
last tried the action in the world. Planning carries the bonus back to the agent's state, through
many states if necessary. So the agent goes and tests whether the world has changed there.

    bonus = bonus_weight * square root of the environment steps since the action was last tried
    target = reward + bonus + discount * max over a' of Q(next state, a')

Differs from Dyna-Q by the bonus, and by planning with all legal actions of each visited state. An
action that was never tried leads back to its state with reward 0 in the model.

The bonus changes the values: after n steps without a try it adds bonus_weight * sqrt(n) per step.
For a world that does not change, use a weight that is small beside its rewards.

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
    """Exploration bonus = this weight * root of the environment steps since the last try."""


class CuriousPlanning(NamedTuple):
    """Settings of Dyna-Q+ that are not in `Rates`."""

    planning_steps: int
    bonus_weight: float


class DynaQPlusMemory(NamedTuple):
    """Table and learned model of Dyna-Q, and the time of each action's last try."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell, from memory too [states, actions]
    legal: Allowed  # updates of each cell, from the model too [states, actions]
    rewards: Values  # legal actions seen so far [states, actions]
    next_states: StatesOrNone  # latest reward [states, actions]
    ends: Array  # latest next state; the state itself if never tried [states, actions]
    pairs: Cells  # whether the episode ended at the latest try [states, actions]
    listed: CellCount  # pairs for planning, as state * actions + action [states * actions]
    last_tried: Counts  # number of these pairs [1]
    clock: Counts  # environment steps so far [1]

    def require_sound(self, steps: int) -> None:
        """Refuse lists with an unknown pair or with too many pairs, and times in the future."""
        require_listed(self)
        guard.within("The saved 'last_tried'", self.last_tried, 0, int(self.clock[0]) + 1)


def exploration_bonus(bonus_weight: float, steps: int) -> float:
    """Return bonus_weight * sqrt(steps since the last try) (Sutton & Barto, section 8.3)."""
    return bonus_weight * math.sqrt(steps)


def consider_every_action(memory: DynaQPlusMemory, state: int, tried: int) -> None:
    """List all legal actions of a state, and the action just tried, if not listed yet.

    An action that was never tried leads back to its state with reward 0. The action just tried may
    be illegal now: `legal` already describes the next visit if the state did not change.
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
    """Store the step and its time, learn from it, and then from stored ones with their bonus."""
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
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = DynaQPlusConfig
    config: DynaQPlusConfig
    update = staticmethod(dyna_q_plus_update)

    @property
    def settings(self) -> NamedTuple:
        """Return the number of updates from the model, and the weight of the bonus."""
        return CuriousPlanning(self.config.planning_steps, self.config.bonus_weight)

    def make_memory(self, table: Array, legal: Array) -> Any:
        """Return a model in which no action has been tried."""
        last_tried, clock = np.zeros(table.shape, np.int64), np.zeros(1, np.int64)
        dyna_q = super().make_memory(table, legal)._asdict()
        return DynaQPlusMemory(**dyna_q, last_tried=last_tried, clock=clock)
