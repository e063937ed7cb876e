"""Least squares and ridge regression: linear regression solved exactly, without gradient steps.

The function is linear and the loss is squared error. So the gradient is zero at the minimum. This
gives a system of linear equations with one unknown for each feature:

    minimise  sum over rows of (target - input weights - bias)^2 + penalty * sum of squared weights
    solution  (inputs^T inputs + penalty * identity) weights = inputs^T targets

for centred inputs and targets, so the bias has no penalty. With penalty 0 this is least squares. If
several solutions are equally good, the one with the smallest weights is used. Weights are then
compared in units of the features' standard deviations.

`LinearRegression` approaches the same minimum by gradient descent. The solution here is exact, but
needs all rows at once and features^2 * rows operations. It works only for linear functions. The
minimum is that of `LinearRegression` without standardised inputs and with weight_decay = penalty /
rows.

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
    """Return weights [features] and bias of ridge regression; see the start of this module.

    The penalty has the same effect as one more row for each feature, with a target of 0.

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
    """Return the smallest weights for which rows @ weights is nearest to the answers.

    First, all columns are scaled to equal length. Otherwise a column in small units would look like
    rounding beside a column in large units. So weights are small in units of each feature.

    Args:
        rows: Shape [rows, features].
        answers: Shape [rows].
    """
    reach = np.abs(rows).max(axis=0)
    reach = np.where(reach > 0, reach, 1.0)  # squares of very small numbers would become 0
    length = reach * np.maximum(np.linalg.norm(rows / reach, axis=0), 1.0)
    weights: Array = np.linalg.lstsq(rows / length, answers, rcond=None)[0] / length
    return weights


def least_squares(inputs: Array, targets: Array) -> tuple[Array, float]:
    """Return weights [features] and bias with the smallest sum of squared errors."""
    return ridge(inputs, targets, penalty=0.0)


@settings
class LeastSquaresConfig:
    """Settings of least squares: there are none."""


@settings
class RidgeConfig:
    """Settings of ridge regression."""

    penalty: Amount = 1.0
    """Weight of the penalty on large weights; see `ridge`. 0 or more."""


class LeastSquares:
    """Linear regression: the closed-form solution, which needs all rows at once.

    Args:
        config: Settings; see `config_class`.
        seed: Seed for the choice of rows, if not all are used.

    Attributes:
        samples: Number of rows used so far.
        coefficients: Units of the target per unit of each feature. Shape [features].
        intercept: The prediction if every feature is 0, in units of the target.
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
        """Return weights [features] and bias at the minimum."""
        return least_squares(inputs, targets)

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Compute the minimum for all earlier rows and `samples` more training rows.

        Raises:
            ValueError: If targets are not numbers, or the rows are not those of the first call.
        """
        self.prepare(source)
        self.samples += samples
        if samples and self._data is not None:
            rows = drawn(self._data, self.samples, self.seed)
            self.coefficients, self.intercept = self.solve(rows.inputs, np.asarray(rows.targets))
        return History()

    def predict(self, inputs: Array) -> Array:
        """Return numbers [rows].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        if self.samples == 0:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        inputs = checked_inputs(inputs, len(self.coefficients))
        predictions: Array = inputs @ self.coefficients + self.intercept
        return predictions

    def prepare(self, source: DataSet | Split) -> None:
        """Make a coefficient for each feature, and require the same rows in later calls.

        Raises:
            ValueError: If targets are not numbers, or the rows are not those of the first call.
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
        """Return weights [features] and bias at the minimum with the penalty."""
        return ridge(inputs, targets, self.config.penalty)
