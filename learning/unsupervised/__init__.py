"""Learning without targets: clusters, planes, codes and densities."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.learning.unsupervised.autoencoder import Autoencoder, AutoencoderConfig
    from spielfeld.learning.unsupervised.gaussian_mixture import (
        GaussianMixture,
        GaussianMixtureConfig,
    )
    from spielfeld.learning.unsupervised.k_means import KMeans, KMeansConfig, k_means_plus_plus
    from spielfeld.learning.unsupervised.linear_autoencoder import (
        LinearAutoencoder,
        LinearAutoencoderConfig,
    )
    from spielfeld.learning.unsupervised.principal_components import (
        PrincipalComponents,
        PrincipalComponentsConfig,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
