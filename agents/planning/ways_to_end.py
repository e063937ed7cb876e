"""Which states can reach an end, and a policy that gets there from all of them.

Without discounting, values are finite only if episodes end; a policy under which every episode
ends with probability 1 is called proper (Bertsekas & Tsitsiklis, 1991, "An analysis of stochastic
shortest path problems"). In a finite world that means: from every state an end can be reached.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from envs.tabular import Booleans, TabularModel

Indices = npt.NDArray[Any]


def next_towards_end(source: Indices, target: Indices, ending: Booleans) -> Indices:
    """Find for each state the next one on a shortest way to an end, by breadth-first search.

    Args:
        source: States where possible transitions begin. Shape [transitions].
        target: States where they lead. Shape [transitions].
        ending: Which states can end the episode in one step. Shape [states].

    Returns:
        The next state; `states` where one step can end it; negative where no way leads to an end.
        Shape [states].
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    states = len(ending)
    ends = np.flatnonzero(ending)
    rows = np.concatenate([target, np.full(len(ends), states)])  # reversed: from end to start
    columns = np.concatenate([source, ends])
    ones = np.ones(len(rows), np.int8)
    backwards = csr_array((ones, (rows, columns)), shape=(states + 1, states + 1))
    _, towards = breadth_first_order(backwards, states, return_predecessors=True)
    result: Indices = towards[:states]
    return result


def shortest_ways(model: TabularModel) -> tuple[Indices, Booleans]:
    """Choose in each state an action that may lead one step nearer to an end.

    Returns:
        Actions, any legal one where no way leads to an end, shape [states]; and those states,
        shape [states].
    """
    possible = (model.probability > 0) & model.legal_actions[:, :, None]
    ends: Booleans = possible & model.terminated
    source, action, outcome = np.nonzero(possible & ~model.terminated)
    target = model.next_state[source, action, outcome]
    towards = next_towards_end(source, target, np.any(ends, axis=(1, 2)))
    endless: Booleans = towards < 0
    nearer = ends | (possible & (model.next_state == towards[:, None, None]))
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


def refuse_endless(endless: npt.NDArray[Any], who: str) -> None:
    """Name the first state from which nothing ends."""
    if endless.any():
        raise ValueError(
            f"State {endless.argmax()}: {who} an episode from here, so its return has "
            "no limit; give a discount below 1 or a horizon."
        )
