"""Gaussian mixture by expectation maximisation (EM), without gradient steps.

The model assumes that each row comes from one of a few normal distributions, the components. The
data do not show which one. The expectation step computes how probable each component is for each
row, given the parameters. The maximisation step computes the most likely parameters, given these
probabilities:

    responsibility_ik = share_k Normal(x_i; mean_k, covariance_k) / sum over components of the same
    n_k = sum over rows of responsibility_ik,    share_k = n_k / n
    mean_k = sum over rows of responsibility_ik x_i / n_k
    covariance_k = sum over rows of responsibility_ik (x_i - mean_k) (x_i - mean_k)^T / n_k
                   + regularisation * diagonal of the variances of all rows

Without regularisation, no step makes the rows less likely. Without it, a component could also
shrink to a single row, with infinite likelihood. Regularisation prevents this, and may lower the
likelihood a little. EM starts with the clusters of k-means. Regularisation and k-means use the
scale of each feature, so the units of the inputs do not matter. With `one_scale`, and always with
spherical covariances, they use one scale for all features.

In k-means each row belongs to one cluster; here it belongs to each component with a probability.
The components also have covariances. Let all shares be equal, and spherical covariances shrink to
0. Then the responsibilities become 0 or 1, and EM becomes Lloyd's iteration.

Source: Dempster, Laird & Rubin (1977); Bishop (2006), sections 9.2.2 and 9.3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.data_sets.mini_batches import MiniBatches, Standardiser
from spielfeld.learning.function import Parameters
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.learning.unsupervised.k_means import KMeans, KMeansConfig
from spielfeld.learning.unsupervised.mixture import Mixture, log_sum_exp
from spielfeld.settings import Amount, Count, settings

Shape = Callable[[Array], Array]

SHAPES: dict[str, Shape] = {
    "full": lambda covariance: covariance,
    "diagonal": lambda covariance: np.diag(np.diag(covariance)),
    "spherical": lambda covariance: np.diag(covariance).mean() * np.eye(len(covariance)),
}
ALMOST_NO_ROWS = (
    10 * np.finfo(np.float64).eps
)  # rows of an empty component, to avoid a division by 0


@settings
class GaussianMixtureConfig:
    """Settings of a Gaussian mixture."""

    components: Count = 3
    """Number of normal distributions."""
    covariance: Literal["full", "diagonal", "spherical"] = "full"
    """full, diagonal (features are independent in a component), or spherical (one variance)."""
    regularisation: Amount = 1e-6
    """Addition to every variance, as a share of the feature's variance in all rows; 0 or more."""
    starts: Count = 3
    """Starts of the k-means whose clusters EM uses; the best one is kept."""
    standardise: bool = False
    """Scale every feature to mean 0 and standard deviation 1 of the training rows."""

    one_scale: bool = False
    """Use one scale for all features, for example for pixels or coordinates."""


class GaussianMixture(DataLearner):
    """Gaussian mixture, by expectation maximisation: clusters, density, new rows.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = GaussianMixture(seed=1)
    >>> history = learner.learn(find_data_set("blobs").without_targets(), samples=3_000)
    >>> learner.sample(5, np.random.default_rng(1)).shape
    (5, 2)
    """

    tasks = ("clustering", "density", "generation")
    own_targets = True
    config_class = GaussianMixtureConfig
    function: Mixture

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Mixture, Loss]:
        """Return a mixture made from the clusters of k-means.

        Raises:
            ValueError: If there are fewer rows than components.
        """
        if len(data) < self.config.components:
            raise ValueError(
                f"{self.config.components} components need as many rows, but data set "
                f"{data.name!r} has {len(data)} to learn from."
            )
        one_scale = self.config.one_scale or self.config.covariance == "spherical"
        clusters = KMeansConfig(
            self.config.components, starts=self.config.starts, standardise=not one_scale
        )
        start = KMeans(clusters, seed=int(generator.integers(2**32)))
        rows = self.scaled(data)
        start.learn_to_rest(rows)
        self._least = self.config.regularisation * variances(rows.inputs, one_scale)
        belongs = np.eye(self.config.components)[start.assign(rows.inputs)]
        return Mixture(**self._most_likely(rows.inputs, belongs)), SquaredError()

    def assign(self, inputs: Array) -> Array:
        """Return the number of the most probable component for each row. Shape [rows].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        return self.function.assign(inputs)

    def log_likelihood(self, inputs: Array) -> Array:
        """Return the log-density of each row, per unit of every input, in nats. Shape [rows].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        volume: float = np.log(self.measures["inputs"].scale).sum()
        return self.function.log_likelihood(inputs) - volume

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw new rows from the mixture [count, features], in the units of the inputs.

        Raises:
            ValueError: If nothing has been learned yet.
        """
        self._learned_from()
        return self.to_predictions(self.function.sample(count, generator))

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return batches of all rows."""
        return MiniBatches(data, len(data))

    def step(self, batch: Batch) -> None:
        """Take one EM step, and record the loss before it."""
        self.note(self.improve(batch.inputs))

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on validation rows, the mean negative log-likelihood."""
        return self.cost(rows.inputs)

    def improve(self, inputs: Array) -> float:
        """Take one EM step; return the mean negative log-likelihood before it."""
        joint = self.function.joint(inputs)
        log_likelihood = log_sum_exp(joint)
        responsibilities = np.exp(joint - log_likelihood[:, None])
        for name, parameter in self._most_likely(inputs, responsibilities).items():
            self.function.parameters[name][...] = parameter
        return -float(log_likelihood.mean())

    def cost(self, inputs: Array) -> float:
        """Return the mean negative log-likelihood."""
        return -float(self.function.log_likelihood(inputs).mean())

    def _most_likely(self, inputs: Array, responsibilities: Array) -> Parameters:
        shape = SHAPES[self.config.covariance]
        return most_likely(inputs, responsibilities, self._least, shape)


def variances(inputs: Array, one_scale: bool) -> Array:
    """Return the variance of each feature, in squared units of the inputs. Shape [features].

    With `one_scale`, and for a constant feature, it is the mean variance of all features; 1 if that
    is 0.

    Args:
        inputs: Shape [rows, features].
        one_scale: Whether all features share a unit.
    """
    own, common = (Standardiser.learned_from(inputs, one).scale for one in (False, True))
    shared = one_scale | (inputs == inputs[0]).all(axis=0)
    found: Array = np.square(np.where(shared, common, own))
    return found


def most_likely(
    inputs: Array, responsibilities: Array, regularisation: float | Array, shape: Shape
) -> Parameters:
    """Return the parameters of the maximisation step; see the start of this module.

    Args:
        inputs: Shape [rows, features].
        responsibilities: Probabilities of the components; each row sums to 1. Shape [rows,
            components].
        regularisation: Addition to every variance, in squared units of the inputs. One number, or
            one for each feature.
        shape: Form of the covariances; a function in `SHAPES`.
    """
    counts = responsibilities.sum(axis=0) + ALMOST_NO_ROWS
    means = responsibilities.T @ inputs / counts[:, None]
    more = regularisation * np.eye(inputs.shape[1])
    covariances = []
    for mean, belongs, count in zip(means, responsibilities.T, counts, strict=True):
        apart = inputs - mean
        covariances.append(shape((belongs[:, None] * apart).T @ apart / count + more))
    return {
        "shares": counts / counts.sum(),
        "means": means,
        "covariances": np.stack(covariances),
    }
