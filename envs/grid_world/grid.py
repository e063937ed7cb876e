"""How things move in a grid: the map as arrays over cells, and what one step can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.layout import DIRECTIONS, Layout, Tile


class Outcomes(NamedTuple):
    """Results of one action as a list: row i says what may happen from `source[i]`."""

    source: Array  # index into the states that were asked about
    cell: Array  # where it leads, row * columns + column
    held: Array  # bit mask of the keys then held
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

    def _each(self, value: Callable[[Tile], Any], kind: Any) -> Array:
        """Look a property of the tiles up for every cell."""
        tiles = (self.layout.legend[sign] for sign in self.signs)
        return np.array([value(tile) for tile in tiles], kind)[self.sign]

    def _bit(self, name: str | None) -> int:
        return 0 if name is None else 1 << self.layout.key_names.index(name)

    def standable(self) -> Array:
        """Return the cells that a step can end on, in order."""
        return np.flatnonzero(~(self.wall | self.moved_on))

    def starts(self) -> Array:
        """Return the cells on which an episode may begin, in order."""
        if not self.layout.start_anywhere:
            return np.flatnonzero(self._each(lambda tile: tile.start, bool))
        return np.flatnonzero(~(self.wall | self.moved_on | self.end) & (self.door == 0))

    def widest_scatter(self) -> int:
        """Return to how many cells at most a tile can send whoever reaches or leaves it."""
        tiles = [self.layout.legend[sign] for sign in self.signs]
        targets = {target for tile in tiles for target in (tile.to, tile.exit_to) if target}
        counts = [sum(row.count(target) for row in self.layout.rows) for target in targets]
        return max(counts, default=1)

    def outcomes(self, cells: Array, held: Array, action: str) -> Outcomes:
        """List everything that an action can lead to from states (cell, keys held)."""
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
        """Move, be blown by the wind of the column that was left, arrive."""
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
        """Return where a move of one's own ends and whether it was stopped."""
        if direction == "stay":
            return cells, np.zeros(len(cells), bool)
        landed, stopped = self._shift(cells, held, *DIRECTIONS[direction])
        closed = self._each(
            lambda tile: tile.exits is not None and direction not in tile.exits, bool
        )
        stopped |= closed[cells]
        return np.where(stopped, cells, landed), stopped

    def _shift(self, cells: Array, held: Array, down: int, right: int) -> tuple[Array, Array]:
        """Move by one cell unless the edge, a wall or a closed door is in the way."""
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
        return [rest, *self._scatter(Outcomes(*(column[moving] for column in landed)), "to")]

    def _exit(self, source: Array, cells: Array, held: Array) -> list[Outcomes]:
        """Leave cells from which every action leads to the same place."""
        if len(source) == 0:
            return []
        paid = self._each(lambda tile: _first(tile.exit_reward, self.layout.step_reward), float)
        leaving = _outcome(source, cells[source], held[source], paid[cells[source]], 1.0)
        return self._scatter(leaving, "exit_to")

    def _scatter(self, moving: Outcomes, rule: str) -> list[Outcomes]:
        """Send each row on, uniformly to the cells of the character that its tile names."""
        parts = []
        for sign in np.unique(self.sign[moving.cell]).tolist():
            target = getattr(self.layout.legend[self.signs[sign]], rule)
            targets = np.flatnonzero(self.sign == self.signs.index(target)).astype(np.int32)
            rows = np.flatnonzero(self.sign[moving.cell] == sign)
            spread = Outcomes(*(np.repeat(column[rows], len(targets)) for column in moving))
            cell = np.tile(targets, len(rows))
            held, share = spread.held | self.key[cell], spread.probability / len(targets)
            parts.append(spread._replace(cell=cell, held=held, probability=share))
        return parts


def turns(layout: Layout, action: str) -> dict[str, float]:
    """Return the directions that an action may take and their probabilities.

    Left, right and back are relative to the direction that was meant; to stay never slips.
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


def _outcome(source: Array, cell: Array, held: Array, reward: Any, share: float) -> Outcomes:
    reward = np.broadcast_to(np.float64(reward), source.shape)
    return Outcomes(source, cell, held, reward, np.full(len(source), share))
