"""Centroids: a function that predicts each point by the nearest of a few centroids.

With the inputs as targets, squared error and one step for each batch, this is k-means. Let n_k be
the number of rows nearest to centroid k. A step of n / n_k on all n rows moves each centroid to the
mean of its rows. This is Lloyd's iteration (1982). A step of 1 / n_k on one row at a time is
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

    If several centroids are equally near, the first one is used, within rounding. A small enough
    step does not change the nearest centroid of a row. So the gradient belongs to the nearest
    centroid alone. On the border between two centroids the prediction jumps and has no gradient.

    Args:
        start: Centroids at the start; copied. Shape [centroids, features].

    Raises:
        ValueError: If `start` is not a table with one or more rows.
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
        """Return the number of the nearest centroid for each row. Shape [rows].

        It compares |x - c|^2 / 2 - |x|^2 / 2, because |x|^2 / 2 is the same for all centroids. So
        one matrix product is enough.

        Raises:
            ValueError: If a row has another number of features.
        """
        centroids = self.parameters["centroids"]
        near = centroids[0]  # the origin: distances from a far origin lose digits
        centroids = centroids - near
        half_squares = (centroids * centroids).sum(axis=1) / 2  # [centroids]
        products = (of_width(inputs, len(near)) - near) @ centroids.T  # [rows, centroids]
        nearest: Array = (half_squares - products).argmin(axis=1)
        return nearest
