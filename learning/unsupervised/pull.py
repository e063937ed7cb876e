"""How hard rows pull at the nearest of a few centroids, in one compiled pass over the rows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array

BLOCK = 512  # rows at a time, so that what is made of them stays in the cache


class Pull(NamedTuple):
    """The gradient of k-means.

    Args:
        nearest: Number of each row's nearest centroid; of equally near ones the first. [rows]
        counts: Rows of each centroid. Shape [centroids].
        errors: Sum of row - centroid over the rows of each. Shape [centroids, features].
        squares: Sum of (row - centroid)^2 over all rows. Shape [features].
    """

    nearest: Array
    counts: Array
    errors: Array
    squares: Array


def pull(inputs: Array, centroids: Array) -> Pull:
    """Return what rows [rows, features] pull at centroids [centroids, features].

    Raises:
        ValueError: If their shapes do not fit: the compiled pass does not look.
    """
    if not (inputs.ndim == centroids.ndim == 2 and len(centroids)) or (
        inputs.shape[1] != centroids.shape[1]
    ):
        raise ValueError(
            f"Rows of shape {inputs.shape} cannot pull at centroids of shape {centroids.shape}."
        )
    return Pull(*_compiled()(np.ascontiguousarray(inputs), centroids))


def pulled(inputs, centroids):  # type: ignore[no-untyped-def]  # noqa: D103
    rows, features = inputs.shape
    nearest, counts = np.zeros(rows, np.int64), np.zeros(len(centroids), np.int64)
    errors, squares = np.zeros_like(centroids), np.zeros(features)
    apart = centroids - centroids[0]  # the first as origin: far from it, products would cancel
    half_squares = (apart * apart).sum(axis=1) / 2
    moved = np.zeros((BLOCK, features))
    least, near = np.zeros(BLOCK), np.zeros(BLOCK, np.int64)
    for begin in range(0, rows, BLOCK):
        size = min(BLOCK, rows - begin)
        for row in range(size):  # plain loops run in half of the time of array expressions
            for feature in range(features):
                moved[row, feature] = inputs[begin + row, feature] - centroids[0, feature]
        products = np.dot(apart, moved.T)  # [centroids, BLOCK]
        least[:], near[:] = 0.0, 0  # |x - c|^2 / 2 - |x|^2 / 2 of the first
        for k in range(1, len(centroids)):
            for row in range(BLOCK):
                distance = half_squares[k] - products[k, row]
                closer = distance < least[row]
                least[row] = distance if closer else least[row]
                near[row] = k if closer else near[row]
        nearest[begin : begin + size] = near[:size]
        for row in range(size):
            k = near[row]
            counts[k] += 1
            for feature in range(features):
                error = moved[row, feature] - apart[k, feature]
                errors[k, feature] += error
                squares[feature] += error * error
    return nearest, counts, errors, squares


def with_no_cluster_empty(seen: Pull, inputs: Array, centroids: Array) -> Pull:
    """Give the row that is farthest from its centroid to a cluster that has none.

    As scikit-learn does; with several empty ones, each gets one of the farthest rows.
    """
    empty = np.flatnonzero(seen.counts == 0)
    if not len(empty):
        return seen
    nearest, counts, errors, squares = (array.copy() for array in seen)
    apart = np.square(inputs - centroids[nearest]).sum(axis=1)
    for k, row in zip(empty, np.argsort(-apart, kind="stable"), strict=False):
        old = nearest[row]
        counts[old] -= 1
        errors[old] -= inputs[row] - centroids[old]
        nearest[row], counts[k], errors[k] = k, 1, inputs[row] - centroids[k]
    return Pull(nearest, counts, errors, squares)


@functools.cache
def _compiled() -> Callable[[Array, Array], tuple[Array, ...]]:
    import numba

    made: Any = numba.njit(pulled)
    with suppress(AttributeError, OSError, RuntimeError):  # plain Python, or no place to keep it
        made.enable_caching()  # which watches this file alone: nothing from others is called
    return made  # type: ignore[no-any-return]
