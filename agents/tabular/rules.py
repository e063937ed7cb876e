"""The settings and rules that tabular methods share: how to pick an action, and how to learn.

`soft_pick` and `descend_to_target` fill the rules `pick` and `update` of `agents/loop.py`. A method
that is gradient descent on the squared error of one cell writes only its `target`. Others write an
`update` of their own. Plain functions of scalars and rows, the same in the plain and the compiled
loop.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Protocol

import numpy as np

from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.memory import Tabular
from spielfeld.arrays import Array
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import decayed_rate, descend
from spielfeld.settings import Amount, Count, Finite, Positive, Range, Share, Whole, settings

StepSize = Annotated[float, Range(0, 1, open_low=True)]
TARGET = "target(transition, following, discount)"


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


@settings
class GradientConfig(ControlConfig):
    """Settings of one-step control by gradient descent, on a table or on tiles."""

    tilings: Count = 8
    """Tilings of a continuous observation space: a power of two."""
    tiles: Count = 8
    """Tiles along each dimension of a continuous observation space."""
    tile_limit: Positive = 3.0
    """Tiles end at minus and plus this where observations have no bounds, as Cart Pole's speeds."""


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


# Learning from a transition.


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
