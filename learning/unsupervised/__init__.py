"""Unsupervised learning: clusters, principal components, codes and densities without targets."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.learning.unsupervised.k_means import KMeans, KMeansConfig
    from spielfeld.learning.unsupervised.principal_components import (
        PrincipalComponents,
        PrincipalComponentsConfig,
    )
    from spielfeld.learning.unsupervised.linear_autoencoder import (
        LinearAutoencoder,
        LinearAutoencoderConfig,
    )
    from spielfeld.learning.unsupervised.autoencoder import Autoencoder, AutoencoderConfig
    from spielfeld.learning.unsupervised.gaussian_mixture import (
        GaussianMixture,
        GaussianMixtureConfig,
    )
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.learning.unsupervised.k_means import k_means_plus_plus
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
