"""Least squares and ridge regression: not one gradient step, the minimum is solved for.

Where the function is linear and the loss a squared error, the minimum is where the gradient is
zero, and that is a system of linear equations with one unknown for each feature:

    sum over rows of (target - input weights - bias)^2 + penalty * sum of squared weights  is least
    where  (inputs^T inputs + penalty * identity) weights = inputs^T targets

for centred inputs and targets, which leaves the bias free of the penalty. With penalty 0 this is
least squares; where then many weights are equally good, the smallest are taken, each in units of
its feature's deviation.

Differs from `LinearRegression` by being exact and by costing features^2 * rows at once; nothing but
a linear function can be learned so. Its minimum is that of `LinearRegression` on inputs that are
not standardised with weight_decay = penalty / rows.

Source: Gauss (1809); Hoerl & Kennard (1970); Bishop (2006), equations 3.15 and 3.28.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import (
    DataSet,
    Split,
    checked_inputs,
    require_kind,
    require_same_rows,
)
from spielfeld.learning.data_sets.mini_batches import drawn
from spielfeld.settings import Amount, Finite, settings, settings_of
from spielfeld.snapshot import Counter


def ridge(inputs: Array, targets: Array, penalty: float) -> tuple[Array, float]:
    """Return the weights [features] and the bias that this module's first lines describe.

    The penalty is as good as one more row for each feature, which asks its weight to be 0.

    Args:
        inputs: Shape [rows, features].
        targets: Shape [rows].
        penalty: As in scikit-learn's `Ridge(alpha=penalty)`; 0 or more.
    """
    mean, centre = inputs.mean(axis=0), targets.mean()
    features = inputs.shape[1]
    rows = np.vstack([inputs - mean, np.sqrt(penalty) * np.eye(features)])
    answers = np.concatenate([targets - centre, np.zeros(features)])
    weights = smallest_solution(rows, answers)
    return weights, float(centre - mean @ weights)


def smallest_solution(rows: Array, answers: Array) -> Array:
    """Return the smallest weights of all for which rows @ weights is nearest to the answers.

    Columns are brought to one length first: beside one in large units, a column in small units
    would be taken for rounding and get no weight. So small means small in units of each feature.

    Args:
        rows: Shape [rows, features].
        answers: Shape [rows].
    """
    reach = np.abs(rows).max(axis=0)
    reach = np.where(reach > 0, reach, 1.0)  # squares of very small numbers would vanish
    length = reach * np.maximum(np.linalg.norm(rows / reach, axis=0), 1.0)
    weights: Array = np.linalg.lstsq(rows / length, answers, rcond=None)[0] / length
    return weights


def least_squares(inputs: Array, targets: Array) -> tuple[Array, float]:
    """Return the weights [features] and the bias of the least sum of squared errors."""
    return ridge(inputs, targets, penalty=0.0)


@settings
class LeastSquaresConfig:
    """Least squares has no settings."""


@settings
class RidgeConfig:
    """Settings of ridge regression."""

    penalty: Amount = 1.0
    """How much small weights count beside small errors; see `ridge`. 0 or more."""


class LeastSquares:
    """Linear regression: the closed-form solution, which needs all rows at once.

    Args:
        config: Settings; see `config_class`.
        seed: Decides which rows are drawn, where they are not all.

    Attributes:
        samples: Rows drawn so far.
        coefficients: Units of the target per unit of each feature. Shape [features].
        intercept: The prediction where every feature is 0, in units of the target.
    """

    one_shot: ClassVar[bool] = True
    tasks: ClassVar[tuple[str, ...]] = ("regression",)
    config_class: ClassVar[type[Any]] = LeastSquaresConfig
    saved: ClassVar[tuple[str, ...]] = ("samples", "coefficients", "intercept")
    samples: Counter
    coefficients: Annotated[Array, Finite]
    intercept: Finite
    state, restore = snapshot.state, snapshot.restore

    def __init__(self, config: object = None, seed: int = 0, **words: object) -> None:
        self.config = settings_of(self.config_class, config, words)
        self.seed, self.samples = seed, 0
        self._data: DataSet | None = None

    def solve(self, inputs: Array, targets: Array) -> tuple[Array, float]:
        """Return weights [features] and bias of the minimum."""
        return least_squares(inputs, targets)

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Solve for the minimum over `samples` more training rows and all before.

        Raises:
            ValueError: If targets are not numbers, or rows are other ones than before.
        """
        self.prepare(source)
        self.samples += samples
        if samples and self._data is not None:
            rows = drawn(self._data, self.samples, self.seed)
            self.coefficients, self.intercept = self.solve(rows.inputs, np.asarray(rows.targets))
        return History()

    def predict(self, inputs: Array) -> Array:
        """Return numbers [rows]; changes nothing.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        if self.samples == 0:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        inputs = checked_inputs(inputs, len(self.coefficients))
        predictions: Array = inputs @ self.coefficients + self.intercept
        return predictions

    def prepare(self, source: DataSet | Split) -> None:
        """Make room for a coefficient of each feature, and hold to the first rows from then on.

        Raises:
            ValueError: If targets are not numbers, or rows are other ones than before.
        """
        train = source if isinstance(source, DataSet) else source.train
        require_kind(train, self.tasks, type(self).__name__)
        if self._data is None:
            self._data, self.coefficients, self.intercept = train, np.zeros(train.features), 0.0
        require_same_rows(self._data, train)


class Ridge(LeastSquares):
    """Ridge regression: least squares with a penalty on the squares of the weights."""

    config_class = RidgeConfig

    def solve(self, inputs: Array, targets: Array) -> tuple[Array, float]:
        """Return weights [features] and bias of the penalised minimum."""
        return ridge(inputs, targets, self.config.penalty)
