"""What can be reached from where, by breadth-first search in compiled graph code."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.grid import Grid
from spielfeld.envs.grid_world.layout_error import refuse
from spielfeld.envs.tabular import TabularModel

MOST_STATES = 20_000_000


def reachable_states(grid: Grid, starts: Array) -> tuple[Array, Array]:
    """Return keys held and cell of every state that can be reached, ordered by both.

    Keys are never lost, so masks of keys can be finished one after the other in ascending order.
    """
    entries = {int(held): starts[grid.key[starts] == held] for held in np.unique(grid.key[starts])}
    finished: list[tuple[int, Array]] = []
    for held in range(1 << len(grid.layout.key_names)):
        if held not in entries:
            continue
        source, cell, then = _steps(grid, held)
        same = then == held
        reached = _spread(grid.rows * grid.columns, source[same], cell[same], entries[held])
        finished.append((held, np.flatnonzero(reached)))
        if sum(len(cells) for _, cells in finished) > MOST_STATES:
            message = f"found keys that make more than {MOST_STATES} states, expected fewer keys."
            refuse(grid.layout.origin, ("legend",), message, key=True)
        gained = ~same & reached[source]
        for more in np.unique(then[gained]).tolist():
            found = np.unique(cell[gained & (then == more)])
            entries[more] = np.union1d(entries.get(more, found), found)
    masks = np.concatenate([np.full(len(cells), held) for held, cells in finished])
    return masks, np.concatenate([cells for _, cells in finished])


def can_reach(model: TabularModel, goals: Array) -> Array:
    """Return from which states some goal can be reached. Shape [states]."""
    possible = np.flatnonzero(model.probability)
    target = model.next_state.ravel()[possible]
    state = possible // np.prod(model.probability.shape[1:])
    return _spread(model.states, target, state, np.flatnonzero(goals))


def _steps(grid: Grid, held: int) -> tuple[Array, Array, Array]:
    """List every step from a cell under some keys: source cell, next cell, keys then held."""
    cells = grid.standable().astype(np.int32)
    masks = np.full(len(cells), held, np.int32)
    found = [grid.outcomes(cells, masks, action) for action in grid.layout.actions]
    source = np.concatenate([cells[steps.source] for steps in found])
    cell = np.concatenate([steps.cell for steps in found])
    return source, cell, np.concatenate([steps.held for steps in found])


def _spread(nodes: int, source: Array, target: Array, first: Array) -> Array:
    """Return which nodes can be reached from the `first` ones along the given edges."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    source = np.concatenate([source, np.full(len(first), nodes)])  # one node that leads to them
    target = np.concatenate([target, first])
    edges = np.ones(len(source), np.int32)
    graph = csr_array((edges, (source, target)), shape=(nodes + 1, nodes + 1))
    order = breadth_first_order(graph, nodes, return_predecessors=False)
    reached = np.zeros(nodes + 1, bool)
    reached[order] = True
    return reached[:-1]
