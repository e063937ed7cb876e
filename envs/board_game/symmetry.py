"""Positions that are the same but for turning or mirroring the board: pure functions on bitboards.

A square board without gravity has eight symmetries, any other board without gravity four, and one
where stones fall two, for only left and right can be exchanged. They are numbered from 0, which
changes nothing, by what they do: 1 exchanges left and right, 2 top and bottom, 4 rows and columns,
in this order, and sums of these do several.
"""

from __future__ import annotations

from spielfeld.envs.board_game.rules import Rules


def symmetries(rules: Rules) -> int:
    """Return how many there are."""
    if rules.gravity:
        return 2
    return 8 if rules.rows == rules.columns else 4


def mirrored(rules: Rules, stones: int) -> int:
    """Exchange left and right: read columns from one end, write them from the other."""
    result = 0
    for _ in range(rules.columns):
        result = (result << rules.height) | (stones & ((1 << rules.height) - 1))
        stones >>= rules.height
    return result


def flipped(rules: Rules, stones: int) -> int:
    """Exchange top and bottom: read rows from one end, write them from the other."""
    result = 0
    for _ in range(rules.rows):
        result = (result << 1) | (stones & rules.bottom)
        stones >>= 1
    return result


def transposed(rules: Rules, stones: int) -> int:
    """Exchange rows and columns of a square board, which leaves one diagonal where it is."""
    result = 0
    for column in range(rules.columns):
        for row in range(rules.rows):
            cell = stones >> (column * rules.height + row) & 1
            result |= cell << (row * rules.height + column)
    return result


def turned(rules: Rules, stones: int, symmetry: int) -> int:
    """Return stones, or the cell of a move, as one of the symmetries shows them.

    Args:
        rules: Of the game.
        stones: Those of one side.
        symmetry: Below `symmetries(rules)`.
    """
    if symmetry & 1:
        stones = mirrored(rules, stones)
    if symmetry & 2:
        stones = flipped(rules, stones)
    if symmetry & 4:
        stones = transposed(rules, stones)
    return stones


def canonical_symmetry(rules: Rules, own: int, other: int) -> int:
    """Return the symmetry that shows a position as its representative; see `canonical`."""
    best, best_own, best_other = 0, own, other
    for symmetry in range(1, symmetries(rules)):
        new_own, new_other = turned(rules, own, symmetry), turned(rules, other, symmetry)
        if new_own < best_own or (new_own == best_own and new_other < best_other):
            best, best_own, best_other = symmetry, new_own, new_other
    return best


def canonical(rules: Rules, own: int, other: int) -> tuple[int, int]:
    """Return the representative of all positions that are the same by symmetry.

    It is the one with the least number for `own`, then for `other`.
    """
    symmetry = canonical_symmetry(rules, own, other)
    return turned(rules, own, symmetry), turned(rules, other, symmetry)
