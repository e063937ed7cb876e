"""Sets of cells as whole numbers, one bit for each cell; see `rules`."""

from __future__ import annotations


def lowest(cells: int) -> int:
    """Return the lowest bit alone; 0 if there is none."""
    return cells & -cells


def count(cells: int) -> int:
    """Return how many cells there are."""
    number = 0
    while cells:
        cells &= cells - 1
        number += 1
    return number


def bits_of(cells: int) -> list[int]:
    """Return the single bits, lowest first."""
    bits = []
    while cells:
        bits.append(lowest(cells))
        cells ^= bits[-1]
    return bits


def choose(moves: int, draw: float) -> int:
    """Return one of the moves, all with the same probability; `draw` is uniform in [0, 1)."""
    for _ in range(int(draw * count(moves))):
        moves &= moves - 1
    return lowest(moves)
