"""Principal component analysis (PCA): the plane nearest to all rows, computed exactly.

The nearest plane has the smallest sum of squared distances to the rows. It contains their mean and
the directions of greatest variance. The singular value decomposition of the centred rows has these
directions as its right singular vectors:

    rows - mean = left singular right^T,    variance of component k = singular_k^2 / rows
    code = (x - mean) axes,    phi(x) = mean + code axes^T

For many rows, the covariance of the features is decomposed instead; it has the same axes. This is
faster. Only variances below 1e-16 of the largest one are lost.

`LinearAutoencoder` has the same function and loss, and approaches this minimum by gradient descent.

Source: Pearson (1901); Eckart & Young (1936); Bishop (2006), section 12.1.
"""

from __future__ import annotations

from math import inf
from typing import Annotated, ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.autoencoder import TiedLinear
from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet, Split, require_same_rows
from spielfeld.learning.data_sets.mini_batches import Standardiser, drawn
from spielfeld.learning.function import Parameters
from spielfeld.settings import Finite, settings
from spielfeld.snapshot import Counter, Grows

MANY = 10  # with more rows per feature than this, their covariance is decomposed
BLOCK = 4096  # rows at a time, so that intermediate results stay in the processor's cache


@settings
class PrincipalComponentsConfig:
    """Settings of principal component analysis.

    Raises:
        ValueError: If a setting is out of its range. The message names it and the allowed values.
    """

    components: float = 2
    """Number of components; or, below 1, the share of the variance that they must explain."""
    standardise: bool = False
    """Scale every feature to mean 0 and standard deviation 1 of the training rows."""

    def require_sound(self) -> None:
        """Refuse a number that is neither a share nor whole."""
        if not (0 < self.components < 1 or 1 <= self.components == self.components // 1 < inf):
            raise ValueError(
                "components must be a whole number from 1, or a share of the variance between 0 "
                f"and 1, not {self.components}."
            )


class PrincipalComponents(DataLearner):
    """Principal component analysis (PCA), by singular value decomposition.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = PrincipalComponents(PrincipalComponentsConfig(components=1))
    >>> history = learner.learn(find_data_set("two-moons"), samples=1_000)
    >>> learner.encode([[0.0, 1.0], [2.0, 0.5]]).shape
    (2, 1)

    Attributes:
        explained: Share of the variance along each axis, largest first, including axes that are not
            components. Shape [axes].
    """

    one_shot: ClassVar[bool] = True
    tasks = ("reconstruction",)
    own_targets = True
    config_class = PrincipalComponentsConfig
    saved: ClassVar[tuple[str, ...]] = ("drawn", "measures", "plane", "explained")
    drawn: Counter
    function: TiedLinear
    explained: Annotated[Array, Grows("axes"), Finite]

    def __init__(self, config: object = None, seed: int = 0, **words: object) -> None:
        super().__init__(config, seed, **words)
        self.drawn = 0

    @property
    def samples(self) -> int:
        """Number of rows used so far."""
        return self.drawn

    @property
    def predictor(self) -> TiedLinear:
        """The plane as a function."""
        return self.function

    @property
    def plane(self) -> Annotated[Parameters, Grows("most", "fewest", axis=1)]:
        """Directions and bias; the number of directions may depend on the explained variance."""
        return self.function.parameters

    def index_bounds(self) -> dict[str, int]:
        """Return bounds for the number of directions in a saved state."""
        axes, count = self._learned_from().features, self.config.components
        fewest, most = (int(count), int(count)) if count >= 1 else (1, axes)
        return {"axes": axes, "fewest": fewest, "most": most}

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Compute the plane for all earlier rows and `samples` more training rows.

        Raises:
            ValueError: If there are fewer rows or features than components, or the rows are not
                those of the first call.
        """
        self.prepare(source)
        if samples:
            self._solve(drawn(self._learned_from(), self.drawn + samples, self.seed))
            self.drawn += samples
        return History()

    def prepare(self, source: DataSet | Split) -> None:
        """Make arrays for the number of features, and require the same rows in later calls."""
        data = self.usable_rows(source if isinstance(source, DataSet) else source.train)
        if self._data is None:
            self._data, width = data, data.features
            self.measures = {"inputs": Standardiser(np.zeros(width), np.ones(width))}
            self.function = TiedLinear(np.zeros((width, self.index_bounds()["fewest"])))
            self.explained = np.zeros(0)
        require_same_rows(self._data, data)

    def encode(self, inputs: Array) -> Array:
        """Return coordinates along the axes, from the mean. Shape [rows, components].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        return self.function.encode(self.scaled_inputs(inputs))

    def scaled_inputs(self, inputs: Array) -> Array:
        """Return the inputs on the scale of the function.

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        if self.drawn == 0:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return super().scaled_inputs(inputs)

    def _solve(self, rows: DataSet) -> None:
        self.measures = self.scales_of(rows)
        inputs = self.measures["inputs"](rows.inputs) if self.config.standardise else rows.inputs
        mean, axes, variances = principal_axes(inputs)
        self.explained = variances / (variances.sum() or 1.0)
        count = components_for(self.config.components, self.explained)
        if count > len(variances):
            raise ValueError(
                f"{count} components need as many rows and features. Data set {rows.name!r} "
                f"has only {len(rows)} rows of {rows.features} features."
            )
        self.function = TiedLinear(axes[:, :count], mean)


def principal_axes(inputs: Array) -> tuple[Array, Array, Array]:
    """Return the mean, the directions of greatest variance as columns, and these variances.

    The sign of each direction is chosen so that its greatest number is above 0.

    Args:
        inputs: Shape [rows, features].

    Returns:
        Mean [features], axes [features, axes] and variances [axes], largest first. Variances are in
        squared units of the inputs. The number of axes is the smaller of rows and features.
    """
    rows, features = inputs.shape
    mean = np.full(rows, 1 / rows) @ inputs
    if rows > MANY * features:
        _, variances, right = np.linalg.svd(covariance(inputs, mean), hermitian=True)
    else:
        _, singular, right = np.linalg.svd(inputs - mean, full_matrices=False)
        variances = np.square(singular) / rows
    largest = np.abs(right).argmax(axis=1)
    axes = right * np.sign(right[np.arange(len(right)), largest])[:, None]
    return mean, axes.T, variances


def covariance(inputs: Array, mean: Array) -> Array:
    """Return (inputs - mean)^T (inputs - mean) / rows. Shape [features, features]."""
    total = np.zeros((len(mean), len(mean)))
    for begin in range(0, len(inputs), BLOCK):
        centred = inputs[begin : begin + BLOCK] - mean
        total += centred.T @ centred
    return total / len(inputs)


def components_for(components: float, explained: Array) -> int:
    """Return the number of components: the setting, or as many as explain the share."""
    if components >= 1:
        return int(components)
    reached = np.cumsum(explained) < components
    return int(reached.sum()) + 1
