"""K-means: rows are told apart by the nearest of a few centroids, and each is a mean of its rows.

The function predicts the nearest centroid, the target is the row itself, and the loss is the
squared error. Of J = sum of 1/2 |row - centroid|^2, the gradient by centroid k is the sum of
(centroid_k - row) over its rows, so that a step of 1 / n_k goes all the way to their mean:

    centroid_k <- centroid_k + (1 / n_k) * sum over the rows of k of (row - centroid_k)

With all rows at once and n_k the rows of k, this is Lloyd's iteration. With a few rows at a time
and n_k all rows of k so far, it is MacQueen's running mean for single rows, and Sculley's
mini-batch k-means for more. The two differ by batch and step size alone.

What is found depends on where one starts: at rows far from each other (`k_means_plus_plus`), and
Lloyd's iteration, once it rests, starts anew. The best is kept.

Source: Lloyd (1982); MacQueen (1967); Sculley (2010), algorithm 1; Bottou & Bengio (1995) for the
step size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.centroids import Centroids
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.learning.saved import array_like, count, take_up
from spielfeld.learning.unsupervised.k_means_start import k_means_plus_plus, least_apart
from spielfeld.learning.unsupervised.learner import BatchLearner
from spielfeld.learning.unsupervised.pull import pull, with_no_cluster_empty

AT_REST = 1e-12  # share of the loss by which it falls at least, while rows change sides


@dataclass(frozen=True)
class KMeansConfig:
    """Settings of k-means.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    clusters: int = 3
    """How many centroids."""
    batch_size: int = 0
    """Rows of a step; 0 for all of them, which is Lloyd's iteration."""
    starts: int = 10
    """How often to begin, at most; the best is kept. In mini-batches, the best start is taken."""
    standardise: bool = False
    """Bring every feature to mean 0 and standard deviation 1, as measured on the training rows."""

    def __post_init__(self) -> None:
        for name, least in (("clusters", 1), ("batch_size", 0), ("starts", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, not {getattr(self, name)}.")


class KMeans(BatchLearner):
    """K-means, by Lloyd's iteration or in mini-batches.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = KMeans(seed=1)
    >>> history = learner.learn(find_data_set("blobs").without_targets(), samples=3_000)
    >>> learner.assign([[0.0, 0.0]]).shape
    (1,)
    """

    tasks = ("clustering", "reconstruction")
    config_class = KMeansConfig

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Centroids, Loss]:
        """Return centroids at their start, and the squared error.

        Raises:
            ValueError: If there are fewer rows than clusters.
        """
        if len(data) < self.config.clusters:
            raise ValueError(
                f"{self.config.clusters} clusters need as many rows, but data set {data.name!r} "
                f"has {len(data)} to learn from."
            )
        self._generator = generator
        self._counts = np.zeros(self.config.clusters, np.int64)
        self._losses = np.array([inf, inf])  # of the last step, and of the best start before
        self._starts = 1 if self._all_rows else self.config.starts
        starts = [self.start(data.inputs) for _ in range(self._starts)]
        start = starts[0] if len(starts) == 1 else least_apart(data.inputs, starts)
        self._best = start.copy()
        return Centroids(start), SquaredError()

    def start(self, inputs: Array) -> Array:
        """Return centroids to begin with, [clusters, features]; override it for others."""
        return k_means_plus_plus(inputs, self.config.clusters, self._generator)

    def assign(self, inputs: Array) -> Array:
        """Return the number of each row's cluster. Shape [rows].

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        inputs = self.measured_inputs(inputs)
        return self._nearest().assign(inputs)

    def predict(self, inputs: Array) -> Array:
        """Return the nearest centroids [rows, features]; changes nothing.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        nearest = self.assign(inputs)
        return self.centroids[nearest]

    def learn_to_rest(self, data: DataSet, most: int = 300) -> None:
        """Take Lloyd steps until all starts are at rest, or `most` of each are taken."""
        self.learn(data, 0)
        for _ in range(most * self.config.starts):
            if self._starts == self.config.starts and self._losses[0] == self._losses[1] < inf:
                return
            self.learn(data, len(data))

    @property
    def centroids(self) -> Array:
        """In the units of the inputs. Shape [clusters, features].

        Raises:
            ValueError: If nothing has been learned yet.
        """
        self._learned_from()
        return self.answer(self._nearest().parameters["centroids"])

    def improve(self, inputs: Array) -> float:
        """Move each centroid by the step above, or start anew where nothing moves any more."""
        centroids = self.function.parameters["centroids"]
        seen = pull(inputs, centroids)
        loss = float(seen.squares.sum()) / 2 / len(inputs)
        if self._all_rows:
            seen = with_no_cluster_empty(seen, inputs, centroids)
            counts = seen.counts
        else:
            self._counts += seen.counts
            counts = self._counts
        centroids += seen.errors / np.maximum(counts, 1)[:, None]
        if self._all_rows:
            self._rest_or_go_on(inputs, loss)
        return loss

    def cost(self, inputs: Array) -> float:
        """Return half the mean squared distance to the nearest centroid."""
        centroids = self.function.parameters["centroids"]
        return float(pull(inputs, centroids).squares.sum()) / 2 / len(inputs)

    def state(self) -> dict[str, Any]:
        """Return what predictions and the next step depend on, as arrays and JSON values."""
        if self._batches is None:
            return {}
        return {
            **super().state(),
            "counts": self._counts.copy(),
            "best": self._best.copy(),
            "losses": self._losses.copy(),
            "starts": self._starts,
            "start_generator": self._generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any], source: DataSet | Split) -> None:
        """Continue from what `state()` returned, bit for bit; see `DataLearner.restore`."""
        super().restore(state, source)
        if state:
            counts = array_like(state, "counts", self._counts)
            best, starts = array_like(state, "best", self._best), count(state, "starts")
            losses = array_like(state, "losses", self._losses, finite=False)
            if (counts < 0).any() or not 1 <= starts <= self.config.starts:
                self._refuse_state("counts" if (counts < 0).any() else "starts")
            take_up(self._generator, state, "start_generator")
            self._counts, self._best, self._losses, self._starts = counts, best, losses, starts

    @property
    def _all_rows(self) -> bool:
        return bool(self.config.batch_size == 0)

    def _nearest(self) -> Centroids:
        """Return the centroids of the best start, the present one included."""
        if self._losses[0] <= self._losses[1]:
            return self.function  # type: ignore[return-value]
        return Centroids(self._best)

    def _rest_or_go_on(self, inputs: Array, loss: float) -> None:
        """Once the loss no longer falls, keep the best, and start anew where starts are left."""
        centroids = self.function.parameters["centroids"]
        before, best = self._losses
        self._losses[0] = loss
        if before - loss > AT_REST * before or before == inf:
            return
        if loss < best:
            self._losses[1], self._best = loss, centroids.copy()
        again = self._starts < self.config.starts
        self._starts += again
        centroids[...] = self.start(inputs) if again else self._best
        self._losses[0] = inf if again else self._losses[1]
