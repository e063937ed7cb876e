"""Sets of cells as integers with one bit for each cell; see `rules`."""

from __future__ import annotations


def lowest(cells: int) -> int:
    """Return the lowest bit of a set; 0 for an empty set."""
    return cells & -cells


def count(cells: int) -> int:
    """Return the number of cells in a set."""
    number = 0
    while cells:
        cells &= cells - 1
        number += 1
    return number


def bits_of(cells: int) -> list[int]:
    """Return the single bits of a set, lowest first."""
    bits = []
    while cells:
        bits.append(lowest(cells))
        cells ^= bits[-1]
    return bits


def choose(moves: int, draw: float) -> int:
    """Return one of the moves, each with the same probability; `draw` is uniform in [0, 1)."""
    for _ in range(int(draw * count(moves))):
        moves &= moves - 1
    return lowest(moves)
