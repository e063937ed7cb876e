"""Observations of a board, and masks of the legal actions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete, Space

from spielfeld.arrays import Array
from spielfeld.envs.board_game.rules import LARGEST_TABLE, Rules, cell_bit, table_index

Bytes = npt.NDArray[np.int8]
KINDS = ("planes", "index")


class Observer:
    """Turns stones into observations and masks of legal actions.

    `shifts` [cells] are the bit numbers of the cells, row by row. `last` [actions] are the bit
    numbers of the last cell that each action can fill.

    Args:
        rules: Rules of the game.
        kind: "planes": int8 [2, rows, columns], own stones and then those of the opponent, row 0
            at the top. "index": the number of the position in a table of 3^cells.

    Raises:
        ValueError: If the kind is unknown, or the board is too large for a table.
    """

    def __init__(self, rules: Rules, kind: str = "planes") -> None:
        if kind not in KINDS:
            raise ValueError(f"observation must be one of {', '.join(KINDS)}, not {kind!r}.")
        if kind == "index" and not rules.fits_table:
            raise ValueError(
                f"A board of {rules.cells} cells has too many positions to number; "
                f"'index' is for up to {LARGEST_TABLE} cells."
            )
        self.rules, self.kind = rules, kind
        board = [(row, column) for row in range(rules.rows) for column in range(rules.columns)]
        self.shifts = np.array([cell_bit(rules, *cell).bit_length() - 1 for cell in board])
        # The last cell that each action can fill: the action is legal while this cell is free.
        self.last = self.shifts[: rules.actions]
        self.space: Space[Any] = (
            Discrete(3**rules.cells)
            if kind == "index"
            else Box(0, 1, (2, rules.rows, rules.columns), np.int8)
        )

    def __call__(self, own: int, other: int) -> int | Array:
        """Return the observation of one position."""
        if self.kind == "index":
            return table_index(self.rules, own, other)
        cells = [stones >> shift & 1 for stones in (own, other) for shift in self.shifts.tolist()]
        return np.array(cells, np.int8).reshape(2, self.rules.rows, self.rules.columns)

    def of_numbers(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Return the observations of positions, given by their numbers in a table."""
        if self.kind == "index":
            return numbers
        columns, levels = np.divmod(self.shifts, self.rules.height)
        sides = numbers[..., None] // 3 ** (columns * self.rules.rows + levels) % 3
        planes = np.stack([sides == 1, sides == 2], axis=-2).astype(np.int8)
        return planes.reshape(*numbers.shape, 2, self.rules.rows, self.rules.columns)

    def legal(self, stones: int) -> Bytes:
        """Return the action mask: 1 for each legal action, int8 [actions]."""
        return np.array([~stones >> shift & 1 for shift in self.last.tolist()], np.int8)
