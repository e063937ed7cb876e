"""Reads the transition tables that Gymnasium's toy worlds carry."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Booleans, Floats
from spielfeld.envs.tabular import TabularModel

Outcomes = dict[tuple[int, float, bool], float]
RANDOM_BEYOND_TABLE = ("fickle_passenger",)


def read_table(env: Any) -> TabularModel:
    """Read the transition table `P` of a Gymnasium env (FrozenLake, CliffWalking, Taxi).

    Equal outcomes are merged; the start comes from `initial_state_distrib`; states in which
    episodes end are made absorbing.

    Args:
        env: An environment whose `unwrapped` has `P` and `initial_state_distrib`.

    Raises:
        ValueError: If the env has no such table, or its `step` goes beyond it.
    """
    world = env.unwrapped
    name = world.spec.id if world.spec else type(world).__name__
    if not hasattr(world, "P") or not hasattr(world, "initial_state_distrib"):
        raise ValueError(f"{name} has no table P with initial_state_distrib to read a model from.")
    for option in RANDOM_BEYOND_TABLE:
        if getattr(world, option, False):
            raise ValueError(f"{name} has {option}, so its step does more than its table P says.")
    start = np.asarray(world.initial_state_distrib, np.float64)
    return _absorbing(*outcome_arrays(merged_outcomes(world.P)), start / start.sum(), name)


def merged_outcomes(table: dict[int, dict[int, list[Any]]]) -> list[list[Outcomes]]:
    """Add up the probabilities of equal outcomes."""
    rows: list[list[Outcomes]] = []
    for state in sorted(table):
        rows.append([{} for _ in table[state]])
        for action, merged in enumerate(rows[-1]):
            for probability, next_state, reward, terminated in table[state][action]:
                key = (int(next_state), float(reward), bool(terminated))
                merged[key] = merged.get(key, 0.0) + float(probability)
    return rows


def outcome_arrays(rows: list[list[Outcomes]]) -> tuple[Floats, Any, Floats, Booleans]:
    """Return probability, next state, reward and end of each outcome, of the shape of a model."""
    width = max(len(merged) for row in rows for merged in row)
    shape = (len(rows), len(rows[0]), width)
    probability, reward = np.zeros(shape), np.zeros(shape)
    next_state = np.broadcast_to(np.arange(shape[0])[:, None, None], shape).copy()
    terminated = np.zeros(shape, bool)
    for state, row in enumerate(rows):
        for action, merged in enumerate(row):
            for k, ((target, pay, end), share) in enumerate(merged.items()):
                probability[state, action, k], next_state[state, action, k] = share, target
                reward[state, action, k], terminated[state, action, k] = pay, end
    return probability, next_state, reward, terminated


def _absorbing(
    probability: Floats,
    next_state: Any,
    reward: Floats,
    terminated: Booleans,
    start: Floats,
    name: str,
) -> TabularModel:
    """Make every state that ends an episode lead to itself with reward 0."""
    possible = probability > 0
    ends = np.zeros(len(start), bool)
    ends[next_state[possible & terminated]] = True
    visited = _visited(next_state, possible & ~terminated, start)
    goes_on = possible & ~terminated & ends[next_state] & (visited & ~ends)[:, None, None]
    if goes_on.any():
        state, action, _ = np.argwhere(goes_on)[0]
        raise ValueError(
            f"{name}: state {state}, action {action} enters a state that ends other episodes "
            "without ending this one, which a table of states cannot tell apart."
        )
    probability[ends] = np.arange(probability.shape[2]) == 0
    next_state[ends] = np.flatnonzero(ends)[:, None, None]
    reward[ends], terminated[ends] = 0.0, True
    return TabularModel(probability, next_state, reward, terminated, start)


def _visited(next_state: Any, goes_on: Booleans, start: Floats) -> Booleans:
    """States that an episode can stand in, from the start along outcomes that go on."""
    visited = start > 0
    frontier = visited
    while frontier.any():
        reached = np.zeros_like(visited)
        reached[next_state[frontier][goes_on[frontier]]] = True
        frontier = reached & ~visited
        visited = visited | reached
    return visited
