"""Linear autoencoder: gradient descent to the plane that is nearest to all rows.

Weights turn each row into a few numbers, the code. The same weights turn the code back into a row:

    code = (x - bias) weights,    phi(x) = code weights^T + bias
    J = (1/rows) sum of 1/2 |phi(x) - x|^2

At the minimum, phi(x) is the point nearest to x in a plane. This plane contains the first principal
components and is the nearest one to all rows. The weights are any orthonormal basis of it. All
other points where the gradient of J is 0 are saddles. So gradient descent cannot end in a wrong
minimum.

`PrincipalComponents` computes this minimum exactly. `Autoencoder` has the same loss and networks as
functions, so that it can also use curved surfaces.

Source: Baldi & Hornik (1989), facts 1 to 4.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.autoencoder import TiedLinear
from spielfeld.learning.data_learner import DataLearner, DescentConfig, OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.learning.network import glorot_start
from spielfeld.settings import Count, Positive, settings


@settings
class LinearAutoencoderConfig(DescentConfig):
    """Settings of linear autoencoders."""

    learning_rate: Positive = 0.01
    """Learning rate, above 0."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    one_scale: bool = True
    """Divide all features by the same number, so that distances keep their proportions."""
    components: Count = 2
    """Length of a code, and dimensions of the plane."""


class LinearAutoencoder(DataLearner):
    """Linear autoencoder: the plane of PCA by gradient descent on the reconstruction error.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = LinearAutoencoder(LinearAutoencoderConfig(components=1), seed=1)
    >>> history = learner.learn(find_data_set("two-moons"), samples=1_000)
    >>> learner.encode([[0.0, 1.0], [2.0, 0.5]]).shape
    (2, 1)
    """

    tasks = ("reconstruction",)
    own_targets = True
    config_class = LinearAutoencoderConfig
    function: TiedLinear
    predictor: TiedLinear

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[TiedLinear, Loss]:
        """Return a plane in a random direction, and squared error.

        Raises:
            ValueError: If there are fewer features than components.
        """
        if data.features < self.config.components:
            raise ValueError(
                f"{self.config.components} components need as many features, but data set "
                f"{data.name!r} has {data.features}."
            )
        weights = glorot_start(generator, data.features, self.config.components)
        return TiedLinear(weights), SquaredError()

    def encode(self, inputs: Array) -> Array:
        """Return codes [rows, components].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        return self.predictor.encode(inputs)
