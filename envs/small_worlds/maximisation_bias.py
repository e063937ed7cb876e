"""Maximisation bias: example 6.7 of Sutton & Barto, with many noisy rewards below 0."""

from __future__ import annotations

import dataclasses

import numpy as np

from spielfeld.envs.env import World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

A, B, END = 0, 1, 2
LEFT, RIGHT = 0, 1


def maximisation_bias(
    actions: int = 10, mean: float = -0.1, deviation: float = 1.0
) -> TabularModel:
    """Return the world of maximisation bias: right ends at once, left leads to noisy rewards.

    | card     |                                                                       |
    |----------|-----------------------------------------------------------------------|
    | states   | 0: A; 1: B; 2: the end                                                |
    | actions  | in A 0: left to B, 1: right to the end; in B `actions` ways to the end |
    | reward   | in A 0; in B normal with `mean` and `deviation`                       |
    | end      | after right in A, and after every action in B                         |
    | start    | in A                                                                  |
    | discount | 1                                                                     |
    | source   | Sutton & Barto, 2nd edition, example 6.7                              |

    >>> from spielfeld.agents.planning import policy_iteration
    >>> print(policy_iteration(maximisation_bias()).action_values[A, :2])
    [-0.1  0. ]

    Args:
        actions: Number of actions in B, 2 or more.
        mean: Mean of the rewards in B.
        deviation: Standard deviation of the rewards in B.

    Raises:
        ValueError: If there are less than two actions.
    """
    if not isinstance(actions, int) or actions < 2:
        raise ValueError(f"The world needs 2 or more actions, not {actions!r}.")

    def outcomes(state: int, action: int) -> list[Outcome]:
        if state == END:
            return stay(state)
        if state == B:
            return [(1.0, END, mean, True)]
        if action == LEFT:
            return [(1.0, B, 0.0, False)]
        return [(1.0, END, 0.0, True)] if action == RIGHT else []

    model = model_of(outcomes, 3, actions, np.eye(3)[A])
    noise = np.zeros(model.probability.shape)
    noise[B] = deviation
    return dataclasses.replace(model, reward_deviation=noise)


def bias_world(actions: int = 10, mean: float = -0.1, deviation: float = 1.0) -> World:
    """Return the world, with the arguments of `maximisation_bias`."""
    model = maximisation_bias(actions, mean, deviation)
    names = tuple(str(action) for action in range(model.actions))
    name, source, row = "Maximisation bias", f"{BOOK}, example 6.7", np.array([[B, A, END]])
    return World(name, source, model, names, _tell, row)


def _tell(state: int) -> str:
    if state == A:
        return "You are in A. 0: left to B, 1: right to the end."
    return "You are in B. Every action leads to the end." if state == B else "This is the end."
