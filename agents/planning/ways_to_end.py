"""Which states lead to which, and a policy that reaches an end from all of them.

Without discounting, values are finite only if episodes end; a policy under which every episode
ends with probability 1 is called proper (Bertsekas & Tsitsiklis, 1991, "An analysis of stochastic
shortest path problems"). In a finite world that means: from every state an end can be reached.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Booleans
from spielfeld.envs.tabular import TabularModel

Indices = npt.NDArray[Any]


def breadth_first(source: Indices, target: Indices, roots: Booleans) -> Indices:
    """Walk along transitions from some states to all that can be reached, nearest first.

    Args:
        source: States where possible transitions begin. Shape [transitions].
        target: States where they lead. Shape [transitions].
        roots: Where to begin. Shape [states].

    Returns:
        The state from which each one is reached first; `states` at the roots, negative where
        nothing leads. Shape [states].
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    states = len(roots)
    begin = np.flatnonzero(roots)
    rows = np.concatenate([source, np.full(len(begin), states)])
    columns = np.concatenate([target, begin])
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(states + 1,) * 2)
    _, before = breadth_first_order(graph, states, return_predecessors=True)
    result: Indices = before[:states]
    return result


def shortest_ways(model: TabularModel) -> tuple[Indices, Booleans]:
    """Choose in each state an action that may lead one step nearer to an end.

    Returns:
        Actions, any legal one where no way leads to an end, shape [states]; and those states,
        shape [states].
    """
    ends: Booleans = model.possible & model.terminated
    source, target = transitions(model)
    towards = breadth_first(target, source, np.any(ends, axis=(1, 2)))  # backwards from the ends
    endless: Booleans = towards < 0
    nearer = ends | (model.possible & (model.next_state == towards[:, None, None]))
    useful = np.where(endless[:, None], model.legal_actions, np.any(nearer, axis=2))
    return useful.argmax(axis=1), endless


def proper_policy(model: TabularModel) -> Indices:
    """Choose actions by which every episode ends, by the shortest possible way.

    Returns:
        Actions. Shape [states].

    Raises:
        ValueError: If no policy ends from some state; names the state.
    """
    policy, endless = shortest_ways(model)
    refuse_endless(endless, "no policy ends")
    return policy


def reachable_part(model: TabularModel) -> TabularModel:
    """Leave out the states that no policy enters from the start."""
    reached = breadth_first(*transitions(model), model.start > 0) >= 0
    number = np.cumsum(reached) - 1
    return TabularModel(
        model.probability[reached],
        np.where(model.possible, number[model.next_state], 0)[reached],
        model.reward[reached],
        model.terminated[reached],
        model.start[reached],
        model.legal_actions[reached],
    )


def transitions(model: TabularModel) -> tuple[Indices, Indices]:
    """Return where each possible outcome begins and leads. Shapes [transitions]."""
    source, action, outcome = np.nonzero(model.possible)
    return source, model.next_state[source, action, outcome]


def refuse_endless(endless: npt.NDArray[Any], who: str) -> None:
    """Name the first state from which nothing ends."""
    if endless.any():
        raise ValueError(
            f"State {endless.argmax()}: {who} an episode from here, so its return has "
            "no limit; give a discount below 1 or a horizon."
        )
