"""Mixture of normal distributions: a function with a density and a component for each row."""

from __future__ import annotations

from math import log, pi

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Backward, Function, Parameters, of_width, selected, spread


class Mixture(Function):
    """phi(x) = the mean of the most probable component of x.

    density(x) = sum over components of share * Normal(x; mean, covariance)

    `Centroids` uses the same distance for all clusters. Here each component measures distance by
    its own covariance, and components with larger shares reach farther.

    Args:
        shares: Share of the rows of each component; their sum is 1. Shape [components].
        means: Means of the components. Shape [components, features].
        covariances: Covariances of the components. Shape [components, features, features].
    """

    def __init__(self, shares: Array, means: Array, covariances: Array) -> None:
        self.parameters: Parameters = {
            "shares": np.array(shares, np.float64),
            "means": np.array(means, np.float64),
            "covariances": np.array(covariances, np.float64),
        }

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return the means of the most probable components; only means have a gradient."""
        means, chosen = self.parameters["means"], self.assign(inputs)

        def backward(upstream: Array) -> Gradient:
            still = {name: np.zeros_like(array) for name, array in self.parameters.items()}
            return {**still, "means": Rows(chosen, spread(upstream, select, means.shape[1]))}

        return selected(means[chosen], select), backward

    def assign(self, inputs: Array) -> Array:
        """Return the number of the most probable component for each row. Shape [rows]."""
        chosen: Array = self.joint(inputs).argmax(axis=1)
        return chosen

    def joint(self, inputs: Array) -> Array:
        """Return log(share * Normal(x; mean, covariance)). Shape [rows, components].

        Raises:
            ValueError: If a row has another number of features, or a component has collapsed.
        """
        of_width(inputs, self.parameters["means"].shape[1])
        columns = [
            log_share + normal_log_density(inputs, mean, triangle)
            for log_share, mean, triangle in zip(
                np.log(self.parameters["shares"]),
                self.parameters["means"],
                self.triangles(),
                strict=True,
            )
        ]
        return np.stack(columns, axis=1)

    def log_likelihood(self, inputs: Array) -> Array:
        """Return log density(x), in nats. Shape [rows]."""
        return log_sum_exp(self.joint(inputs))

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw a component for each row, and then the row. Shape [count, features]."""
        shares, means = self.parameters["shares"], self.parameters["means"]
        chosen = generator.choice(len(shares), count, p=shares)
        noise = generator.standard_normal((count, means.shape[1], 1))
        points: Array = means[chosen] + (self.triangles()[chosen] @ noise)[:, :, 0]
        return points

    def triangles(self) -> Array:
        """Return the lower triangles L with L L^T = covariance; see `joint`."""
        covariances = self.parameters["covariances"]
        try:
            triangles: Array = np.linalg.cholesky(covariances)
        except np.linalg.LinAlgError:
            raise ValueError(
                "A component of the mixture has shrunk to a point or a plane. Choose fewer "
                "components or a larger regularisation, or standardise."
            ) from None
        return triangles


def normal_log_density(inputs: Array, mean: Array, triangle: Array) -> Array:
    """Return log Normal(x; mean, L L^T) = -(|z|^2 + features * log(2 pi)) / 2 - sum of log L_ii.

    where L z = x - mean.

    Source: Bishop (2006), equation 2.43.

    Args:
        inputs: Shape [rows, features].
        mean: Shape [features].
        triangle: L, lower triangular. Shape [features, features].
    """
    unit = np.exp2(np.round(np.log2(np.linalg.norm(triangle, axis=1))))  # division is exact
    z = ((inputs - mean) / unit) @ np.linalg.inv(triangle / unit[:, None]).T
    volume = np.log(np.diagonal(triangle)).sum()
    density: Array = -(np.square(z).sum(axis=1) + len(mean) * log(2 * pi)) / 2 - volume
    return density


def log_sum_exp(logits: Array) -> Array:
    """Return log(sum of exp(logits)) for each row, without overflow. Shape [rows]."""
    largest = logits.max(axis=1)
    total: Array = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return total
