"""The world as an agent remembers it: what followed each action when it was last tried.

One entry for each state and action: the reward, the next state and whether the episode ended. That
is a model of a deterministic world. In a slippery one it holds the latest accident for the rule,
until the action is tried again: planning then averages over accidents only as fast as they happen.

Plain functions of a memory with the arrays of `Remembered`, such as `dyna_q.DynaQMemory`.

Source: Sutton & Barto, 2nd edition, section 8.2.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.descent import move
from spielfeld.agents.tabular.q_learning import best_value
from spielfeld.agents.tabular.rules import Tabular
from spielfeld.arrays import Array


class Remembered(Tabular, Protocol):
    """The arrays of a remembered world."""

    @property
    def rewards(self) -> Array:
        """Last seen. Shape [states, actions]."""
        ...

    @property
    def next_states(self) -> Array:
        """Last seen, -1 for none. Shape [states, actions]."""
        ...

    @property
    def ends(self) -> Array:
        """Whether the episode ended, last seen. Shape [states, actions]."""
        ...


class Listed(Remembered, Protocol):
    """A remembered world, and the pairs of it that planning picks from."""

    @property
    def pairs(self) -> Array:
        """Pairs as state * actions + action. Shape [states * actions]."""
        ...

    @property
    def listed(self) -> Array:
        """How many pairs are listed, one number."""
        ...


def remember(memory: Remembered, transition: Transition) -> None:
    """Write down what an action led to, over what it led to before.

    A step that ran into the time limit is no end: it led to its next state.
    """
    state, action = transition.state, transition.action
    memory.rewards[state, action] = transition.reward
    memory.next_states[state, action] = transition.next_state
    memory.ends[state, action] = transition.terminated


def is_new(memory: Remembered, state: int, action: int) -> bool:
    """Return whether nothing is remembered of an action."""
    return bool(memory.next_states[state, action] < 0)


def require_listed(memory: Listed) -> None:
    """Refuse a saved list with a pair twice, or with one of which nothing is remembered."""
    listed = memory.pairs[: memory.listed[0]]
    guard.require(len(np.unique(listed)) == len(listed), "The saved 'pairs' hold a pair twice.")
    known = memory.next_states.ravel()[listed] >= 0
    guard.require(known.all(), "The saved 'pairs' hold one of which nothing is remembered.")


def list_pair(memory: Listed, state: int, action: int) -> None:
    """Put a state and an action on the list of those that planning picks from."""
    memory.pairs[memory.listed[0]] = state * memory.table.shape[1] + action
    memory.listed[0] += 1


def recall_pair(memory: Listed, draw: float) -> tuple[int, int]:
    """Return the state and the action that a draw from [0, 1) picks, each listed pair alike."""
    pair = memory.pairs[int(draw * memory.listed[0])]
    return pair // memory.table.shape[1], pair % memory.table.shape[1]


def remembered_target(
    memory: Remembered, discount: float, state: int, action: int, bonus: float
) -> float:
    """Return Q-learning's target for what is remembered of an action, paid a bonus on top."""
    next_state = memory.next_states[state, action]
    reward: float = memory.rewards[state, action] + bonus
    if memory.ends[state, action]:
        return reward
    return reward + discount * best_value(memory.table[next_state], memory.legal[next_state])


def learn_from_memory(
    memory: Remembered, rates: Rates, state: int, action: int, bonus: float
) -> None:
    """Take one step of Q-learning on what is remembered of an action."""
    aim = remembered_target(memory, rates.discount, state, action, bonus)
    move(memory.table, memory.visits, rates, state, action, aim)
