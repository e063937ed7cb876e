"""Principal components: not gradient steps, the plane nearest to all rows is solved for.

Of all planes with so many dimensions, the one from which rows are least far away, in the sum of
squares, goes through their mean and along the directions in which they vary most. The singular
value decomposition of the centred rows has these directions as its right singular vectors:

    rows - mean = left singular right^T,    variance of component k = singular_k^2 / rows
    code = (x - mean) axes,    phi(x) = mean + code axes^T

Where rows are many, their covariance, which has the same axes, is decomposed instead: then the
work is one product, and only variances below 1e-16 of the largest get lost.

Differs from `LinearAutoencoder` by being solved instead of descended to; both have the same
function, and this is where its loss is least.

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

MANY = 10  # times as many rows as features, from where on their covariance is decomposed
BLOCK = 4096  # rows at a time, so that what is made of them stays in the cache


@settings
class PrincipalComponentsConfig:
    """Settings of principal components.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    components: float = 2
    """How many; or, below 1, the share of the variance that they shall explain."""
    standardise: bool = False
    """Bring every feature to mean 0 and standard deviation 1, as measured on the training rows."""

    def require_sound(self) -> None:
        """Refuse what is neither a share nor a whole number."""
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
        explained: Share of the variance along each axis, largest first, those included that were
            left out. Shape [axes].
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
        """Rows asked for so far."""
        return self.drawn

    @property
    def predictor(self) -> TiedLinear:
        """The plane."""
        return self.function

    @property
    def plane(self) -> Annotated[Parameters, Grows("most", "fewest", axis=1)]:
        """Directions and bias; how many directions explain a share is known when it is solved."""
        return self.function.parameters

    def index_bounds(self) -> dict[str, int]:
        """Return how many directions a saved state may have."""
        axes, count = self._learned_from().features, self.config.components
        fewest, most = (int(count), int(count)) if count >= 1 else (1, axes)
        return {"axes": axes, "fewest": fewest, "most": most}

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Solve for the plane of `samples` more training rows and all before, each taken once.

        Raises:
            ValueError: If there are fewer rows or features than components, or rows are others than
                those that learning began with.
        """
        self.prepare(source)
        if samples:
            self._solve(drawn(self._learned_from(), self.drawn + samples, self.seed))
            self.drawn += samples
        return History()

    def prepare(self, source: DataSet | Split) -> None:
        """Make the arrays that rows of this width need, and hold to these rows from then on."""
        data = self.taught(source if isinstance(source, DataSet) else source.train)
        if self._data is None:
            self._data, width = data, data.features
            self.measures = {"inputs": Standardiser(np.zeros(width), np.ones(width))}
            self.function = TiedLinear(np.zeros((width, self.index_bounds()["fewest"])))
            self.explained = np.zeros(0)
        require_same_rows(self._data, data)

    def encode(self, inputs: Array) -> Array:
        """Return coordinates along the axes, from the mean. Shape [rows, components].

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        return self.function.encode(self.measured_inputs(inputs))

    def measured_inputs(self, inputs: Array) -> Array:
        """Return inputs as the function takes them.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        if self.drawn == 0:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return super().measured_inputs(inputs)

    def _solve(self, rows: DataSet) -> None:
        self.measures = self.measured(rows)
        inputs = self.measures["inputs"](rows.inputs) if self.config.standardise else rows.inputs
        mean, axes, variances = principal_axes(inputs)
        self.explained = variances / (variances.sum() or 1.0)
        count = components_for(self.config.components, self.explained)
        if count > len(variances):
            raise ValueError(
                f"{count} components need as many rows and features, but data set {rows.name!r} "
                f"has {len(rows)} rows of {rows.features} features to learn from."
            )
        self.function = TiedLinear(axes[:, :count], mean)


def principal_axes(inputs: Array) -> tuple[Array, Array, Array]:
    """Return the mean, the directions of greatest variance as columns, and these variances.

    The greatest number of each direction is above 0, to tell which of two signs it has.

    Args:
        inputs: Shape [rows, features].

    Returns:
        Mean [features], axes [features, axes] and variances [axes] in squared units of the inputs,
        largest first; there are as many axes as rows or as features, whichever are fewer.
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
    """Return how many components are asked for: their number, or the share that they explain."""
    if components >= 1:
        return int(components)
    reached = np.cumsum(explained) < components
    return int(reached.sum()) + 1
