"""Memory of a search (transposition table): the known bounds of each position's score.

The key of a position is multiplied by an odd factor, modulo a power of two. Every product belongs
to one key only, so the table never mixes up two positions. The upper bits of the product choose the
entry. The entry stores the lower bits and the bounds in one integer of 64 bits:

    entry = rest of the key | 32 - upper bound | 32 + lower bound        (6 bits for each bound)

An entry of 0 means unknown: every score lies between -32 and 32. A newer entry replaces an older.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.bits import count
from spielfeld.envs.board_game.rules import BITS, Rules, position_key
from spielfeld.envs.board_game.symmetry import mirrored

FACTOR = 0x1E3779B97F4A7C15  # odd; all bits after the first are those of the golden ratio
BOUND, WIDEST = 6, 32  # bits of a bound; a limit that no score reaches


class Memory(NamedTuple):
    """The table, and the numbers that divide a key."""

    entries: npt.NDArray[np.int64]  # the number of entries is a power of two
    mask: int  # all bits of a key
    rest: int  # number of bits of a key that do not choose the entry


def new_memory(rules: Rules, entries: int) -> Memory:
    """Return an empty memory.

    Args:
        rules: Rules of the game.
        entries: Largest number of positions; rounded down to a power of two.

    Raises:
        ValueError: If the keys of this game have too many bits.
    """
    bits = key_bits(rules)
    chosen = min(bits, max(entries.bit_length() - 1, bits + 2 * BOUND - BITS))
    return Memory(np.zeros(1 << chosen, np.int64), (1 << bits) - 1, bits - chosen)


def key_bits(rules: Rules) -> int:
    """Return the number of bits of a position's key.

    Raises:
        ValueError: If there are too many, because the board is too large for the solver.
    """
    bits = rules.height * rules.columns * (1 if rules.gravity else 2)
    if bits > BITS:
        raise ValueError(f"A board of {rules.rows} x {rules.columns} is too large to be solved.")
    return bits


def shared_key(rules: Rules, own: int, other: int) -> int:
    """Return a key that is the same for early positions and their mirror images.

    Later in the game mirror images rarely occur, and the check for them takes too much time.
    """
    key = position_key(rules, own, other)
    if 3 * count(own | other) < rules.rows * rules.columns:
        return min(key, position_key(rules, mirrored(rules, own), mirrored(rules, other)))
    return key


def scrambled(memory: Memory, key: int) -> int:
    """Return the scrambled key, which holds the number of the entry and the rest."""
    return (key * FACTOR) & memory.mask


def recall(memory: Memory, key: int) -> int:
    """Return the known bounds of the position with this scrambled key; 0 for unknown."""
    entry = int(memory.entries[key >> memory.rest])
    known = entry >> 2 * BOUND == key & ((1 << memory.rest) - 1)
    return entry & ((1 << 2 * BOUND) - 1) if known else 0


def lower_bound(bounds: int) -> int:
    """Return the lower bound of a score."""
    return (bounds & ((1 << BOUND) - 1)) - WIDEST


def upper_bound(bounds: int) -> int:
    """Return the upper bound of a score."""
    return WIDEST - (bounds >> BOUND)


def remember(memory: Memory, key: int, exceeds: bool, bound: int) -> None:
    """Store that the score of a position is above `bound`, or that it is not."""
    bounds = recall(memory, key)
    lower = bound + 1 if exceeds else lower_bound(bounds)
    upper = upper_bound(bounds) if exceeds else bound
    rest = key & ((1 << memory.rest) - 1)
    entry = (rest << BOUND | (WIDEST - upper)) << BOUND | (WIDEST + lower)
    memory.entries[key >> memory.rest] = entry
