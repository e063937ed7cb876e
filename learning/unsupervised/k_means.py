"""K-means: each cluster has a centroid, the mean of its rows; each row joins the nearest one.

The function predicts the nearest centroid, the target is the row itself, and the loss is squared
error. For J = sum of 1/2 |row - centroid|^2, the gradient by centroid k is the sum of (centroid_k -
row) over its rows. So a step of 1 / n_k moves the centroid to their mean:

    centroid_k <- centroid_k + (1 / n_k) * sum over the rows of k of (row - centroid_k)

With all rows at once, n_k counts the rows of k, and this is Lloyd's iteration. With a few rows at a
time, n_k counts all rows of k so far. This is MacQueen's running mean for single rows, and
Sculley's mini-batch k-means for more. Only batch and step size differ.

The result depends on the start. The first centroids are rows far from each other
(`k_means_plus_plus`). When the loss no longer falls, Lloyd's iteration starts again. The best
result is kept.

Order of this file: settings, the learner, the gradient (one compiled pass over the rows), and the
start. The loop over batches is in `DataLearner.experience`.

Source: Lloyd (1982); MacQueen (1967); Sculley (2010), algorithm 1; Bottou & Bengio (1995) for the
step size; Arthur & Vassilvitskii (2007) for the start.
"""

from __future__ import annotations

from math import inf, log
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from spielfeld.arrays import Array, Floats
from spielfeld.compiled import compiled
from spielfeld.learning.batch import Batch
from spielfeld.learning.centroids import Centroids
from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.data_sets.mini_batches import MiniBatches
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.settings import Count, Finite, Range, Whole, settings
from spielfeld.snapshot import Counter

AT_REST = 1e-12  # a smaller relative fall of the loss ends an iteration
BLOCK = 512  # rows at a time, so that intermediate results stay in the processor's cache


@settings
class KMeansConfig:
    """Settings of k-means."""

    clusters: Count = 3
    """Number of clusters."""
    batch_size: Whole = 0
    """Rows of a step; 0 for all of them, which is Lloyd's iteration."""
    starts: Count = 10
    """Greatest number of starts; the best result is kept. With mini-batches, the best start is
    chosen at the beginning."""
    standardise: bool = False
    """Scale every feature to mean 0 and standard deviation 1 of the training rows."""


class KMeans(DataLearner):
    """K-means clustering, by Lloyd's iteration or in mini-batches.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = KMeans(seed=1)
    >>> history = learner.learn(find_data_set("blobs").without_targets(), samples=3_000)
    >>> learner.assign([[0.0, 0.0]]).shape
    (1,)
    """

    tasks = ("clustering", "reconstruction")
    own_targets = True
    config_class = KMeansConfig
    saved: ClassVar[tuple[str, ...]] = (
        *DataLearner.saved, "counts", "last_loss", "best_loss", "best", "begun_starts", "generator",
    )  # fmt: skip
    counts: Annotated[Array, Counter]  # rows of each centroid so far, with mini-batches
    last_loss: Annotated[float, Range(0, infinite=True)]  # loss of the last step; inf after a start
    best_loss: Annotated[float, Range(0, infinite=True)]  # lowest loss of the starts before
    best: Annotated[Array, Finite]  # centroids of the start with the lowest loss
    begun_starts: Count  # number of starts so far
    generator: np.random.Generator

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Centroids, Loss]:
        """Return centroids at their start, and squared error.

        Raises:
            ValueError: If there are fewer rows than clusters.
        """
        if len(data) < self.config.clusters:
            raise ValueError(
                f"{self.config.clusters} clusters need as many rows, but data set {data.name!r} "
                f"has {len(data)} to learn from."
            )
        self.generator = generator
        self.counts = np.zeros(self.config.clusters, np.int64)
        self.last_loss = self.best_loss = inf
        self.begun_starts = 1 if self._all_rows else self.config.starts
        inputs = self.scaled(data).inputs
        starts = [self.start(inputs) for _ in range(self.begun_starts)]
        start = starts[0] if len(starts) == 1 else least_apart(inputs, starts)
        self.best = start.copy()
        return Centroids(start), SquaredError()

    def start(self, inputs: Array) -> Array:
        """Return the first centroids [clusters, features]; override it for another start."""
        return k_means_plus_plus(inputs, self.config.clusters, self.generator)

    def assign(self, inputs: Array) -> Array:
        """Return the number of the cluster for each row. Shape [rows].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        return self._nearest().assign(inputs)

    def predict(self, inputs: Array) -> Array:
        """Return the nearest centroids [rows, features].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        nearest = self.assign(inputs)
        return self.centroids[nearest]

    def learn_to_rest(self, data: DataSet, most: int = 300) -> None:
        """Take Lloyd steps until all starts have ended, at most `most` steps for each start."""
        self.learn(data, 0)
        for _ in range(most * self.config.starts):
            if self.begun_starts == self.config.starts and self.last_loss == self.best_loss < inf:
                return
            self.learn(data, len(data))

    @property
    def centroids(self) -> Array:
        """Centroids in the units of the inputs. Shape [clusters, features].

        Raises:
            ValueError: If nothing has been learned yet.
        """
        self._learned_from()
        return self.to_predictions(self._nearest().parameters["centroids"])

    def step(self, batch: Batch) -> None:
        """Take one step of the centroids, and record the loss before it."""
        self.note(self.improve(batch.inputs))

    def improve(self, inputs: Array) -> float:
        """Move the centroids one step, or start again if the loss no longer falls."""
        centroids = self.function.parameters["centroids"]
        seen = centroid_gradient(inputs, centroids)
        loss = float(seen.squares.sum()) / 2 / len(inputs)
        if self._all_rows:
            seen = without_empty_clusters(seen, inputs, centroids)
            counts = seen.counts
        else:
            self.counts += seen.counts
            counts = self.counts
        centroids += seen.errors / np.maximum(counts, 1)[:, None]
        if self._all_rows:
            self._rest_or_go_on(inputs, loss)
        return loss

    def cost(self, inputs: Array) -> float:
        """Return half the mean squared distance to the nearest centroid."""
        centroids = self.function.parameters["centroids"]
        return float(centroid_gradient(inputs, centroids).squares.sum()) / 2 / len(inputs)

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return mini-batches, or batches of all rows."""
        if self._all_rows:
            return MiniBatches(data, len(data))
        return MiniBatches(data, self.config.batch_size, generator)

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on validation rows, half the mean squared distance."""
        return self.cost(rows.inputs)

    @property
    def _all_rows(self) -> bool:
        return bool(self.config.batch_size == 0)

    def _nearest(self) -> Centroids:
        """Return the best centroids of all starts, including the present one."""
        if self.last_loss <= self.best_loss:
            return self.function  # type: ignore[return-value]
        return Centroids(self.best)

    def _rest_or_go_on(self, inputs: Array, loss: float) -> None:
        """If the loss no longer falls, keep the best centroids, and begin the next start."""
        centroids = self.function.parameters["centroids"]
        before, self.last_loss = self.last_loss, loss
        if before - loss > AT_REST * before or before == inf:
            return
        if loss < self.best_loss:
            self.best_loss, self.best[...] = loss, centroids
        again = self.begun_starts < self.config.starts
        self.begun_starts += again
        centroids[...] = self.start(inputs) if again else self.best
        self.last_loss = inf if again else self.best_loss


class CentroidGradient(NamedTuple):
    """The gradient of k-means.

    Args:
        nearest: Number of the nearest centroid for each row; the first of equally near ones. Shape
            [rows].
        counts: Rows of each centroid. Shape [centroids].
        errors: Sum of row - centroid over the rows of each centroid. Shape [centroids, features].
        squares: Sum of (row - centroid)^2 over all rows. Shape [features].
    """

    nearest: Array
    counts: Array
    errors: Array
    squares: Array


def centroid_gradient(inputs: Array, centroids: Array) -> CentroidGradient:
    """Return the gradient of k-means for rows [rows, features] and centroids [centroids, features].

    Raises:
        ValueError: If the shapes do not fit, because the compiled loop does not check them.
    """
    alike = inputs.ndim == centroids.ndim == 2 and inputs.shape[1] == centroids.shape[1]
    if not alike or not len(centroids):
        raise ValueError(
            f"Rows of shape {inputs.shape} do not fit centroids of shape {centroids.shape}."
        )
    return CentroidGradient(*_row_sums_compiled(np.ascontiguousarray(inputs), centroids))


def row_sums(inputs: Floats, centroids: Floats) -> tuple[Array, Array, Floats, Floats]:
    """Return the fields of `CentroidGradient`, in one pass over the rows."""
    rows, features = inputs.shape
    nearest, counts = np.zeros(rows, np.int64), np.zeros(len(centroids), np.int64)
    errors, squares = np.zeros_like(centroids), np.zeros(features)
    apart = centroids - centroids[0]  # the first is the origin: a far origin would lose digits
    half_squares = (apart * apart).sum(axis=1) / 2
    moved = np.zeros((BLOCK, features))
    least, near = np.zeros(BLOCK), np.zeros(BLOCK, np.int64)
    for begin in range(0, rows, BLOCK):
        size = min(BLOCK, rows - begin)
        for row in range(size):  # plain loops take half of the time of array expressions
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


_row_sums_compiled = compiled(row_sums)


def without_empty_clusters(
    seen: CentroidGradient, inputs: Array, centroids: Array
) -> CentroidGradient:
    """Give each empty cluster one of the rows that are farthest from their centroids.

    scikit-learn uses the same rule.
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
    return CentroidGradient(nearest, counts, errors, squares)


def k_means_plus_plus(inputs: Array, clusters: int, generator: np.random.Generator) -> Array:
    """Return centroids at the start that are spread over the rows [clusters, features] (k-means++).

    The first centroid is a row drawn at random. For each further centroid, a few rows are drawn.
    Their probabilities are proportional to the squared distance from the nearest centroid so far.
    The row that makes the sum of these distances smallest becomes the centroid.

    With one draw for each centroid, the expected loss is at most 8 (log(clusters) + 2) times the
    minimum. This holds even before the first step (Arthur & Vassilvitskii, 2007, theorem 3.1). The
    best of a few draws is better in practice, but there is no proof (section 7).

    Args:
        inputs: Shape [rows, features].
        clusters: Number of clusters.
        generator: Draws the rows.
    """
    centred = inputs - inputs.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)

    def apart(rows: Array) -> Array:
        """Return squared distances of all rows from some of them. Shape [some, rows]."""
        distances: Array = -2 * centred[rows] @ centred.T
        distances += squares
        distances += squares[rows, None]
        return np.maximum(distances, 0, out=distances)  # rounding may give a negative number

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
    """Return the start with the smallest sum of squared distances to the nearest centroid."""
    return min(starts, key=lambda start: float(centroid_gradient(inputs, start).squares.sum()))
