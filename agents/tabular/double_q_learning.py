"""Double Q-learning: two tables, which remove the maximisation bias of Q-learning.

The maximum of several noisy estimates is too high on average: this is the maximisation bias. Double
Q-learning avoids it by two tables that learn from different steps. One table selects the best next
action; the other table gives its value. A random draw after each step selects the table that
learns.

    a* = argmax over a of Q1(next state, a)
    target = reward + discount * Q2(next state, a*), and reward alone at the end
    Q1(state, action) <- Q1(state, action) - learning_rate * (Q1(state, action) - target)

The other case exchanges Q1 and Q2. The agent acts by the mean of both tables.

Differs from Q-learning by the second table. The update is not a gradient step on one table, so this
file defines it.

Source: van Hasselt (2010); Sutton & Barto, 2nd edition, section 6.7, equation 6.10.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.descent import move
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.rules import Allowed, ControlConfig, choose_action
from spielfeld.arrays import Array
from spielfeld.settings import settings
from spielfeld.snapshot import Counts, Values


@settings
class DoubleQLearningConfig(ControlConfig):
    """Settings of Double Q-learning."""


class DoubleMemory(NamedTuple):
    """Arrays of Double Q-learning."""

    table: Values  # mean of both tables, from which the agent picks actions [states, actions]
    visits: Counts  # updates of each cell in either table [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    tables: Values  # both tables [2, states, actions]
    updates: Counts  # updates of each cell of each table [2, states, actions]


def double_q_learning_target(
    reward: float,
    discount: float,
    terminated: bool,
    choosing_values: Array,
    judging_values: Array,
    next_legal: Array,
    tie_draw: float,
) -> float:
    """Return reward + discount * Q2(next state, argmax of Q1) (Sutton & Barto, equation 6.10).

    Args:
        reward: Reward of the step just taken.
        discount: Weight of the next state's value.
        terminated: Whether the step ended the episode; a truncated one keeps its bootstrap.
        choosing_values: Next state's values in the table that learns. Shape [actions].
        judging_values: Next state's values in the other table. Shape [actions].
        next_legal: Legal actions of the next state. Shape [actions].
        tie_draw: A draw from [0, 1) that picks among equally good actions.
    """
    if terminated:
        return reward
    best = choose_action(choosing_values, next_legal, 0.0, 0.0, tie_draw)
    judged: float = judging_values[best]
    return reward + discount * judged


def update_one_of_two(
    memory: DoubleMemory,
    settings: object,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Select a table at random, and move its cell towards the target from the other table."""
    state, action, following = transition.state, transition.action, transition.next_state
    chosen = int(agent.random() < 0.5)
    learning, judging = memory.tables[chosen], memory.tables[1 - chosen]
    aim = double_q_learning_target(
        transition.reward, rates.discount, transition.terminated,
        learning[following], judging[following], memory.legal[following], agent.random(),
    )  # fmt: skip
    move(learning, memory.updates[chosen], rates, state, action, aim)
    memory.visits[state, action] += 1
    memory.table[state, action] = (learning[state, action] + judging[state, action]) / 2


class DoubleQLearning(TabularLearner):
    """Double Q-learning: two tables, which remove the maximisation bias of Q-learning.

    Args:
        config: Settings; see `DoubleQLearningConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = DoubleQLearningConfig
    update = staticmethod(update_one_of_two)

    def make_memory(self, table: Array, legal: Array) -> DoubleMemory:
        """Return two tables and their mean."""
        counts = np.zeros((3, *table.shape), np.int64)
        return DoubleMemory(table, counts[0], legal, np.stack([table, table]), counts[1:])
