"""Rules of k-in-a-row games on a board, such as tic-tac-toe and Connect Four.

A position is two integers with one bit for each cell. `own` holds the stones of the side to
move, `other` those of its opponent. Bits are numbered column by column, from the lowest cell
upwards. Above each column there is one more bit, which is always 0:

    5 11 17        extra bits, always 0
    4 10 16
    .  .  .        cells
    0  6 12

The extra bits keep columns apart: no line can go on from the top of one column in the next.
So `stones >> step` moves every stone to its neighbour cell in one direction. If you add 1 at the
bottom of a column, the carry ends in the lowest free cell. A stone falls into this cell.
These are John Tromp's bitboards for Connect Four ("Fhourstones").

Every function here takes and returns plain integers. In compiled code, 64 bits are enough for
boards with up to 62 bits (cells and extra bits). As plain Python, boards may have any size.
"""

from __future__ import annotations

from typing import NamedTuple

from spielfeld.envs.board_game.bits import bits_of

LONGEST = 100  # cells along one side
BITS = 62  # bits of a position in compiled code: 64 without the sign and one bit for sums
LARGEST_TABLE = 9  # cells; 3^9 are 19,683 positions


class Rules(NamedTuple):
    """Numbers that define a game; made by `board_rules`.

    Args:
        rows: Rows of the board.
        columns: Columns of the board.
        connect: Stones in a row that win: horizontally, vertically or diagonally.
        gravity: Whether a stone falls to the lowest free cell of its column.
        height: Bits of a column, with its extra bit.
        board: The bits of all cells.
        bottom: The bits of the lowest cell in each column.
    """

    rows: int
    columns: int
    connect: int
    gravity: bool
    height: int
    board: int
    bottom: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def actions(self) -> int:
        """Number of actions: columns on a board with gravity, else cells, counted row by row."""
        return self.columns if self.gravity else self.cells

    @property
    def fits_table(self) -> bool:
        """Whether a table can hold all positions, because the board is small enough."""
        return self.cells <= LARGEST_TABLE

    @property
    def compilable(self) -> bool:
        """Whether a position fits into the integers of compiled code."""
        return self.height * self.columns <= BITS


def board_rules(rows: int = 6, columns: int = 7, connect: int = 4, gravity: bool = True) -> Rules:
    """Return the rules of a game; Connect Four by default.

    >>> board_rules(3, 3, 3, gravity=False).actions  # tic-tac-toe
    9

    Raises:
        ValueError: If a number is not from 1 to `LONGEST`, or no line of that length fits.
    """
    for name, number in (("rows", rows), ("columns", columns), ("connect", connect)):
        if type(number) is not int or not 1 <= number <= LONGEST:
            raise ValueError(f"{name} must be a whole number from 1 to {LONGEST}, not {number!r}.")
    if gravity not in (False, True):
        raise ValueError(f"gravity must be true or false, not {gravity!r}.")
    if connect > max(rows, columns):
        raise ValueError(f"No {connect} in a row fit on a board of {rows} x {columns}.")
    height = rows + 1
    bottom = sum(1 << (column * height) for column in range(columns))
    board = bottom * ((1 << rows) - 1)
    return Rules(rows, columns, connect, bool(gravity), height, board, bottom)


TIC_TAC_TOE = board_rules(3, 3, 3, gravity=False)
CONNECT_FOUR = board_rules(6, 7, 4, gravity=True)


def cell_bit(rules: Rules, row: int, column: int) -> int:
    """Return the bit of a cell; row 0 is at the top."""
    return 1 << (column * rules.height + rules.rows - 1 - row)


def cell_of(rules: Rules, bit: int) -> tuple[int, int]:
    """Return row and column of a cell's bit; row 0 is at the top."""
    column, above_bottom = divmod(bit.bit_length() - 1, rules.height)
    return rules.rows - 1 - above_bottom, column


def action_of(rules: Rules, move: int) -> int:
    """Return the action that puts a stone into a cell, given as a bit."""
    row, column = cell_of(rules, move)
    return column if rules.gravity else row * rules.columns + column


def legal_moves(rules: Rules, stones: int) -> int:
    """Return the cells in which a stone can be put, one bit each.

    Args:
        rules: Rules of the game.
        stones: Stones of both sides.
    """
    if rules.gravity:
        return (stones + rules.bottom) & rules.board
    return rules.board ^ stones


def action_cells(rules: Rules, action: int) -> int:
    """Return the cells that an action can fill: a column on a board with gravity, else one cell."""
    if rules.gravity:
        return ((1 << rules.rows) - 1) << (action * rules.height)
    return cell_bit(rules, action // rules.columns, action % rules.columns)


def move_of(rules: Rules, stones: int, action: int) -> int:
    """Return the cell of an action's stone; 0 if the column is full or the cell is taken."""
    return legal_moves(rules, stones) & action_cells(rules, action)


def line_starts(rules: Rules, stones: int, step: int) -> int:
    """Return the first cell of every line in one direction.

    `run &= run >> step`, done k - 1 times, leaves the bits at which k stones in a row begin.
    """
    run = stones
    for _ in range(rules.connect - 1):
        run &= run >> step
    return run


def has_line(rules: Rules, stones: int) -> bool:
    """Return whether the stones of one side hold a line: vertical, horizontal or diagonal."""
    for step in (1, rules.height - 1, rules.height, rules.height + 1):
        if line_starts(rules, stones, step):
            return True
    return False


def winning_lines(rules: Rules, stones: int) -> list[list[tuple[int, int]]]:
    """Return the cells, row and column, of each line that one side's stones hold.

    A stone may complete several lines, and a row of more than k stones holds several as well.
    """
    return [
        [cell_of(rules, first << step * far) for far in range(rules.connect)]
        for step in (1, rules.height - 1, rules.height, rules.height + 1)
        for first in bits_of(line_starts(rules, stones, step))
    ]


def is_full(rules: Rules, stones: int) -> bool:
    """Return whether no cell is free."""
    return stones == rules.board


def position_key(rules: Rules, own: int, other: int) -> int:
    """Return a key: an integer that no other position of the game has.

    With gravity, all cells above the lowest free cell of a column are free. So two things describe
    a column: a mark on its lowest free cell, and the own stones below it.
    """
    if rules.gravity:
        return (own + other + rules.bottom) + own
    return (own << (rules.height * rules.columns)) + other


def table_index(rules: Rules, own: int, other: int) -> int:
    """Return the position's number in a table of 3^cells: empty 0, own 1, other 2.

    Cells count in the order of their bits. So a stone on a greater bit gives a greater number than
    the same stone on a smaller bit.
    """
    index, place = 0, 1
    for column in range(rules.columns):
        for level in range(rules.rows):
            bit = 1 << (column * rules.height + level)
            index += place if own & bit else 2 * place if other & bit else 0
            place *= 3
    return index


def stones_of(rules: Rules, index: int) -> tuple[int, int]:
    """Return the stones of a position in a table (own, other); the inverse of `table_index`."""
    own, other = 0, 0
    for column in range(rules.columns):
        for level in range(rules.rows):
            index, side = divmod(index, 3)
            bit = 1 << (column * rules.height + level)
            own |= bit if side == 1 else 0
            other |= bit if side == 2 else 0
    return own, other
