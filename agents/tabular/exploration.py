"""How a tabular agent picks actions and moves a value, and how its rates change while it learns.

Plain functions of scalars and rows, shared to the letter by readable and compiled loops.
"""

from __future__ import annotations

from typing import Any

from spielfeld.arrays import Array
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import descend


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


def linear_schedule(start: float, end: float, duration: float, samples: int) -> float:
    """Return a rate that goes from `start` to `end` in `duration` samples, then stays."""
    if samples >= duration:
        return end
    return start + (end - start) * samples / duration


def decayed_rate(rate: float, decay: float, visits: int) -> float:
    """Return rate / (1 + decay * (visits - 1)), the step size of a cell's `visits`-th update.

    With decay 0 it is constant, and the table keeps following the latest noise. With decay > 0 the
    steps sum to infinity and their squares do not, so noise averages out (Robbins & Monro, 1951;
    Sutton & Barto, equation 2.7). Rate 1 and decay 1 give the sample average.
    """
    return rate / (1.0 + decay * (visits - 1))


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


def move(table: Array, visits: Array, rates: Any, state: int, action: int, aim: float) -> None:
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
