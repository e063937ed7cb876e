"""Learning without targets: clusters, planes, codes and densities."""

from learning.unsupervised.autoencoder import Autoencoder, AutoencoderConfig
from learning.unsupervised.gaussian_mixture import GaussianMixture, GaussianMixtureConfig
from learning.unsupervised.k_means import KMeans, KMeansConfig
from learning.unsupervised.k_means_start import k_means_plus_plus
from learning.unsupervised.learner import UnsupervisedLearner
from learning.unsupervised.linear_autoencoder import LinearAutoencoder, LinearAutoencoderConfig
from learning.unsupervised.principal_components import (
    PrincipalComponents,
    PrincipalComponentsConfig,
)

__all__ = [
    "Autoencoder",
    "AutoencoderConfig",
    "GaussianMixture",
    "GaussianMixtureConfig",
    "KMeans",
    "KMeansConfig",
    "LinearAutoencoder",
    "LinearAutoencoderConfig",
    "PrincipalComponents",
    "PrincipalComponentsConfig",
    "UnsupervisedLearner",
    "k_means_plus_plus",
]
