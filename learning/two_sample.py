"""Do two sets of points come from the same distribution? Their distance, and a test.

The energy distance compares how far points are from those of the other set with how far they are
from those of their own:

    distance = 2 E|one - other| - E|one - one'| - E|other - other'|

In the limit of many points it is 0 if the distributions are equal, and above 0 otherwise. Every
pair counts here, that of a point with itself included (a V-statistic): the distance of two finite
sets is never negative, but its mean is above 0 for equal distributions too. How large it becomes by
chance is what the test finds out: it deals all points into two sets anew, again and again.

Source: Szekely & Rizzo (2013), Energy statistics: a class of statistics based on distances; Phipson
& Smyth (2010), Permutation p-values should never be zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array

ROUNDING = 1e-12  # of distances, within which two divisions are equally far apart


def energy_distance(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Return 2 E|one - other| - E|one - one'| - E|other - other'|, of Euclidean distances.

    For points on a line this is the square of `scipy.stats.energy_distance`.

    >>> energy_distance([[0.0]], [[3.0]])
    6.0

    Args:
        one: Points. Shape [rows, features].
        other: Points in the same units. Shape [other rows, features].

    Raises:
        ValueError: If a set is empty, or rows have different numbers of features.
    """
    distances, size = _distances(one, other)
    return float(_energies(distances, _first(len(distances), size)[None])[0])


def two_sample_test(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    generator: np.random.Generator,
    permutations: int = 999,
) -> float:
    """Return how often chance alone drives two sets as far apart as these: a p-value.

    p = (1 + divisions at least as far apart) / (1 + permutations), the given division counting
    itself. Of sets from one distribution p is at most .05 in at most 5 % of cases, however few or
    many points there are; memory grows with the square of their number.

    Args:
        one: Points. Shape [rows, features].
        other: Points in the same units. Shape [other rows, features].
        generator: Deals the points out.
        permutations: How often. The smallest p is 1 / (1 + permutations).

    Raises:
        ValueError: If a set is empty, rows have different numbers of features, or `permutations`
            is not at least 1.
    """
    if permutations < 1:
        raise ValueError(f"A permutation test needs 1 or more permutations, not {permutations}.")
    distances, size = _distances(one, other)
    given = _first(len(distances), size)
    dealt = generator.permuted(np.tile(given, (permutations, 1)), axis=1)
    observed, *energies = _energies(distances, np.vstack([given, dealt]))
    as_far = np.asarray(energies) >= observed - ROUNDING * distances.mean()
    return float((1 + as_far.sum()) / (1 + permutations))


def _distances(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Array, int]:
    """Return distances of all points to all, and how many of them are of the first set."""
    from scipy.spatial.distance import cdist

    sets = np.asarray(one, np.float64), np.asarray(other, np.float64)
    shapes = [points.shape for points in sets]
    if any(len(shape) != 2 or not shape[0] for shape in shapes) or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            "Two sets of points need one or more rows each and equally many features, not shapes "
            f"{shapes[0]} and {shapes[1]}."
        )
    points = np.concatenate(sets)
    distances: Array = cdist(points, points)
    return distances, len(sets[0])


def _first(points: int, size: int) -> Array:
    return (np.arange(points) < size).astype(np.float64)


def _energies(distances: Array, members: Array) -> Array:
    """Return the energy distance of each division, where the points of the first set are 1.

    Sums within a set are m^T D m: one matrix product for all `members` [divisions, points].
    """
    ones = members[0].sum()
    others = len(distances) - ones
    reach = members @ distances  # to all points of the first set, [divisions, points]
    within = (reach * members).sum(axis=1)
    between = reach.sum(axis=1) - within
    beyond = distances.sum() - within - 2 * between
    energies: Array = 2 * between / (ones * others) - within / ones**2 - beyond / others**2
    return energies
