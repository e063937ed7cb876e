"""Learning without targets: clusters, planes, codes and densities."""

from learning.unsupervised.gaussian_mixture import GaussianMixture, GaussianMixtureConfig
from learning.unsupervised.k_means import KMeans, KMeansConfig, k_means_plus_plus
from learning.unsupervised.learner import UnsupervisedLearner

__all__ = [
    "GaussianMixture",
    "GaussianMixtureConfig",
    "KMeans",
    "KMeansConfig",
    "UnsupervisedLearner",
    "k_means_plus_plus",
]
