"""One step of gradient descent on the squared error of one cell, for each transition.

`descend_to_target` is the rule `update` of `agents/loop.py`. A method with this rule defines only
its `target`. All functions take numbers and rows, and are the same in the plain and the compiled
loop.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np

from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.rules import Allowed, ControlConfig, Tabular, values_of
from spielfeld.arrays import Array
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import decayed_rate, descend
from spielfeld.settings import Count, Positive, settings
from spielfeld.snapshot import Counts, Index, Values

TARGET = "target(transition, following, discount)"


@settings
class GradientConfig(ControlConfig):
    """Settings of one-step control by gradient descent, on a table or on tiles."""

    tilings: Count = 8
    """Number of tilings of a continuous observation space: a power of two."""
    tiles: Count = 8
    """Number of tiles along each dimension of a continuous observation space."""
    tile_limit: Positive = 3.0
    """Bound of the tiles, below and above 0, for observations without bounds."""


class TileMemory(NamedTuple):
    """Arrays of a method with tile coding; a state is a row of `tiles`, the active tiles."""

    table: Values  # weights of tiles; an action value is a sum of weights [tiles, actions]
    visits: Counts  # updates of each cell [tiles, actions]
    legal: Allowed  # legal actions at the two latest observations [2, actions]
    tiles: Annotated[Array, Index("tiles")]  # active at the two latest observations [2, tilings]


def values_of_tiles(memory: TileMemory, state: int) -> Array:
    """Return the action values of an observation: the sums over its active tiles. [actions]."""
    values: Array = np.add.reduce(memory.table.take(memory.tiles[state], axis=0), axis=-2)
    return values


class Next(NamedTuple):
    """Next state, as a target uses it."""

    values: Array  # action values [actions]
    legal: Array  # legal actions [actions]
    action: int  # the next action of an on-policy method; otherwise -1
    exploration_rate: float  # probability of a random action in the next state


def target(transition: Transition, following: Next, discount: float) -> float:
    """Return the target for the value of the action just taken; a rule of the method."""
    raise NotImplementedError


def aim_of(memory: Tabular, rates: Rates, transition: Transition) -> float:
    """Return the method's target for a transition, with the current values."""
    state = transition.next_state
    following = Next(values_of(memory, state), memory.legal[state], transition.next_action,
                     transition.next_exploration_rate)  # fmt: skip
    return target(transition, following, rates.discount)


def descend_to_target(
    memory: Tabular,
    settings: object,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Move the cell of the action just taken one step towards its target."""
    aim = aim_of(memory, rates, transition)
    move(memory.table, memory.visits, rates, transition.state, transition.action, aim)


def move(table: Array, visits: Array, rates: Rates, state: int, action: int, aim: float) -> None:
    """Take one step of gradient descent on the squared error of one cell.

    Args:
        table: Changed in place. Shape [states, actions].
        visits: Updates of each cell, changed in place. Shape [states, actions].
        rates: `learning_rate` and `learning_rate_decay`; see `spielfeld.agents.loop.Rates`.
        state: Row of the cell.
        action: Column of the cell.
        aim: Target of the cell, held constant.
    """
    visits[state, action] += 1
    rate = decayed_rate(rates.learning_rate, rates.learning_rate_decay, visits[state, action])
    slope = squared_error_derivative(table[state, action], aim)
    table[state, action] = descend(table[state, action], slope, rate)


def require_target(rule: Callable[..., Any]) -> None:
    """Refuse a target whose arguments differ from those of the loop.

    Raises:
        ValueError: If the arguments differ; names its arguments and the expected ones.
    """
    taken = list(inspect.signature(rule).parameters)
    if len(taken) != 3 or taken[0] == "reward":
        raise ValueError(
            f"The target {rule.__name__}({', '.join(taken)}) must be {TARGET}: transition.reward, "
            "transition.terminated, following.values, following.legal."
        )
