"""Connect Four after twelve stones: the solver looks positions up instead of searching.

The table is the 12-ply table with distances of Markus Thill's package `bitbully-databases` (MIT).
It has one position of each pair of mirror images. Positions with a win at once are left out.

    record = code (4 bytes, signed) | 100 - plies to the end (1 byte), negative for a loss, 0: draw

The code lists each column from its lowest cell upwards. A stone of the first player is 10, of the
second 11; a 0 ends each column, and one more 0 ends the code. Twelve stones take 32 bits. Records
are sorted by code. Without the package there is no table, and openings take a long time.
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
    """A table of positions; it may be empty."""

    codes: npt.NDArray[np.int32]  # [positions] ascending
    scores: npt.NDArray[np.int8]  # [positions] score of the side to move, as the solver defines it


@functools.cache
def new_openings(rules: Rules) -> Openings:
    """Load the table; an empty one for other games, or if the package is not installed."""
    if rules != CONNECT_FOUR or importlib.util.find_spec(PACKAGE) is None:
        return no_openings()
    records = np.frombuffer(importlib.resources.files(PACKAGE).joinpath(FILE).read_bytes(), RECORD)
    return Openings(records["code"].astype(np.int32), scores_of(records["distance"]))


def no_openings() -> Openings:
    """Return an empty table."""
    return Openings(np.zeros(0, np.int32), np.zeros(0, np.int8))


def scores_of(distances: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the scores that belong to distances.

    A game that ends with stone n has n - 1 stones before it, so its score is (44 - n) // 2. In the
    table, n = 12 + 100 - |distance|.
    """
    sooner = (np.abs(distances) - (STONES + 100 - 44)) // 2
    return np.where(distances == 0, 0, np.sign(distances) * sooner).astype(np.int8)


def opening_code(rules: Rules, own: int, other: int, mirrored: bool) -> int:
    """Return the code of a position with twelve stones, or of its mirror image."""
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
    """Return the index of a code in the table; -1 if the table does not have it."""
    low, high = 0, openings.codes.size
    while low < high:
        middle = (low + high) // 2
        if openings.codes[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low if low < openings.codes.size and openings.codes[low] == code else -1


def find_opening(openings: Openings, rules: Rules, own: int, other: int) -> int:
    """Return the table index of a position with twelve stones or its mirror image, else -1."""
    place = opening_place(openings, opening_code(rules, own, other, False))
    if place < 0:
        place = opening_place(openings, opening_code(rules, own, other, True))
    return place
