"""Symmetries of boards: turned and mirrored positions, as pure functions on bitboards.

A square board without gravity has eight symmetries, any other board without gravity four. A board
with gravity has two, because only left and right can be exchanged. Symmetry 0 changes nothing;
1 exchanges left and right, 2 top and bottom, 4 rows and columns. A sum of these numbers applies
several, in this order.
"""

from __future__ import annotations

from spielfeld.envs.board_game.rules import Rules


def symmetries(rules: Rules) -> int:
    """Return the number of symmetries of a board."""
    if rules.gravity:
        return 2
    return 8 if rules.rows == rules.columns else 4


def mirrored(rules: Rules, stones: int) -> int:
    """Exchange left and right: read the columns from one end, write them from the other."""
    result = 0
    for _ in range(rules.columns):
        result = (result << rules.height) | (stones & ((1 << rules.height) - 1))
        stones >>= rules.height
    return result


def flipped(rules: Rules, stones: int) -> int:
    """Exchange top and bottom: read the rows from one end, write them from the other."""
    result = 0
    for _ in range(rules.rows):
        result = (result << 1) | (stones & rules.bottom)
        stones >>= 1
    return result


def transposed(rules: Rules, stones: int) -> int:
    """Exchange rows and columns of a square board; one diagonal stays in place."""
    result = 0
    for column in range(rules.columns):
        for row in range(rules.rows):
            cell = stones >> (column * rules.height + row) & 1
            result |= cell << (row * rules.height + column)
    return result


def turned(rules: Rules, stones: int, symmetry: int) -> int:
    """Apply a symmetry to stones, or to the cell of a move.

    Args:
        rules: Rules of the game.
        stones: Stones of one side.
        symmetry: Number of the symmetry, less than `symmetries(rules)`.
    """
    if symmetry & 1:
        stones = mirrored(rules, stones)
    if symmetry & 2:
        stones = flipped(rules, stones)
    if symmetry & 4:
        stones = transposed(rules, stones)
    return stones


def canonical_symmetry(rules: Rules, own: int, other: int) -> int:
    """Return the symmetry that turns a position into its representative; see `canonical`."""
    best, best_own, best_other = 0, own, other
    for symmetry in range(1, symmetries(rules)):
        new_own, new_other = turned(rules, own, symmetry), turned(rules, other, symmetry)
        if new_own < best_own or (new_own == best_own and new_other < best_other):
            best, best_own, best_other = symmetry, new_own, new_other
    return best


def canonical(rules: Rules, own: int, other: int) -> tuple[int, int]:
    """Return the representative of all positions that are equal by symmetry.

    It is the position with the least number for `own`, and among these the least for `other`.
    """
    symmetry = canonical_symmetry(rules, own, other)
    return turned(rules, own, symmetry), turned(rules, other, symmetry)
