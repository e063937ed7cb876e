"""scikit-learn's methods that look at inputs alone; `predict` reconstructs them.

Defaults are those of our own methods of the same kind, so that they can be compared as they are.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.baselines.sklearn_learner import SklearnLearner
from spielfeld.settings import settings


def any_rows(place: str) -> dict[str, str]:
    """Name a method for rows with targets, which it ignores, or without."""
    return dict.fromkeys(("unlabelled", "classification", "regression"), place)


@settings
class KMeansConfig:
    """Settings of k-means."""

    n_clusters: int = 3
    """How many centroids."""
    n_init: int = 10
    """How many starts, of which the best end counts."""


class SklearnKMeans(SklearnLearner):
    """K-means clustering."""

    tasks = ("clustering", "reconstruction")
    config_class = KMeansConfig
    estimators: ClassVar = any_rows("cluster:KMeans")

    def predict(self, inputs: Array) -> Array:
        """Return the nearest centroid of each row [rows, features]."""
        return np.asarray(self.fitted.cluster_centers_[self.assign(inputs)])

    def assign(self, inputs: Array) -> Array:
        """Return the number of the nearest centroid [rows]."""
        return np.asarray(self.fitted.predict(self.checked(inputs)), np.int64)


@settings
class ComponentsConfig:
    """Settings of principal components."""

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
    """How many normal distributions are mixed."""
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    """Whether each has a shape of its own, all share one, or boxes or balls are enough."""
    reg_covar: float = 1e-6
    """Joins every variance, so that no component shrinks to a point, in squared units."""
    n_init: int = 3
    """How many starts, of which the likeliest end counts."""
    max_iter: int = 1_000
    """Steps of expectation and maximisation at most."""


class SklearnMixture(SklearnLearner):
    """Gaussian mixture, by expectation maximisation."""

    tasks = ("clustering", "density", "generation", "reconstruction")
    config_class = MixtureConfig
    estimators: ClassVar = any_rows("mixture:GaussianMixture")

    def predict(self, inputs: Array) -> Array:
        """Return the mean of each row's most probable component [rows, features]."""
        return np.asarray(self.fitted.means_[self.assign(inputs)])

    def assign(self, inputs: Array) -> Array:
        """Return the number of the most probable component [rows]."""
        return np.asarray(self.fitted.predict(self.checked(inputs)), np.int64)

    def log_likelihood(self, inputs: Array) -> Array:
        """Return the natural logarithm of the density at each row [rows]."""
        return np.asarray(self.fitted.score_samples(self.checked(inputs)))

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw rows [count, features] from the mixture."""
        self.fitted.random_state = int(generator.integers(2**31))  # its source of luck alone
        return generator.permutation(np.asarray(self.fitted.sample(count)[0]))
