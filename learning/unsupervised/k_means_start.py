"""Where k-means starts: at rows that are far from each other (k-means++).

Each further centroid starts at a row that is drawn with a probability in proportion to its squared
distance from those before. With one draw each, the expected loss is at most 8 (log(clusters) + 2)
times the least, even before the first step (theorem 3.1); here the best of a few draws is taken,
which does better in practice, though nothing is proved of it there (section 7).

Source: Arthur & Vassilvitskii (2007).
"""

from __future__ import annotations

from math import log

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.unsupervised.pull import pull


def k_means_plus_plus(inputs: Array, clusters: int, generator: np.random.Generator) -> Array:
    """Return a start that is spread over the rows, [clusters, features].

    The first centroid is a row drawn at random. For each further one, a few rows are drawn with
    probabilities in proportion to the squared distance from the nearest centroid so far, and that
    row is taken which makes the sum of these distances least.

    Args:
        inputs: Shape [rows, features].
        clusters: How many.
        generator: Draws.
    """
    centred = inputs - inputs.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)

    def apart(rows: Array) -> Array:
        """Squared distances of all rows from some. Shape [some, rows]."""
        distances: Array = -2 * centred[rows] @ centred.T
        distances += squares
        distances += squares[rows, None]
        return np.maximum(distances, 0, out=distances)  # rounding may have left less

    chosen = generator.integers(len(inputs), size=1)
    distances = apart(chosen)[0]
    for _ in range(1, clusters):
        reach = np.cumsum(distances)
        draws = generator.random(2 + int(log(clusters))) * reach[-1]
        rows = np.minimum(np.searchsorted(reach, draws, side="right"), len(inputs) - 1)
        left = apart(rows)
        best = np.minimum(left, distances, out=left).sum(axis=1).argmin()
        chosen, distances = np.append(chosen, rows[best]), left[best]
    return inputs[chosen]


def least_apart(inputs: Array, starts: list[Array]) -> Array:
    """Return those centroids from which rows are least far away, in the sum of squares."""
    return min(starts, key=lambda start: float(pull(inputs, start).squares.sum()))
