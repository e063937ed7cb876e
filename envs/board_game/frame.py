"""Layout of a board's picture, and the move that belongs to a point in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spielfeld.envs.board_game.rules import Rules
from spielfeld.envs.grid_world.pygame_ce import pygame

if TYPE_CHECKING:
    from pygame import Rect

LARGEST_CELL, SMALLEST_CELL, LONGEST_SIDE = 150, 20, 620  # default sizes in pixels
WORDS_FROM = 26  # pixels that a cell needs to hold words


class Frame(NamedTuple):
    """Place of the board in a picture, in pixels; `strip` is the height of the notes below it."""

    rules: Rules
    cell: int
    left: int
    top: int
    strip: int

    @property
    def board(self) -> Rect:
        """The rectangle of all cells."""
        size = self.rules.columns * self.cell, self.rules.rows * self.cell
        return pygame.Rect((self.left, self.top), size)

    def box(self, row: int, column: int) -> Rect:
        """Return the square of a cell, in pixels."""
        corner = self.left + column * self.cell, self.top + row * self.cell
        return pygame.Rect(corner, (self.cell, self.cell))

    def note_box(self, action: int) -> Rect:
        """Return the place for notes about an action: below its column, or in its cell."""
        if not self.rules.gravity:
            return self.box(*divmod(action, self.rules.columns))
        box = self.box(self.rules.rows, action)
        box.height = self.strip
        return box

    def action_at(self, point: tuple[int, int]) -> int | None:
        """Return the action at a point of the picture, legal or not; None beside the board."""
        column, row = (point[0] - self.left) // self.cell, (point[1] - self.top) // self.cell
        if not 0 <= column < self.rules.columns:
            return None
        if self.rules.gravity:
            return int(column)
        return int(row * self.rules.columns + column) if 0 <= row < self.rules.rows else None


def fitting_size(rules: Rules) -> tuple[int, int]:
    """Return a suitable width and height of the picture, in pixels."""
    cell = LONGEST_SIDE // max(rules.rows, rules.columns)
    cell = max(SMALLEST_CELL, min(LARGEST_CELL, cell))
    return rules.columns * cell, rules.rows * cell + _strip(rules, cell)


def arrange(rules: Rules, size: tuple[int, int]) -> Frame:
    """Return the layout of a board in a picture.

    Raises:
        ValueError: If a cell would be smaller than one pixel.
    """
    width, height = size
    cell = min(width // rules.columns, height // rules.rows)
    while cell > 0 and rules.rows * cell + _strip(rules, cell) > height:
        cell -= 1
    if cell < 1:
        raise ValueError(
            f"A picture of {width} x {height} pixels is too small for {rules.columns} x "
            f"{rules.rows} cells."
        )
    strip = _strip(rules, cell)
    top = (height - rules.rows * cell - strip) // 2
    return Frame(rules, cell, (width - rules.columns * cell) // 2, top, strip)


def line_height(cell: int) -> int:
    """Return the height of a line of text for a given cell size, in pixels."""
    return min(32, max(16, round(cell * 0.29)))


def _strip(rules: Rules, cell: int) -> int:
    """Height of three lines of text below a board with gravity."""
    return 3 * line_height(cell) + 6 if rules.gravity and cell >= WORDS_FROM else 0
