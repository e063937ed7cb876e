"""Reader for the transition tables of Gymnasium's toy worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Booleans, Floats, Integers
from spielfeld.envs.outcomes import Outcome, merged_outcomes, outcome_arrays
from spielfeld.envs.tabular import TabularModel
from spielfeld.protocols import World


@runtime_checkable
class Toy(Protocol):
    """A world of Gymnasium with a transition table."""

    P: Mapping[int, Mapping[int, Sequence[Outcome]]]
    initial_state_distrib: npt.ArrayLike


@runtime_checkable
class Fickle(Protocol):
    """A taxi world whose passenger may change the destination; the table does not show this."""

    fickle_passenger: bool


def read_table(env: World) -> TabularModel:
    """Read the transition table `P` of a Gymnasium environment (FrozenLake, CliffWalking, Taxi).

    Probabilities of equal outcomes are added. The start comes from `initial_state_distrib`.
    States in which episodes end become absorbing: every action leads back to the state.

    Args:
        env: An environment whose `unwrapped` has `P` and `initial_state_distrib`.

    Raises:
        ValueError: If there is no such table, or `step` does more than the table says.
    """
    world = env.unwrapped
    name = world.spec.id if world.spec else type(world).__name__
    if not isinstance(world, Toy):
        raise ValueError(f"{name} has no table P with initial_state_distrib, so it has no model.")
    if isinstance(world, Fickle) and world.fickle_passenger:
        raise ValueError(
            f"{name} has fickle_passenger, so its step does more than its table P says."
        )
    start = np.asarray(world.initial_state_distrib, np.float64)
    return _absorbing(*outcome_arrays(merged_outcomes(world.P)), start / start.sum(), name)


def _absorbing(
    probability: Floats,
    next_state: Integers,
    reward: Floats,
    terminated: Booleans,
    start: Floats,
    name: str,
) -> TabularModel:
    """Return a model in which every state that ends an episode leads to itself with reward 0."""
    possible = probability > 0
    ends = np.zeros(len(start), bool)
    ends[next_state[possible & terminated]] = True
    visited = _visited(next_state, possible & ~terminated, start)
    goes_on = possible & ~terminated & ends[next_state] & (visited & ~ends)[:, None, None]
    if goes_on.any():
        state, action, _ = np.argwhere(goes_on)[0]
        raise ValueError(
            f"{name}: state {state}, action {action} enters a state that ends other episodes, "
            "but not this one. A table of states cannot describe this."
        )
    probability[ends] = np.arange(probability.shape[2]) == 0
    next_state[ends] = np.flatnonzero(ends)[:, None, None]
    reward[ends], terminated[ends] = 0.0, True
    return TabularModel(probability, next_state, reward, terminated, start)


def _visited(next_state: Integers, goes_on: Booleans, start: Floats) -> Booleans:
    """Return the states that an episode can visit before its end."""
    visited = start > 0
    frontier = visited
    while frontier.any():
        reached = np.zeros_like(visited)
        reached[next_state[frontier][goes_on[frontier]]] = True
        frontier = reached & ~visited
        visited = visited | reached
    return visited
