"""Position of a board game as a value: its legal actions, its successors and its text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.rules import (
    CONNECT_FOUR,
    Rules,
    action_cells,
    cell_bit,
    has_line,
    is_full,
    legal_moves,
    move_of,
)
from spielfeld.envs.board_game.soundness import require_position

STONES = ".XO"  # empty, first player, second player


@dataclass(frozen=True)
class Position:
    """A position, seen by the side to move.

    >>> position = Position.of_moves("4453")
    >>> print(position)
    . . . . . . .
    . . . . . . .
    . . . . . . .
    . . . . . . .
    . . . O . . .
    . . O X X . .
    >>> position.mover, position.legal_actions
    (0, [0, 1, 2, 3, 4, 5, 6])

    Args:
        rules: Rules of the game.
        own: Stones of the side to move, one bit each; see `rules`.
        other: Stones of its opponent.

    Raises:
        ValueError: If no game can reach these stones with this side to move.
    """

    rules: Rules = CONNECT_FOUR
    own: int = 0
    other: int = 0

    def __post_init__(self) -> None:
        require_position(self.rules, self.own, self.other)

    @classmethod
    def of_moves(cls, moves: str, rules: Rules = CONNECT_FOUR) -> Position:
        """Play moves from the empty board.

        Args:
            moves: Columns (or cells, row by row) counted from 1. On a board with more than nine
                of them, blanks separate the numbers.
            rules: Rules of the game.

        Raises:
            ValueError: If a move is illegal or comes after the end; it names the move.
        """
        position = cls(rules)
        for number, word in enumerate(moves if rules.actions < 10 else moves.split(), start=1):
            try:
                if not word.isdecimal():
                    raise ValueError(f"{word!r} is no number; expected 1 to {rules.actions}.")
                position = position.play(int(word) - 1)
            except ValueError as error:
                raise ValueError(f"Move {number} of {moves!r}: {error}") from error
        return position

    @classmethod
    def of_text(cls, text: str, rules: Rules = CONNECT_FOUR) -> Position:
        """Read the text of `str(position)`; blanks within a line are ignored.

        Raises:
            ValueError: If rows, columns or characters differ from the expected ones. Also if one
                side has too many stones, or a stone has a free cell below it.
        """
        lines = ["".join(line.split()).upper() for line in text.strip().splitlines()]
        if [len(line) for line in lines] != [rules.columns] * rules.rows:
            raise ValueError(f"Expected {rules.rows} lines of {rules.columns} cells.")
        sides = [0, 0, 0]
        for row, line in enumerate(lines):
            for column, character in enumerate(line):
                if character not in STONES:
                    raise ValueError(
                        f"Row {row}, column {column} holds {character!r}; expected one of {STONES}"
                    )
                sides[STONES.index(character)] |= cell_bit(rules, row, column)
        empty, first, second = sides
        ahead = first.bit_count() - second.bit_count()
        if ahead not in (0, 1):
            raise ValueError(f"X has {ahead} stones more than O; expected 0 or 1, as X begins.")
        if rules.gravity and (empty << 1) & (first | second):
            raise ValueError("A stone has a free cell below it.")
        return cls(rules, *((second, first) if ahead else (first, second)))

    @property
    def stones(self) -> int:
        """The stones of both sides."""
        return self.own | self.other

    @property
    def plies(self) -> int:
        """Number of stones on the board."""
        return self.stones.bit_count()

    @property
    def mover(self) -> int:
        """The side to move: 0 for the first player, 1 for the second."""
        return self.plies % 2

    @cached_property
    def lost(self) -> bool:
        """Whether the opponent, which moved last, has a line."""
        return has_line(self.rules, self.other)

    @property
    def over(self) -> bool:
        """Whether the game has ended, by a line or a full board."""
        return self.lost or is_full(self.rules, self.stones)

    @property
    def winner(self) -> int | None:
        """The player with a line: 0 or 1; None if no player has a line."""
        return 1 - self.mover if self.lost else None

    @property
    def legal_actions(self) -> list[int]:
        """The legal actions; none after the end of the game."""
        if self.over:
            return []
        moves = legal_moves(self.rules, self.stones)
        return [a for a in range(self.rules.actions) if moves & action_cells(self.rules, a)]

    def play(self, action: int) -> Position:
        """Return the position after an action, seen by the other side.

        Raises:
            ValueError: If the action is illegal; the message lists the legal ones.
        """
        legal = 0 <= action < self.rules.actions and not self.over
        move = move_of(self.rules, self.stones, action) if legal else 0
        if not move:
            words = [number + 1 for number in self.legal_actions]
            legal_ones = f"legal are {words}" if words else "the game is over"
            raise ValueError(f"{action + 1} cannot be played here; {legal_ones}.")
        return Position(self.rules, self.other, self.own | move)

    @property
    def cells(self) -> npt.NDArray[np.int8]:
        """The board, [rows, columns]: 0 empty, 1 first player, 2 second player."""
        first, second = (self.own, self.other)[:: 1 - 2 * self.mover]
        board = np.zeros((self.rules.rows, self.rules.columns), np.int8)
        for row, column in np.ndindex(*board.shape):
            bit = cell_bit(self.rules, row, column)
            board[row, column] = 1 if first & bit else 2 if second & bit else 0
        return board

    def __str__(self) -> str:
        return "\n".join(" ".join(STONES[cell] for cell in row) for row in self.cells)
