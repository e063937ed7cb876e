"""What a search has found out already: a table of bounds, found by position.

A position's key is scrambled by a multiplication that can be undone (an odd factor, modulo a power
of two). Its upper bits choose the entry, the lower ones are kept there: so no two positions are
ever taken for each other, and one whole number of 64 bits holds all that is known of a position.

    entry = rest of the key | 32 - upper bound | 32 + lower bound        (6 bits for each bound)

An entry of 0 knows nothing: every score lies between -32 and 32. What is newer replaces the older.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.bits import count
from spielfeld.envs.board_game.rules import BITS, Rules, position_key
from spielfeld.envs.board_game.symmetry import mirrored

FACTOR = 0x1E3779B97F4A7C15  # odd; its first bits after the first are those of the golden ratio
BOUND, WIDEST = 6, 32  # bits of a bound; no score is as large


class Memory(NamedTuple):
    """The table and how a key is divided."""

    entries: npt.NDArray[np.int64]  # a power of two of them
    mask: int  # of a key
    rest: int  # bits of a key that do not choose the entry


def new_memory(rules: Rules, entries: int) -> Memory:
    """Return an empty memory.

    Args:
        rules: Of the game.
        entries: How many positions it holds at most; rounded down to a power of two.

    Raises:
        ValueError: If the keys of positions of this game are too long.
    """
    bits = key_bits(rules)
    chosen = min(bits, max(entries.bit_length() - 1, bits + 2 * BOUND - BITS))
    return Memory(np.zeros(1 << chosen, np.int64), (1 << bits) - 1, bits - chosen)


def key_bits(rules: Rules) -> int:
    """Return how many bits the key of a position takes.

    Raises:
        ValueError: If these are too many: the board is too large to be solved.
    """
    bits = rules.height * rules.columns * (1 if rules.gravity else 2)
    if bits > BITS:
        raise ValueError(f"A board of {rules.rows} x {rules.columns} is too large to be solved.")
    return bits


def shared_key(rules: Rules, own: int, other: int) -> int:
    """Return a key that early positions share with their mirror images.

    Later on few images meet, and to look for them costs more than it saves.
    """
    key = position_key(rules, own, other)
    if 3 * count(own | other) < rules.rows * rules.columns:
        return min(key, position_key(rules, mirrored(rules, own), mirrored(rules, other)))
    return key


def scrambled(memory: Memory, key: int) -> int:
    """Return a key from which entry and rest are taken."""
    return (key * FACTOR) & memory.mask


def recall(memory: Memory, key: int) -> int:
    """Return the bounds that are known of the position with this scrambled key; 0 for none."""
    entry = int(memory.entries[key >> memory.rest])
    known = entry >> 2 * BOUND == key & ((1 << memory.rest) - 1)
    return entry & ((1 << 2 * BOUND) - 1) if known else 0


def lower_bound(bounds: int) -> int:
    """Return what a score is not less than."""
    return (bounds & ((1 << BOUND) - 1)) - WIDEST


def upper_bound(bounds: int) -> int:
    """Return what a score is not more than."""
    return WIDEST - (bounds >> BOUND)


def remember(memory: Memory, key: int, exceeds: bool, bound: int) -> None:
    """Note that the score of a position is more than `bound`, or that it is not."""
    bounds = recall(memory, key)
    lower = bound + 1 if exceeds else lower_bound(bounds)
    upper = upper_bound(bounds) if exceeds else bound
    rest = key & ((1 << memory.rest) - 1)
    entry = (rest << BOUND | (WIDEST - upper)) << BOUND | (WIDEST + lower)
    memory.entries[key >> memory.rest] = entry
