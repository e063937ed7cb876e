"""Benchmarks of k-means and principal components against scikit-learn's."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds
from spielfeld.benchmarks.growing import CLASSES, FEATURES, Work, clouds, growing
from spielfeld.learning.data_sets import DataSet
from spielfeld.learning.unsupervised import (
    KMeans,
    KMeansConfig,
    PrincipalComponents,
    PrincipalComponentsConfig,
)

if TYPE_CHECKING:
    from sklearn.cluster import KMeans as Peer

ITERATIONS = 10
MOST = 300  # largest number of iterations


class FromTheFirstRows(KMeans):
    """K-means with the peer's initial centroids."""

    def start(self, inputs: Array) -> Array:
        """Return the first rows."""
        return inputs[: self.config.clusters]


def lloyds(data: DataSet) -> tuple[Work, Work]:
    """Return the same iterations from the same start; the centroids must be equal at the end."""
    rows, start = data.without_targets(), data.inputs[:CLASSES]
    peer = their_k_means(start, max_iter=ITERATIONS)

    def we_learn() -> KMeans:
        learner = FromTheFirstRows(KMeansConfig(CLASSES, starts=1))
        learner.learn(rows, ITERATIONS * len(rows))
        return learner

    difference = np.abs(we_learn().centroids - fitted(peer, data).cluster_centers_).max()
    if difference > 1e-8:
        raise RuntimeError(f"Centroids differ by {difference:g}: not comparable.")
    return we_learn, lambda: fitted(peer, data)


def planes(data: DataSet) -> tuple[Work, Work]:
    """Return the work of half of the components, each side with its own method."""
    from sklearn.decomposition import PCA

    rows, config = data.without_targets(), PrincipalComponentsConfig(FEATURES // 2)
    return (
        lambda: PrincipalComponents(config).learn(rows, len(rows)),
        lambda: PCA(FEATURES // 2).fit(data.inputs),
    )


def to_rest(quick: bool) -> Sides:
    """Compare k-means++ and Lloyd until no row changes its cluster, with every seed."""
    data, seeds = clouds(500 if quick else 20_000), range(2 if quick else 10)
    rows, found = data.without_targets(), dict[str, list[float]](ours=[], theirs=[])

    def we_learn() -> None:
        for seed in seeds:
            learner = KMeans(KMeansConfig(CLASSES, starts=1), seed)
            learner.learn_to_rest(rows, MOST)
            found["ours"].append(2 * learner.cost(rows.inputs))

    def they_learn() -> None:
        for seed in seeds:
            peer = fitted(their_k_means("k-means++", random_state=seed, max_iter=MOST), data)
            found["theirs"].append(peer.inertia_ / len(data))

    we_learn()
    they_learn()
    ours, theirs = (_words(found[side]) for side in ("ours", "theirs"))
    return Sides(
        Side(f"k-means, {ours}", lambda: seconds(we_learn) / len(seeds)),
        Side(f"KMeans, {theirs}", lambda: seconds(they_learn) / len(seeds)),
    )


def their_k_means(start: str | Array, **settings: int) -> Peer:
    """Return the peer: Lloyd's iteration, one start, until no row changes its cluster."""
    from sklearn.cluster import KMeans as Peer

    return Peer(CLASSES, init=start, n_init=1, tol=0, algorithm="lloyd", **settings)


def fitted(peer: Peer, data: DataSet) -> Peer:
    """Fit the peer, without its warning that it has not converged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return peer.fit(data.inputs)


def _words(squares: list[float]) -> str:
    mean, least, most = np.mean(squares), min(squares), max(squares)
    return f"squared distance {mean:.3f} ({least:.3f} to {most:.3f})"


COMPARISONS = (
    *growing("k-means", f"{ITERATIONS} Lloyd iterations", "KMeans, same start", lloyds),
    Comparison(
        "k-means-to-rest", "k-means++ and Lloyd until nothing moves, 20,000 rows, 10 seeds",
        "s", 1, to_rest, less_is_better=True, needs="sklearn",
    ),
    *growing("principal-components", f"{FEATURES // 2} components", "PCA", planes),
)  # fmt: skip
