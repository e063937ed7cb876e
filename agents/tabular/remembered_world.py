"""Learned model of the world: the result of each action when the agent last tried it.

The model stores the reward, the next state and the end of the episode for each state and action. It
is exact in a deterministic world. In a slippery world it holds only the latest random result, until
the agent tries the action again. Planning then repeats this result.

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
    """Arrays of a learned model."""

    @property
    def rewards(self) -> Array:
        """Latest reward. Shape [states, actions]."""
        ...

    @property
    def next_states(self) -> Array:
        """Latest next state, -1 for none. Shape [states, actions]."""
        ...

    @property
    def ends(self) -> Array:
        """Whether the episode ended at the latest try. Shape [states, actions]."""
        ...


class Listed(Remembered, Protocol):
    """Learned model with a list of the pairs for planning."""

    @property
    def pairs(self) -> Array:
        """Pairs as state * actions + action. Shape [states * actions]."""
        ...

    @property
    def listed(self) -> Array:
        """Number of listed pairs."""
        ...


def remember(memory: Remembered, transition: Transition) -> None:
    """Store the result of an action in place of the earlier result.

    A step at the time limit is no end: it led to its next state.
    """
    state, action = transition.state, transition.action
    memory.rewards[state, action] = transition.reward
    memory.next_states[state, action] = transition.next_state
    memory.ends[state, action] = transition.terminated


def is_new(memory: Remembered, state: int, action: int) -> bool:
    """Return whether the model has no result of an action."""
    return bool(memory.next_states[state, action] < 0)


def require_listed(memory: Listed) -> None:
    """Refuse a saved list with a pair twice, or with a pair that has no stored result."""
    listed = memory.pairs[: memory.listed[0]]
    guard.require(len(np.unique(listed)) == len(listed), "The saved 'pairs' hold a pair twice.")
    known = memory.next_states.ravel()[listed] >= 0
    guard.require(known.all(), "The saved 'pairs' hold a pair that has no stored result.")


def list_pair(memory: Listed, state: int, action: int) -> None:
    """Add a state and an action to the list of pairs for planning."""
    memory.pairs[memory.listed[0]] = state * memory.table.shape[1] + action
    memory.listed[0] += 1


def recall_pair(memory: Listed, draw: float) -> tuple[int, int]:
    """Return the pair that a draw from [0, 1) picks; all listed pairs are equally likely."""
    pair = memory.pairs[int(draw * memory.listed[0])]
    return pair // memory.table.shape[1], pair % memory.table.shape[1]


def remembered_target(
    memory: Remembered, discount: float, state: int, action: int, bonus: float
) -> float:
    """Return Q-learning's target for the stored result of an action, plus a bonus."""
    next_state = memory.next_states[state, action]
    reward: float = memory.rewards[state, action] + bonus
    if memory.ends[state, action]:
        return reward
    return reward + discount * best_value(memory.table[next_state], memory.legal[next_state])


def learn_from_memory(
    memory: Remembered, rates: Rates, state: int, action: int, bonus: float
) -> None:
    """Take one step of Q-learning on the stored result of an action."""
    aim = remembered_target(memory, rates.discount, state, action, bonus)
    move(memory.table, memory.visits, rates, state, action, aim)
