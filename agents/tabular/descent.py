"""Learning from a transition by one step of gradient descent on the squared error of one cell.

`descend_to_target` fills the rule `update` of `agents/loop.py`: a method that learns by it writes
only its `target`. Plain functions of scalars and rows, the same in the plain and the compiled loop.
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
    """Tilings of a continuous observation space: a power of two."""
    tiles: Count = 8
    """Tiles along each dimension of a continuous observation space."""
    tile_limit: Positive = 3.0
    """Tiles end at minus and plus this where observations have no bounds, as Cart Pole's speeds."""


class TileMemory(NamedTuple):
    """The arrays of a method on tiles; a state is the row of `tiles` that holds its active ones."""

    table: Values  # summands of action values [tiles, actions]
    visits: Counts  # updates of each cell [tiles, actions]
    legal: Allowed  # actions allowed at the two latest observations [2, actions]
    tiles: Annotated[Array, Index("tiles")]  # active at the two latest observations [2, tilings]


def values_of_tiles(memory: TileMemory, state: int) -> Array:
    """Return the action values of an observation: the sum over its active tiles. [actions]."""
    values: Array = np.add.reduce(memory.table.take(memory.tiles[state], axis=0), axis=-2)
    return values


class Next(NamedTuple):
    """The next state, as a target looks at it."""

    values: Array  # action values [actions]
    legal: Array  # allowed actions [actions]
    action: int  # the one picked already, by on-policy methods; -1 otherwise
    exploration_rate: float  # with which the agent picks there


def target(transition: Transition, following: Next, discount: float) -> float:
    """Return the number that the value of the action just taken moves towards; a method's rule."""
    raise NotImplementedError


def aim_of(memory: Tabular, rates: Rates, transition: Transition) -> float:
    """Return the method's target for a transition, with the values as they are now."""
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
        aim: The number that the cell is compared with, held constant.
    """
    visits[state, action] += 1
    rate = decayed_rate(rates.learning_rate, rates.learning_rate_decay, visits[state, action])
    slope = squared_error_derivative(table[state, action], aim)
    table[state, action] = descend(table[state, action], slope, rate)


def require_target(rule: Callable[..., Any]) -> None:
    """Refuse a target that takes other arguments than the loop gives.

    Raises:
        ValueError: Names the arguments that it takes, and those that it should take.
    """
    taken = list(inspect.signature(rule).parameters)
    if len(taken) != 3 or taken[0] == "reward":
        raise ValueError(
            f"The target {rule.__name__}({', '.join(taken)}) must be {TARGET}: transition.reward, "
            "transition.terminated, following.values, following.legal."
        )
