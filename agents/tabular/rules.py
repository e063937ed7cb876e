"""Arrays, settings and the rule that picks an action, for all tabular methods.

Each method has a named tuple of arrays that compiled loops change in place. The annotation of an
array states the meaning of its numbers; a state from a file is checked by it.

`soft_pick` is the rule `pick` of `agents/loop.py`. The rule `update` of methods with a `target` is
in `descent.py`. All functions take numbers and rows, and are the same in the plain and the compiled
loop.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple, Protocol, runtime_checkable

import numpy as np

from spielfeld.arrays import Array
from spielfeld.settings import Amount, Finite, Range, Share, Whole, settings
from spielfeld.snapshot import Counts, Grows, Index, Values

StepSize = Annotated[float, Range(0, 1, open_low=True)]

# Arrays.

Allowed = Annotated[Array, Amount]
"""Whether actions are legal, or the weights that a policy gives them."""
States = Annotated[Array, Index("states")]
StatesOrNone = Annotated[Array, Index("states", none=True)]
Columns = Annotated[Array, Index("columns")]
Cells = Annotated[Array, Index("cells")]
"""Cells of the table, each as row * columns + column."""
CellsOrNone = Annotated[Array, Index("cells", none=True)]
CellCount = Annotated[Array, Index("cell_counts")]
"""Number of used cells in a list, one number."""
StepsOrNone = Annotated[Array, Range(-1, 2**62)]
EpisodeStates = Annotated[Array, Grows(), Index("states")]
"""State of each step of the episode; the array grows with the episode."""
EpisodeColumns = Annotated[Array, Grows(), Index("columns")]
EpisodeRewards = Annotated[Array, Grows(), Finite]
EpisodeShares = Annotated[Array, Grows(), Share]


class Tabular(Protocol):
    """First arrays of every memory."""

    @property
    def table(self) -> Values:
        """Action values or state values. Shape [states, actions] or [states, 1]."""
        ...

    @property
    def visits(self) -> Counts:
        """Number of updates of each cell, with the shape of the table."""
        ...

    @property
    def legal(self) -> Allowed:
        """Legal actions seen so far, or the weights of a policy. Shape [states, actions]."""
        ...


@runtime_checkable
class SoundMemory(Protocol):
    """Memory whose arrays must agree with one another."""

    def require_sound(self, steps: int) -> None:
        """Raise a ValueError if the arrays do not fit an episode of `steps` environment steps."""
        ...


class Memory(NamedTuple):
    """Arrays of every method; a larger memory begins with these and adds its own."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]


# Settings.


class TabularConfig(Protocol):
    """The settings that every tabular method has."""

    @property
    def discount(self) -> float:
        """Weight of the next state's value, in [0, 1]."""
        ...

    @property
    def initial_value(self) -> float:
        """Value of every cell at the start."""
        ...


@settings
class PredictionConfig:
    """Settings of prediction methods, which learn the values of a given policy."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = 0.0
    """Value of every cell at the start."""
    learning_rate: StepSize = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: Amount = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""


@settings
class ControlConfig:
    """Settings that control methods share."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = 0.0
    """Value of every cell at the start; a very high value makes the agent try every action."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.3
    """Probability of a random action at the end."""
    exploration_samples: Whole = 10_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""
    learning_rate: StepSize = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: Amount = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""


# Picking an action.


def values_of(memory: Tabular, state: int) -> Array:
    """Return the action values of a state. Shape [actions]."""
    values: Array = memory.table[state]
    return values


def soft_pick(
    memory: Tabular, settings: object, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pick a random legal action with probability `rate`, otherwise a best action; two draws."""
    values, legal = values_of(memory, state), memory.legal[state]
    return choose_action(values, legal, rate, agent.random(), agent.random())


def choose_action(
    values: Array, legal: Array, exploration_rate: float, explore_draw: float, choice_draw: float
) -> int:
    """Pick a random legal action with probability `exploration_rate`, otherwise a best action.

    Ties between best actions are broken at random. Otherwise a new agent would always take the
    first action, for example into a wall (Sutton & Barto, section 2.2).

    Args:
        values: Action values. Shape [actions].
        legal: Which actions are legal. Shape [actions].
        exploration_rate: Probability of a random action.
        explore_draw: A draw from [0, 1) that decides whether to explore.
        choice_draw: A draw from [0, 1) that picks among the candidates.
    """
    explores = explore_draw < exploration_rate
    best, candidates = -float("inf"), 0
    for action in range(values.size):
        if legal[action]:
            if explores or values[action] == best:
                candidates += 1
            elif values[action] > best:
                best, candidates = values[action], 1
    pick = int(choice_draw * candidates)
    for action in range(values.size):
        if legal[action] and (explores or values[action] == best):
            if pick == 0:
                return action
            pick -= 1
    return -1  # never reached: every state has a legal action


def action_probability(values: Array, legal: Array, exploration_rate: float, action: int) -> float:
    """Return the probability that `choose_action` picks `action`, with random ties.

    It is exploration_rate / legal actions, plus (1 - exploration_rate) / best actions for a best
    action.

    Args:
        values: Action values. Shape [actions].
        legal: Which actions are legal. Shape [actions].
        exploration_rate: Probability of a random action; 0 for the greedy policy.
        action: A legal action.
    """
    best, ties, count = -float("inf"), 0, 0
    for other in range(values.size):
        if legal[other]:
            count += 1
            if values[other] > best:
                best, ties = values[other], 1
            elif values[other] == best:
                ties += 1
    greedy = (1.0 - exploration_rate) / ties if values[action] == best else 0.0
    return exploration_rate / count + greedy
