"""Unsupervised learners of scikit-learn; `predict` reconstructs the inputs.

Defaults are those of our own methods of the same kind, so that a comparison is fair.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.baselines.sklearn_learner import SklearnLearner
from spielfeld.settings import settings


def any_rows(place: str) -> dict[str, str]:
    """Return a method for rows without targets; it ignores targets if there are any."""
    return dict.fromkeys(("unlabelled", "classification", "regression"), place)


@settings
class KMeansConfig:
    """Settings of k-means."""

    n_clusters: int = 3
    """Number of centroids."""
    n_init: int = 10
    """Number of starts; the best result is kept."""


class SklearnKMeans(SklearnLearner):
    """K-means clustering."""

    tasks = ("clustering", "reconstruction")
    config_class = KMeansConfig
    estimators: ClassVar = any_rows("cluster:KMeans")

    def predict(self, inputs: Array) -> Array:
        """Return the nearest centroid of each row [rows, features]."""
        return np.asarray(self.fitted.cluster_centers_[self.assign(inputs)])

    def assign(self, inputs: Array) -> Array:
        """Return the number of the nearest centroid. Shape [rows]."""
        return np.asarray(self.fitted.predict(self.checked(inputs)), np.int64)


@settings
class ComponentsConfig:
    """Settings of principal component analysis."""

    n_components: int = 2
    """Dimensions of the plane."""


class SklearnPCA(SklearnLearner):
    """Principal component analysis."""

    tasks = ("reconstruction",)
    config_class = ComponentsConfig
    estimators: ClassVar = any_rows("decomposition:PCA")

    def predict(self, inputs: Array) -> Array:
        """Return the nearest point of the plane [rows, features]."""
        codes = self.fitted.transform(self.checked(inputs))
        return np.asarray(self.fitted.inverse_transform(codes))


@settings
class MixtureConfig:
    """Settings of Gaussian mixtures."""

    n_components: int = 3
    """Number of normal distributions."""
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    """Covariances: one for each component (full), one for all (tied), diagonal or spherical."""
    reg_covar: float = 1e-6
    """Addition to every variance, in squared units, so that no component shrinks to a point."""
    n_init: int = 3
    """Number of starts; the most likely result is kept."""
    max_iter: int = 1_000
    """Greatest number of steps of expectation maximisation."""


class SklearnMixture(SklearnLearner):
    """Gaussian mixture, by expectation maximisation."""

    tasks = ("clustering", "density", "generation", "reconstruction")
    config_class = MixtureConfig
    estimators: ClassVar = any_rows("mixture:GaussianMixture")

    def predict(self, inputs: Array) -> Array:
        """Return the mean of each row's most probable component [rows, features]."""
        return np.asarray(self.fitted.means_[self.assign(inputs)])

    def assign(self, inputs: Array) -> Array:
        """Return the number of the most probable component. Shape [rows]."""
        return np.asarray(self.fitted.predict(self.checked(inputs)), np.int64)

    def log_likelihood(self, inputs: Array) -> Array:
        """Return the log-density of each row, in nats. Shape [rows]."""
        return np.asarray(self.fitted.score_samples(self.checked(inputs)))

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw new rows from the mixture. Shape [count, features]."""
        self.fitted.random_state = int(generator.integers(2**31))  # its only random numbers
        return generator.permutation(np.asarray(self.fitted.sample(count)[0]))
