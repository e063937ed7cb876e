"""From a layout to a `TabularModel`: which states there are and what each action leads to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.grid import Grid, Outcomes, turns
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.envs.grid_world.layout_check import check_layout
from spielfeld.envs.grid_world.layout_error import refuse
from spielfeld.envs.tabular import TabularModel

MOST_ENTRIES = 200_000_000  # of the table, about 4 GB


@dataclass(frozen=True, eq=False)
class GridStates:
    """What the states of a grid world's model stand for.

    Args:
        cells: Row and column of each state. Shape [states, 2].
        keys: Bit mask of the keys held; bit i is `key_names[i]`. Shape [states].
        key_names: Names of the keys in the world.
        shape: Rows and columns of the map.
    """

    cells: npt.NDArray[np.int32]
    keys: npt.NDArray[np.int32]
    key_names: tuple[str, ...]
    shape: tuple[int, int]

    @cached_property
    def _numbers(self) -> Array:
        return self._number(self.cells[:, 0], self.cells[:, 1], self.keys)

    def _number(self, row: Any, column: Any, keys: Any) -> Array:
        """Number every (keys, row, column) in the order in which states are numbered."""
        rows, columns = self.shape
        numbers: Array = (np.int64(1) * keys * rows + row) * columns + column
        return numbers

    def state_at(self, row: Any, column: Any, keys: Any = 0) -> Any:
        """Return the state of a cell and a mask of keys held, -1 if there is none.

        Args:
            row: One row or an array of rows.
            column: One column or an array of columns.
            keys: One bit mask or an array of them.
        """
        row, column, keys = np.broadcast_arrays(row, column, keys)
        numbers = self._number(row, column, keys)
        state = np.minimum(np.searchsorted(self._numbers, numbers), len(self.cells) - 1)
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0) & (column < self.shape[1])
        found = np.where(inside & (self._numbers[state] == numbers), state, -1)
        return found if found.ndim else int(found)

    def held_at(self, state: int) -> tuple[str, ...]:
        """Return the names of the keys held in a state."""
        mask = int(self.keys[state])
        return tuple(name for bit, name in enumerate(self.key_names) if mask >> bit & 1)


class _Rows(NamedTuple):
    """Merged outcomes of one action, sorted by state."""

    state: Array
    slot: Array
    next_state: Array
    reward: Array
    probability: Array


def grid_model(layout: Layout) -> tuple[TabularModel, GridStates]:
    """Compute the model of a grid world.

    A step slips, moves, is blown by the wind and arrives (see `Grid`). Without keys the states are
    the cells on which one can stand, row by row; with keys they are the reachable pairs of keys
    held and cell, in the order of (keys, row, column).

    Args:
        layout: The world.

    Returns:
        The model, and what its states stand for.

    Raises:
        LayoutError: If the layout is not consistent, or no goal can be reached from some start.
    """
    check_layout(layout)
    grid = Grid(layout)
    starts = grid.starts()
    _check_size(grid, len(grid.standable()))
    states = _states(grid, starts)
    _check_size(grid, len(states.cells))
    start = np.zeros(len(states.cells))
    start[states.state_at(*divmod(starts, grid.columns), grid.key[starts])] = 1 / len(starts)
    model = TabularModel(*_table(grid, states), start)
    if not layout.continuing:
        _check_reach(grid, model, states)
    return model, states


def _check_size(grid: Grid, states: int) -> None:
    """Refuse a world whose table would not fit, before any large array is made."""
    turned = max(len(turns(grid.layout, action)) for action in grid.layout.actions)
    entries = states * len(grid.layout.actions) * turned * grid.widest_scatter()
    if entries > MOST_ENTRIES:
        stood = f"found a world of {states} states with up to {entries} outcomes"
        expected = (
            f"expected at most {MOST_ENTRIES}; make it smaller, or let 'to' name fewer cells."
        )
        refuse(grid.layout.origin, ("map",), f"{stood}, {expected}")


def _states(grid: Grid, starts: Array) -> GridStates:
    names = grid.layout.key_names
    if names:
        from spielfeld.envs.grid_world.reach import reachable_states

        held, cells = reachable_states(grid, starts)
    else:
        cells = grid.standable()
        held = np.zeros(len(cells))
    places = np.stack(np.divmod(cells, grid.columns), axis=1).astype(np.int32)
    return GridStates(places, held.astype(np.int32), names, (grid.rows, grid.columns))


def _merge(grid: Grid, states: GridStates, action: str) -> _Rows:
    """Add up the probabilities of equal outcomes; number the outcomes of each state."""
    cells = states.cells[:, 0] * np.int32(grid.columns) + states.cells[:, 1]
    found: Outcomes = grid.outcomes(cells, states.keys, action)
    paid = np.searchsorted(grid.payments, found.reward)
    target = states.state_at(*np.divmod(found.cell, grid.columns), found.held)
    code = (found.source * np.int64(len(cells)) + target) * len(grid.payments) + paid
    order = np.argsort(code, kind="stable")  # fast, since each direction's part is sorted already
    code = code[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    probability = np.add.reduceat(found.probability[order], first)
    pair, paid = np.divmod(code[first], len(grid.payments))
    state, target = np.divmod(pair, len(cells))
    slot = np.arange(len(state)) - np.searchsorted(state, state)
    return _Rows(state, slot, target, grid.payments[paid], probability)


def _table(grid: Grid, states: GridStates) -> tuple[Array, Array, Array, Array]:
    """Return probability, next state, reward and end of every state, action and outcome."""
    actions = [_merge(grid, states, action) for action in grid.layout.actions]
    outcomes = 1 + max(int(rows.slot.max()) for rows in actions)
    shape = (len(states.cells), len(actions), outcomes)
    probability, reward = np.zeros(shape), np.zeros(shape)
    next_state = np.empty(shape, np.int32)
    next_state[:] = np.arange(len(states.cells))[:, None, None]
    for action, rows in enumerate(actions):
        place = rows.state, action, rows.slot
        probability[place], reward[place] = rows.probability, rows.reward
        next_state[place] = rows.next_state
    ends = grid.end[states.cells[:, 0] * grid.columns + states.cells[:, 1]]
    return probability, next_state, reward, ends[next_state] & (probability > 0)


def _check_reach(grid: Grid, model: TabularModel, states: GridStates) -> None:
    from spielfeld.envs.grid_world.reach import can_reach

    layout = grid.layout
    goals = [index for index, sign in enumerate(grid.signs) if sign in layout.goals]
    cells = states.cells[:, 0] * grid.columns + states.cells[:, 1]
    reaching = can_reach(model, np.isin(grid.sign[cells], goals))
    lost = np.flatnonzero((model.start > 0) & ~reaching)
    if len(lost):
        row, column = states.cells[lost[0]].tolist()
        stood = f"found the start {layout.rows[row][column]!r}, from which no goal can be reached"
        expected = "expected a way to a goal (or continuing = true under [rules])."
        refuse(layout.origin, ("map", row, column), f"{stood}, {expected}")
