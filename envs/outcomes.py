"""A `TabularModel` from lists of outcomes: the possible results of each action in each state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Booleans, Floats, Integers
from spielfeld.envs.tabular import TabularModel

BOOK = "Sutton & Barto, 2nd edition"
Outcome = tuple[float, int, float, bool]  # probability, next state, reward, end
Merged = dict[tuple[int, float, bool], float]  # probability of a next state, reward and end


def model_of(
    outcomes: Callable[[int, int], list[Outcome]],
    states: int,
    actions: int,
    start: npt.NDArray[np.float64],
) -> TabularModel:
    """Return the model of a world, given a function that lists the outcomes of an action.

    Args:
        outcomes: Returns all outcomes of an action in a state; an empty list if it is illegal.
        states: Number of states.
        actions: Number of actions.
        start: Distribution of the first state. Shape [states].
    """
    table = {
        state: {action: outcomes(state, action) for action in range(actions)}
        for state in range(states)
    }
    rows = merged_outcomes(table)
    legal = np.array([[bool(merged) for merged in row] for row in rows])
    return TabularModel(*outcome_arrays(rows), start, None if legal.all() else legal)


def stay(state: int) -> list[Outcome]:
    """Return the outcomes of an end state: it leads to itself."""
    return [(1.0, state, 0.0, True)]


def merged_outcomes(table: Mapping[int, Mapping[int, Sequence[Outcome]]]) -> list[list[Merged]]:
    """Return outcomes in which the probabilities of equal outcomes are added up."""
    rows: list[list[Merged]] = []
    for state in sorted(table):
        rows.append([{} for _ in table[state]])
        for action, merged in enumerate(rows[-1]):
            for probability, next_state, reward, terminated in table[state][action]:
                key = (int(next_state), float(reward), bool(terminated))
                merged[key] = merged.get(key, 0.0) + float(probability)
    return rows


def outcome_arrays(
    rows: list[list[Merged]],
) -> tuple[Floats, Integers, Floats, Booleans]:
    """Return probability, next state, reward and end of each outcome, as arrays of a model."""
    width = max(len(merged) for row in rows for merged in row)
    shape = (len(rows), len(rows[0]), width)
    probability, reward = np.zeros(shape), np.zeros(shape)
    next_state = np.empty(shape, np.int32)
    next_state[:] = np.arange(shape[0])[:, None, None]
    terminated = np.zeros(shape, bool)
    for state, row in enumerate(rows):
        for action, merged in enumerate(row):
            for k, ((target, pay, end), share) in enumerate(merged.items()):
                probability[state, action, k], next_state[state, action, k] = share, target
                reward[state, action, k], terminated[state, action, k] = pay, end
    return probability, next_state, reward, terminated
