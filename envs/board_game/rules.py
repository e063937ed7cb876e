"""The rules of k in a row on a board: tic-tac-toe, Connect Four, and whatever lies between.

A position is two whole numbers, the stones of the side to move (`own`) and those of its opponent
(`other`), with one bit a cell. Bits are numbered column by column, from the lowest cell up, and
above each column one bit always stays empty:

    5 11 17        the fence above each column
    4 10 16        so that a line that leaves a column at its top
    .  .  .        does not go on at the bottom of the next
    0  6 12

So `stones >> step` puts every cell upon its neighbour in one direction, and adding 1 at the bottom
of a column carries through its stones to the lowest free cell, which is where a stone falls to.
These are John Tromp's bitboards for Connect Four ("Fhourstones").

Every function here takes plain numbers and returns plain numbers: compiled, 64 bits hold any board
of up to 62 cells and fences; as plain Python, boards of any size.
"""

from __future__ import annotations

from typing import NamedTuple

from spielfeld.envs.board_game.bits import bits_of

LONGEST = 100  # cells of a side
BITS = 62  # of a whole number in compiled code: one for the sign, one for sums
LARGEST_TABLE = 9  # cells; 3^9 are 19,683 positions


class Rules(NamedTuple):
    """Numbers that say which game is played; made by `board_rules`.

    Args:
        rows: Of the board.
        columns: Of the board.
        connect: How many stones in a row win: across, up and down, or diagonally.
        gravity: Whether stones fall down to the lowest free cell of a column.
        height: Bits of a column, its fence included.
        board: One bit for every cell.
        bottom: One bit for the lowest cell of every column.
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
        """How many cells there are."""
        return self.rows * self.columns

    @property
    def actions(self) -> int:
        """How many actions: a column where stones fall, else a cell, counted row by row."""
        return self.columns if self.gravity else self.cells

    @property
    def fits_table(self) -> bool:
        """Whether there are so few positions that a table can hold them all."""
        return self.cells <= LARGEST_TABLE

    @property
    def compilable(self) -> bool:
        """Whether a position fits into the whole numbers of compiled code."""
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
    """Return the bit of a cell; row 0 is the uppermost."""
    return 1 << (column * rules.height + rules.rows - 1 - row)


def cell_of(rules: Rules, bit: int) -> tuple[int, int]:
    """Return row and column of a cell's bit; row 0 is the uppermost."""
    column, above_bottom = divmod(bit.bit_length() - 1, rules.height)
    return rules.rows - 1 - above_bottom, column


def action_of(rules: Rules, move: int) -> int:
    """Return the action that puts a stone into a cell, given as a bit."""
    row, column = cell_of(rules, move)
    return column if rules.gravity else row * rules.columns + column


def legal_moves(rules: Rules, stones: int) -> int:
    """Return the cells where a stone may be put, one bit each.

    Args:
        rules: Of the game.
        stones: Those of both sides.
    """
    if rules.gravity:
        return (stones + rules.bottom) & rules.board
    return rules.board ^ stones


def action_cells(rules: Rules, action: int) -> int:
    """Return the cells that an action may mean: a whole column where stones fall, else one."""
    if rules.gravity:
        return ((1 << rules.rows) - 1) << (action * rules.height)
    return cell_bit(rules, action // rules.columns, action % rules.columns)


def move_of(rules: Rules, stones: int, action: int) -> int:
    """Return the cell where an action puts its stone; 0 if the column is full or the cell taken."""
    return legal_moves(rules, stones) & action_cells(rules, action)


def line_starts(rules: Rules, stones: int, step: int) -> int:
    """Return the first cell of every line in one direction.

    After k - 1 times `run &= run >> step`, bits are left where k stones follow one another.
    """
    run = stones
    for _ in range(rules.connect - 1):
        run &= run >> step
    return run


def has_line(rules: Rules, stones: int) -> bool:
    """Tell whether one side's stones hold a line: upwards, across, or along a diagonal."""
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
    """Tell whether no cell is left."""
    return stones == rules.board


def position_key(rules: Rules, own: int, other: int) -> int:
    """Return a number that no other position of the game has.

    Where stones fall, the free cells above them need not be told from one another: in each column
    a mark on its lowest free cell, and the own stones below it, say all.
    """
    if rules.gravity:
        return (own + other + rules.bottom) + own
    return (own << (rules.height * rules.columns)) + other


def table_index(rules: Rules, own: int, other: int) -> int:
    """Return the position's number in a table of 3^cells: empty 0, own 1, other 2.

    Cells count in the order of their bits, so that of two positions with one stone of the same
    side, the one with the greater bit has the greater number.
    """
    index, place = 0, 1
    for column in range(rules.columns):
        for level in range(rules.rows):
            bit = 1 << (column * rules.height + level)
            index += place if own & bit else 2 * place if other & bit else 0
            place *= 3
    return index


def stones_of(rules: Rules, index: int) -> tuple[int, int]:
    """Return the stones of the position with a number: own, other; undoes `table_index`."""
    own, other = 0, 0
    for column in range(rules.columns):
        for level in range(rules.rows):
            index, side = divmod(index, 3)
            bit = 1 << (column * rules.height + level)
            own |= bit if side == 1 else 0
            other |= bit if side == 2 else 0
    return own, other
