"""Random streams for many rows at once; each equals the stream of a separate generator.

At each step a vector environment needs one draw for every row. One call of a NumPy generator for
each row would be slow. So this file computes NumPy's generator PCG64 in a plain function over an
array of states. Compiled loops call this function.

Source: O'Neill (2014), "PCG: a family of simple fast space-efficient statistically good algorithms
    for random number generation", XSL-RR 128/64.

    state <- (state * multiplier + increment) mod 2^128
    draw = the upper 53 bits of rotate(high(state) xor low(state), upper 6 bits of state) / 2^53
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# A column holds the state and the increment, each in four limbs of 32 bits, highest first. Products
# of limbs fit into 64 bits, so they never overflow. Shape [8, rows].
Streams = npt.NDArray[np.uint64]

LIMB, MASK = np.uint64(32), np.uint64(2**32 - 1)
M3, M2, M1, M0 = np.array([0x2360ED05, 0x1FC65DA4, 0x4385DF64, 0x9FCCF645], np.uint64)
UPPER_6_OF_LIMB, WORD, LAST, UNUSED = np.array([26, 64, 63, 11], np.uint64)
STEP = 2.0**-53  # distance between neighbouring draws


def stream_of(generator: np.random.Generator) -> Streams:
    """Return the column of `Streams` that continues the stream of a PCG64 generator."""
    state: dict[str, int] = generator.bit_generator.state["state"]
    limbs = [number >> shift & 2**32 - 1
             for number in (state["state"], state["inc"]) for shift in (96, 64, 32, 0)]  # fmt: skip
    return np.array(limbs, np.uint64)


def next_draw(streams: Streams, row: int) -> float:
    """Advance the stream of a row; return the same number as `Generator.random()`."""
    s3, s2, s1, s0 = streams[0, row], streams[1, row], streams[2, row], streams[3, row]
    p0 = s0 * M0 + streams[7, row]
    p1 = s0 * M1 + streams[6, row] + (p0 >> LIMB)
    q1 = s1 * M0 + (p1 & MASK)
    p2 = s0 * M2 + (p1 >> LIMB) + (q1 >> LIMB)
    q2 = s1 * M1 + streams[5, row] + (p2 & MASK)
    r2 = s2 * M0 + (q2 & MASK)
    carry = (p2 >> LIMB) + (q2 >> LIMB) + (r2 >> LIMB)
    p3 = (s0 * M3 & MASK) + (s1 * M2 & MASK) + (s2 * M1 & MASK) + (s3 * M0 & MASK)
    s3, s2, s1, s0 = (p3 + carry + streams[4, row]) & MASK, r2 & MASK, q1 & MASK, p0 & MASK
    streams[0, row], streams[1, row], streams[2, row], streams[3, row] = s3, s2, s1, s0
    mixed, turn = ((s3 ^ s1) << LIMB) | (s2 ^ s0), s3 >> UPPER_6_OF_LIMB
    turned = (mixed >> turn) | (mixed << ((WORD - turn) & LAST))
    draw: float = (turned >> UNUSED) * STEP
    return draw
