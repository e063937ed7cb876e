"""Centroids: predict every point by the nearest of a few.

With the inputs themselves as targets, squared error and one step per batch this is k-means: a
step of n / n_k on all n rows at once, where n_k belong to the k-th centroid, moves each centroid to
the mean of its rows, which is Lloyd's iteration (1982); a step of 1 / n_k on one row at a time is
MacQueen's online form (1967).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Backward, Function, Parameters, of_width, selected, spread


class Centroids(Function):
    """phi(x) = the nearest of `centroids` by Euclidean distance.

    Of equally near ones it is the first, as far as rounding tells. Which one is nearest stays as it
    is under a step small enough, so the gradient is that of the chosen centroid alone. On the
    borders, where it would jump, there is none.

    Args:
        start: Where the centroids are at first; copied. Shape [centroids, features].

    Raises:
        ValueError: If `start` is no table of one or more rows.
    """

    def __init__(self, start: npt.ArrayLike) -> None:
        centroids = np.array(start, np.float64)
        if centroids.ndim != 2 or not centroids.size:
            raise ValueError(f"Centroids need [centroids, features], not {centroids.shape}.")
        self.parameters: Parameters = {"centroids": centroids}

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return the nearest centroids [rows, features], or [rows] of their selected features.

        The gradient is `upstream` at the nearest centroid of each row, as `Rows`.
        """
        centroids, nearest = self.parameters["centroids"], self.assign(inputs)

        def backward(upstream: Array) -> Gradient:
            return {"centroids": Rows(nearest, spread(upstream, select, centroids.shape[1]))}

        return selected(centroids[nearest], select), backward

    def assign(self, inputs: Array) -> Array:
        """Return the number of each row's nearest centroid. Shape [rows].

        |x - c|^2 / 2 without |x|^2 / 2, which is the same for all centroids: one matrix product.

        Raises:
            ValueError: If a row has another number of features.
        """
        centroids = self.parameters["centroids"]
        near = centroids[0]  # as origin: far from it, products would cancel badly
        centroids = centroids - near
        half_squares = (centroids * centroids).sum(axis=1) / 2  # [centroids]
        products = (of_width(inputs, len(near)) - near) @ centroids.T  # [rows, centroids]
        nearest: Array = (half_squares - products).argmin(axis=1)
        return nearest
