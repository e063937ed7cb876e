"""What a figure says in numbers: the published ones, ours, and whether they agree."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array

SOURCE_RUNS = 1_000  # of a published number that states neither runs nor error
WIDTH = 4.0  # of the band, in standard errors of the difference


class Row(NamedTuple):
    """A number beside the published one.

    Args:
        what: Was measured, with its unit.
        published: None if the book states no number.
        ours: What came out here.
        error: Standard error of ours; 0 where it is computed exactly.
        band: How far ours may be from the published number.
    """

    what: str
    published: float | None
    ours: float
    error: float = 0.0
    band: float = 0.0

    @property
    def inside(self) -> bool | None:
        """Whether ours lies in the band around the published number, if there is one."""
        return None if self.published is None else abs(self.ours - self.published) <= self.band


class Outcome(NamedTuple):
    """What the function of a figure returns: a picture (of matplotlib) and its numbers."""

    picture: Any
    rows: list[Row]


def estimate(
    what: str, published: float | None, samples: Array, source_error: float | None = None
) -> Row:
    """Compare the mean of many runs with a published mean.

    The band is four standard errors of the difference: 4 * sqrt(theirs^2 + ours^2).

    Args:
        what: Was measured.
        published: The mean in the book.
        samples: One number for each run. Shape [runs].
        source_error: Standard error of the published mean; by default that of 1,000 runs which
            scatter as ours do.
    """
    deviation = samples.std(ddof=1).item() if samples.size > 1 else math.nan
    error = deviation / math.sqrt(samples.size)
    theirs = deviation / math.sqrt(SOURCE_RUNS) if source_error is None else source_error
    return Row(what, published, samples.mean().item(), error, WIDTH * math.hypot(theirs, error))


def to_the_digits(what: str, published: float, ours: float, digits: int) -> Row:
    """Compare an exact number with one that was published with so many digits."""
    return Row(what, published, ours, band=rounding(digits))


def all_to_the_digits(what: str, published: npt.ArrayLike, ours: npt.ArrayLike, digits: int) -> Row:
    """Compare many exact numbers with published ones: by the largest difference."""
    difference = np.abs(np.asarray(ours) - np.asarray(published)).max().item()
    return Row(f"largest difference to {what}", 0.0, difference, band=rounding(digits))


def rounding(digits: int) -> float:
    """Return by how much a number changes at most if it is rounded to so many digits."""
    return 0.5 * 10.0**-digits + 1e-12
