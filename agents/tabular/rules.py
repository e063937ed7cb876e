"""Arrays, settings and the rule to pick an action, which tabular methods share.

Each method keeps a named tuple of arrays that compiled loops change in place. The annotation of an
array says what its numbers stand for, so that a state from a file is checked before it is restored.

`soft_pick` fills the rule `pick` of `agents/loop.py`. The rule `update` of methods with a `target`
stands in `descent.py`. Plain functions of scalars and rows, the same in the plain and the compiled
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
"""Whether actions are allowed, or the weights that a policy gives them."""
States = Annotated[Array, Index("states")]
StatesOrNone = Annotated[Array, Index("states", none=True)]
Columns = Annotated[Array, Index("columns")]
Cells = Annotated[Array, Index("cells")]
"""Cells of the table, each as row * columns + column."""
CellsOrNone = Annotated[Array, Index("cells", none=True)]
CellCount = Annotated[Array, Index("cell_counts")]
"""How many cells of a list are in use, one number."""
StepsOrNone = Annotated[Array, Range(-1, 2**62)]
EpisodeStates = Annotated[Array, Grows(), Index("states")]
"""Of each step of the episode; the array grows with it."""
EpisodeColumns = Annotated[Array, Grows(), Index("columns")]
EpisodeRewards = Annotated[Array, Grows(), Finite]
EpisodeShares = Annotated[Array, Grows(), Share]


class Tabular(Protocol):
    """The arrays that every memory begins with."""

    @property
    def table(self) -> Values:
        """Action values, or values of states. Shape [states, actions] or [states, 1]."""
        ...

    @property
    def visits(self) -> Counts:
        """Updates of each cell, of the table's shape."""
        ...

    @property
    def legal(self) -> Allowed:
        """Actions known to be allowed, or a policy's weights. Shape [states, actions]."""
        ...


@runtime_checkable
class SoundMemory(Protocol):
    """A memory whose arrays must agree with one another."""

    def require_sound(self, steps: int) -> None:
        """Raise a ValueError if they do not fit an episode of `steps` environment steps."""
        ...


class Memory(NamedTuple):
    """The arrays of every method; one that needs more names these first, then its own."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]


# Settings.


class TabularConfig(Protocol):
    """The settings that every tabular method has."""

    @property
    def discount(self) -> float:
        """Weight of the next state's value, in [0, 1]."""
        ...

    @property
    def initial_value(self) -> float:
        """Of every cell."""
        ...


@settings
class PredictionConfig:
    """Settings of methods that judge a policy and choose nothing."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = 0.0
    """Of every cell."""
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
    """Of every cell; one that is too good to be true makes the agent try everything."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.3
    """Probability of a random action in the end."""
    exploration_samples: Whole = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""
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
    """Pick a random legal action with probability `rate`, else a best one; two draws."""
    values, legal = values_of(memory, state), memory.legal[state]
    return choose_action(values, legal, rate, agent.random(), agent.random())


def choose_action(
    values: Array, legal: Array, exploration_rate: float, explore_draw: float, choice_draw: float
) -> int:
    """Pick a random legal action with probability `exploration_rate`, else a best one.

    Ties between best actions are broken at random: an agent that always took the first would walk
    into the same wall as long as it knows nothing (Sutton & Barto, section 2.2).

    Args:
        values: Action values. Shape [actions].
        legal: Which actions are allowed. Shape [actions].
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
    """Return how likely `choose_action` picks `action`, when ties are broken at random.

    exploration_rate / legal actions, and for a best one (1 - exploration_rate) / best ones more.

    Args:
        values: Action values. Shape [actions].
        legal: Which actions are allowed. Shape [actions].
        exploration_rate: Probability of a random action; 0 asks about the greedy policy.
        action: A legal one.
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
