"""Benchmarks of data learners and scikit-learn's, for growing numbers of rows.

The figures are rows per second. If they are equal for all sizes, the time is proportional to the
number of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate
from spielfeld.learning.data_sets import DataSet

ROWS = {"1e3": 1_000, "1e4": 10_000, "1e5": 100_000, "1e6": 1_000_000}
FEATURES, CLASSES = 20, 10

Work = Callable[[], object]


def growing(
    name: str, title: str, peer: str, both: Callable[[DataSet], tuple[Work, Work]]
) -> tuple[Comparison, ...]:
    """Return a comparison for each size of `ROWS`, called `name-1e3` and so on.

    Args:
        name: Name of our learner; `--only` accepts it for all sizes.
        title: Work on the rows.
        peer: Name of scikit-learn's class.
        both: Function that returns our work and the peer's for given rows, each complete.
    """

    def prepare(rows: int, quick: bool) -> Sides:
        size = rows // 1_000 + 99 if quick else rows
        ours, theirs = both(clouds(size))
        return Sides(Side(name, rate(ours, size)), Side(peer, rate(theirs, size)))

    return tuple(
        Comparison(
            f"{name}-{size}",
            f"{title}, {rows:,} rows of {FEATURES} features",
            "rows/s",
            1,
            partial(prepare, rows),
            needs="sklearn",
        )
        for size, rows in ROWS.items()
    )


def clouds(rows: int, seed: int = 0) -> DataSet:
    """Draw overlapping normal clouds, one for each class; every feature has a scale of about 1."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 0.7, (CLASSES, FEATURES))
    labels = random.integers(CLASSES, size=rows)
    names = tuple(f"feature {number}" for number in range(FEATURES))
    classes = tuple(f"cloud {number}" for number in range(CLASSES))
    points = random.normal(centres[labels], 0.7)
    return DataSet("clouds", "classification", points, labels, names, classes)
