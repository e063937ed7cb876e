"""Connect Four after twelve stones: every position looked up instead of searched.

The table is that of Markus Thill's package `bitbully-databases` (MIT), its 12-ply table with
distances: of each pair of mirror images one position, unless the side to move wins at once.

    record = code (4 bytes, signed) | 100 - plies to the end (1 byte), negative for a loss, 0: draw

The code reads each column from its lowest cell up, 10 for a stone of the first player and 11 for
one of the second, 0 at the top of every column, and one 0 in the end: 32 bits for twelve stones.
Records are sorted by it. Without the package nothing is looked up, and openings take long.
"""

from __future__ import annotations

import functools
import importlib.resources
import importlib.util
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.rules import CONNECT_FOUR, Rules

STONES = 12
PACKAGE, FILE = "bitbully_databases", "assets/book_12ply_distances.dat"
RECORD = np.dtype([("code", ">i4"), ("distance", "i1")])


class Openings(NamedTuple):
    """A table of positions; empty where there is none."""

    codes: npt.NDArray[np.int32]  # [positions] ascending
    scores: npt.NDArray[np.int8]  # [positions] of the side to move, in the solver's sense


@functools.cache
def new_openings(rules: Rules) -> Openings:
    """Load the table; an empty one for other games, or where the package is not installed."""
    if rules != CONNECT_FOUR or importlib.util.find_spec(PACKAGE) is None:
        return no_openings()
    records = np.frombuffer(importlib.resources.files(PACKAGE).joinpath(FILE).read_bytes(), RECORD)
    return Openings(records["code"].astype(np.int32), scores_of(records["distance"]))


def no_openings() -> Openings:
    """Return an empty table."""
    return Openings(np.zeros(0, np.int32), np.zeros(0, np.int8))


def scores_of(distances: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Turn distances into scores.

    A game that ends with stone n has n - 1 before it, so that its score is (44 - n) // 2, and here
    n = 12 + 100 - |distance|.
    """
    sooner = (np.abs(distances) - (STONES + 100 - 44)) // 2
    return np.where(distances == 0, 0, np.sign(distances) * sooner).astype(np.int8)


def opening_code(rules: Rules, own: int, other: int, mirrored: bool) -> int:
    """Return the code of a position of twelve stones, or of its mirror image."""
    code = 0
    for number in range(rules.columns):
        column = rules.columns - 1 - number if mirrored else number
        bit = 1 << (column * rules.height)
        while (own | other) & bit:
            code = code << 2 | (2 if own & bit else 3)
            bit <<= 1
        code <<= 1
    code <<= 1
    return code - (1 << 32) if code >> 31 else code


def opening_place(openings: Openings, code: int) -> int:
    """Return where a code stands in the table; -1 if it does not."""
    low, high = 0, openings.codes.size
    while low < high:
        middle = (low + high) // 2
        if openings.codes[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low if low < openings.codes.size and openings.codes[low] == code else -1


def find_opening(openings: Openings, rules: Rules, own: int, other: int) -> int:
    """Return where a position of twelve stones or its mirror image stands; -1 if nowhere."""
    place = opening_place(openings, opening_code(rules, own, other, False))
    if place < 0:
        place = opening_place(openings, opening_code(rules, own, other, True))
    return place
