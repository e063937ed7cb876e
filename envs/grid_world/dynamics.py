"""Dynamics of grid worlds: from a layout to a `TabularModel`.

`Grid` holds the map as arrays over cells, and lists the outcomes of an action. `grid_model`
collects these outcomes in the arrays of a model, over all states that the agent can reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.layout import DIRECTIONS, Layout, Tile
from spielfeld.envs.grid_world.layout_check import check_layout
from spielfeld.envs.grid_world.layout_error import refuse
from spielfeld.envs.tabular import TabularModel

MOST_ENTRIES = 200_000_000  # outcomes in the table, about 4 GB
MOST_STATES = 20_000_000
Value = TypeVar("Value")
Whole = int | Array


class Outcomes(NamedTuple):
    """Results of one action as a list; row i is one possible result from state `source[i]`."""

    source: Array  # index into the given states
    cell: Array  # next cell, row * columns + column
    held: Array  # keys held after the step, as a bit mask
    reward: Array
    probability: Array


class Grid:
    """The map of a layout as arrays over cells, numbered row by row."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows, self.columns = layout.shape
        codes = np.frombuffer("".join(layout.rows).encode("utf-32-le"), np.uint32)
        unique, signs = np.unique(codes, return_inverse=True)
        self.signs = [chr(code) for code in unique.tolist()]
        self.sign = signs.astype(np.int32).ravel()  # [cells], index into signs
        self.wall = self._each(lambda tile: tile.wall, bool)
        self.end = self._each(lambda tile: tile.end, bool)
        self.key = self._each(lambda tile: self._bit(tile.key), np.int32)
        self.door = self._each(lambda tile: self._bit(tile.door), np.int32)
        self.reward = self._each(lambda tile: _first(tile.reward, layout.step_reward), float)
        self.moved_on = self._each(lambda tile: tile.to is not None, bool)
        self.left_at_once = self._each(lambda tile: tile.exit_to is not None, bool)
        tiles = layout.legend.values()
        paid = [layout.bump_reward, layout.step_reward, 0.0]
        paid += [reward for tile in tiles for reward in (tile.reward, tile.exit_reward)]
        self.payments = np.unique([reward for reward in paid if reward is not None])
        gusts = [min(gust, self.rows) for gust in layout.wind] or [0] * self.columns
        self.gusts = np.array(gusts, np.int32)

    def _each(self, value: Callable[[Tile], Value], kind: type) -> Array:
        """Return a property of the tile of every cell."""
        tiles = (self.layout.legend[sign] for sign in self.signs)
        return np.array([value(tile) for tile in tiles], kind)[self.sign]

    def _bit(self, name: str | None) -> int:
        return 0 if name is None else 1 << self.layout.key_names.index(name)

    def standable(self) -> Array:
        """Return the cells in which a step can end, in order."""
        return np.flatnonzero(~(self.wall | self.moved_on))

    def starts(self) -> Array:
        """Return the cells in which an episode can begin, in order."""
        if not self.layout.start_anywhere:
            return np.flatnonzero(self._each(lambda tile: tile.start, bool))
        return np.flatnonzero(~(self.wall | self.moved_on | self.end) & (self.door == 0))

    def widest_scatter(self) -> int:
        """Return the largest number of cells that one teleport tile can lead to."""
        tiles = [self.layout.legend[sign] for sign in self.signs]
        targets = {target for tile in tiles for target in (tile.to, tile.exit_to) if target}
        counts = [sum(row.count(target) for row in self.layout.rows) for target in targets]
        return max(counts, default=1)

    def outcomes(self, cells: Array, held: Array, action: str) -> Outcomes:
        """Return all outcomes of an action from states (cell, keys held)."""
        here = np.arange(len(cells), dtype=np.int32)
        ends, exits = self.end[cells], self.left_at_once[cells]
        free, resting = here[~(ends | exits)], here[ends]
        parts = [_outcome(resting, cells[resting], held[resting], 0.0, 1.0)]
        parts += self._exit(here[exits & ~ends], cells, held)
        for direction, share in turns(self.layout, action).items():
            parts += self._move(free, cells[free], held[free], direction, share)
        return Outcomes(*map(np.concatenate, zip(*parts, strict=True)))

    def _move(
        self, source: Array, cells: Array, held: Array, direction: str, share: float
    ) -> list[Outcomes]:
        """Return the outcomes of a move: the move, the wind of its first column, the arrival."""
        landed, bumped = self._advance(cells, held, direction)
        gusts = self.gusts[cells % self.columns]
        for gust in range(int(self.gusts.max())):
            blown, _ = self._shift(landed, held, *DIRECTIONS["up"])
            landed = np.where(gusts > gust, blown, landed)
        reward = self.reward[landed]
        if self.layout.bump_reward is not None:
            reward = np.where(bumped, self.layout.bump_reward, reward)
        return self._arrive(_outcome(source, landed, held, reward, share))

    def _advance(self, cells: Array, held: Array, direction: str) -> tuple[Array, Array]:
        """Return the cell in which a move ends, without wind, and whether it was stopped."""
        if direction == "stay":
            return cells, np.zeros(len(cells), bool)
        landed, stopped = self._shift(cells, held, *DIRECTIONS[direction])
        closed = self._each(
            lambda tile: tile.exits is not None and direction not in tile.exits, bool
        )
        stopped |= closed[cells]
        return np.where(stopped, cells, landed), stopped

    def _shift(self, cells: Array, held: Array, down: int, right: int) -> tuple[Array, Array]:
        """Move by one cell, unless the edge, a wall or a closed door stops the move."""
        row, column = cells // self.columns + down, cells % self.columns + right
        stopped = (row < 0) | (row >= self.rows) | (column < 0) | (column >= self.columns)
        target = np.where(stopped, cells, cells + (down * self.columns + right))
        stopped |= self.wall[target] | (self.door[target] & ~held != 0)
        return np.where(stopped, cells, target), stopped

    def _arrive(self, landed: Outcomes) -> list[Outcomes]:
        """Pick up keys, and move on at once from `to` tiles."""
        landed = landed._replace(held=landed.held | self.key[landed.cell])
        moving = self.moved_on[landed.cell]
        if not moving.any():
            return [landed]
        rest = Outcomes(*(column[~moving] for column in landed))
        gone = Outcomes(*(column[moving] for column in landed))
        return [rest, *self._scatter(gone, lambda tile: tile.to)]

    def _exit(self, source: Array, cells: Array, held: Array) -> list[Outcomes]:
        """Return the outcomes from cells in which every action leads to the same tile."""
        if len(source) == 0:
            return []
        paid = self._each(lambda tile: _first(tile.exit_reward, self.layout.step_reward), float)
        leaving = _outcome(source, cells[source], held[source], paid[cells[source]], 1.0)
        return self._scatter(leaving, lambda tile: tile.exit_to)

    def _scatter(self, moving: Outcomes, rule: Callable[[Tile], str | None]) -> list[Outcomes]:
        """Move each outcome on to the cells of its tile's target, with equal probabilities."""
        parts = []
        for sign in np.unique(self.sign[moving.cell]).tolist():
            target = rule(self.layout.legend[self.signs[sign]])
            targets = np.flatnonzero(self.sign == self.signs.index(target or "")).astype(np.int32)
            rows = np.flatnonzero(self.sign[moving.cell] == sign)
            spread = Outcomes(*(np.repeat(column[rows], len(targets)) for column in moving))
            cell = np.tile(targets, len(rows))
            held, share = spread.held | self.key[cell], spread.probability / len(targets)
            parts.append(spread._replace(cell=cell, held=held, probability=share))
        return parts


def turns(layout: Layout, action: str) -> dict[str, float]:
    """Return the directions in which an action may move, with their probabilities.

    Left, right and back are relative to the action's direction; a stay action never slips.
    """
    if action == "stay":
        return {"stay": 1.0}
    names = {step: name for name, step in DIRECTIONS.items()}
    down, right = DIRECTIONS[action]
    turned = [(down, right), (-right, down), (right, -down), (-down, -right), (0, 0)]
    shares = zip(turned, layout.slip, strict=True)
    return {names[step]: share for step, share in shares if share > 0}


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _outcome(
    source: Array, cell: Array, held: Array, reward: Array | float, share: float
) -> Outcomes:
    paid = np.broadcast_to(np.asarray(reward, np.float64), source.shape)
    return Outcomes(source, cell, held, paid, np.full(len(source), share))


@dataclass(frozen=True, eq=False)
class GridStates:
    """Meaning of the states in a grid world's model.

    Args:
        cells: Row and column of each state. Shape [states, 2].
        keys: Bit mask of the keys held; bit i means `key_names[i]`. Shape [states].
        key_names: Names of the keys in the world.
        shape: Number of rows and columns of the map.
    """

    cells: npt.NDArray[np.int32]
    keys: npt.NDArray[np.int32]
    key_names: tuple[str, ...]
    shape: tuple[int, int]

    @cached_property
    def _numbers(self) -> Array:
        return self._number(self.cells[:, 0], self.cells[:, 1], self.keys)

    def _number(self, row: Array, column: Array, keys: Array) -> Array:
        """Return numbers for (keys, row, column) that increase in the order of the states."""
        rows, columns = self.shape
        numbers: Array = (np.int64(1) * keys * rows + row) * columns + column
        return numbers

    def state_at(self, row: Whole, column: Whole, keys: Whole = 0) -> Whole:
        """Return the state of a cell with a mask of keys held; -1 if there is none.

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
    """Outcomes of one action, sorted by state, with equal outcomes added up."""

    state: Array
    slot: Array
    next_state: Array
    reward: Array
    probability: Array


def grid_model(layout: Layout) -> tuple[TabularModel, GridStates]:
    """Return the model of a grid world.

    A step may slip, then it moves, the wind blows, and the agent arrives (see `Grid`). Without
    keys, a state is a cell in which a step can end, and states are numbered row by row. With keys,
    a state is a reachable pair of keys held and cell, in the order of (keys, row, column).

    Args:
        layout: Layout of the world.

    Returns:
        The model, and the meaning of its states.

    Raises:
        LayoutError: If the layout is not consistent, or a start has no path to a goal.
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
    """Check that the table is not too large, before any large array is made."""
    turned = max(len(turns(grid.layout, action)) for action in grid.layout.actions)
    entries = states * len(grid.layout.actions) * turned * grid.widest_scatter()
    if entries > MOST_ENTRIES:
        stood = f"found a world of {states} states with up to {entries} outcomes"
        expected = f"expected at most {MOST_ENTRIES}; use a smaller map, or fewer targets of 'to'."
        refuse(grid.layout.origin, ("map",), f"{stood}, {expected}")


def _states(grid: Grid, starts: Array) -> GridStates:
    names = grid.layout.key_names
    if names:
        held, cells = reachable_states(grid, starts)
    else:
        cells = grid.standable()
        held = np.zeros(len(cells))
    places = np.stack(np.divmod(cells, grid.columns), axis=1).astype(np.int32)
    return GridStates(places, held.astype(np.int32), names, (grid.rows, grid.columns))


def _merge(grid: Grid, states: GridStates, action: str) -> _Rows:
    """Add the probabilities of equal outcomes; number the outcomes of each state."""
    cells = states.cells[:, 0] * np.int32(grid.columns) + states.cells[:, 1]
    found: Outcomes = grid.outcomes(cells, states.keys, action)
    paid = np.searchsorted(grid.payments, found.reward)
    target = states.state_at(*np.divmod(found.cell, grid.columns), found.held)
    code = (found.source * np.int64(len(cells)) + target) * len(grid.payments) + paid
    order = np.argsort(code, kind="stable")  # fast, because each direction's part is sorted
    code = code[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    probability = np.add.reduceat(found.probability[order], first)
    pair, paid = np.divmod(code[first], len(grid.payments))
    state, target = np.divmod(pair, len(cells))
    slot = np.arange(len(state)) - np.searchsorted(state, state)
    return _Rows(state, slot, target, grid.payments[paid], probability)


def _table(grid: Grid, states: GridStates) -> tuple[Array, Array, Array, Array]:
    """Return probability, next state, reward and end for every state, action and outcome."""
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
    layout = grid.layout
    goals = [index for index, sign in enumerate(grid.signs) if sign in layout.goals]
    cells = states.cells[:, 0] * grid.columns + states.cells[:, 1]
    reaching = can_reach(model, np.isin(grid.sign[cells], goals))
    lost = np.flatnonzero((model.start > 0) & ~reaching)
    if len(lost):
        row, column = states.cells[lost[0]].tolist()
        stood = f"found the start {layout.rows[row][column]!r}, which has no path to a goal"
        expected = "expected a path to a goal (or continuing = true under [rules])."
        refuse(layout.origin, ("map", row, column), f"{stood}, {expected}")


def reachable_states(grid: Grid, starts: Array) -> tuple[Array, Array]:
    """Return keys held and cell of every state that can be reached, ordered by both.

    Keys are never lost, so the masks of keys can be processed once each, in ascending order.
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
    """Return whether a goal can be reached from each state. Shape [states]."""
    possible = np.flatnonzero(model.probability)
    target = model.next_state.ravel()[possible]
    state = possible // np.prod(model.probability.shape[1:])
    return _spread(model.states, target, state, np.flatnonzero(goals))


def _steps(grid: Grid, held: int) -> tuple[Array, Array, Array]:
    """Return every step with a mask of keys held: source cell, next cell, keys after the step."""
    cells = grid.standable().astype(np.int32)
    masks = np.full(len(cells), held, np.int32)
    found = [grid.outcomes(cells, masks, action) for action in grid.layout.actions]
    source = np.concatenate([cells[steps.source] for steps in found])
    cell = np.concatenate([steps.cell for steps in found])
    return source, cell, np.concatenate([steps.held for steps in found])


def _spread(nodes: int, source: Array, target: Array, first: Array) -> Array:
    """Return which nodes can be reached from the `first` ones along the edges."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    source = np.concatenate([source, np.full(len(first), nodes)])  # an extra node leads to them
    target = np.concatenate([target, first])
    edges = np.ones(len(source), np.int32)
    graph = csr_array((edges, (source, target)), shape=(nodes + 1, nodes + 1))
    order = breadth_first_order(graph, nodes, return_predecessors=False)
    reached = np.zeros(nodes + 1, bool)
    reached[order] = True
    return reached[:-1]
