"""Energy distance of two sets of points, and a test whether they have the same distribution.

The energy distance compares distances between the two sets with distances within each set:

    distance = 2 E|one - other| - E|one - one'| - E|other - other'|

In the limit of many points it is 0 if the distributions are equal, and above 0 otherwise. Every
pair counts, including a point with itself (a V-statistic). So the distance of two finite sets is
never negative, but its mean is above 0 even for equal distributions. The test measures how large it
becomes by chance. It divides all points into two random sets, many times.

Source: Szekely & Rizzo (2013), Energy statistics: a class of statistics based on distances; Phipson
& Smyth (2010), Permutation p-values should never be zero.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array

ROUNDING = 1e-12  # relative difference of distances that counts as rounding


def energy_distance(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Return the energy distance 2 E|one - other| - E|one - one'| - E|other - other'|.

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
    """Return the p-value of a permutation test: the probability of such a distance by chance.

    p = (1 + divisions with at least this distance) / (1 + permutations)

    The added 1 is the given division. For sets from one distribution, p is at most .05 in at most 5
    % of cases. This holds for any number of points. The memory grows with the square of their
    number.

    Args:
        one: Points. Shape [rows, features].
        other: Points in the same units. Shape [other rows, features].
        generator: Draws the random divisions.
        permutations: Number of random divisions. The smallest p is 1 / (1 + permutations).

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
    """Return distances between all points, and the number of points in the first set."""
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
    """Return the energy distance of each division; `members` is 1 for points of the first set.

    Sums within a set are m^T D m: one matrix product for all `members` [divisions, points].
    """
    ones = members[0].sum()
    others = len(distances) - ones
    reach = members @ distances  # sum of distances to the first set, [divisions, points]
    within = (reach * members).sum(axis=1)
    between = reach.sum(axis=1) - within
    beyond = distances.sum() - within - 2 * between
    energies: Array = 2 * between / (ones * others) - within / ones**2 - beyond / others**2
    return energies
