"""Least squares and ridge regression: not one gradient step, the minimum is solved for.

Where the function is linear and the loss a squared error, the minimum is where the gradient is
zero, and that is a system of linear equations with one unknown for each feature:

    sum over rows of (target - input weights - bias)^2 + penalty * sum of squared weights  is least
    where  (inputs^T inputs + penalty * identity) weights = inputs^T targets

for centred inputs and targets, which leaves the bias free of the penalty. With penalty 0 this is
least squares; where then many weights are equally good, the smallest are taken.

Differs from `LinearRegression` by being exact and by costing features^2 * rows at once; nothing but
a linear function can be learned so. Its minimum is that of `LinearRegression` on inputs that are
not standardised with weight_decay = penalty / rows.

Source: Gauss (1809); Hoerl & Kennard (1970); Bishop (2006), equations 3.15 and 3.28.
"""

from __future__ import annotations

from math import inf

import numpy as np

from learning.batch import Array
from learning.data_sets.checks import checked_inputs, require_kind
from learning.data_sets.data_set import DataSet, Split
from learning.history import History


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
    weights: Array = np.linalg.lstsq(rows, answers, rcond=None)[0]
    return weights, float(centre - mean @ weights)


def least_squares(inputs: Array, targets: Array) -> tuple[Array, float]:
    """Return the weights [features] and the bias of the least sum of squared errors."""
    return ridge(inputs, targets, penalty=0.0)


class Ridge:
    """Ridge regression, a `Learner` that needs all rows at once.

    Args:
        penalty: See `ridge`.

    Attributes:
        coefficients: Units of the target per unit of each feature. Shape [features].
        intercept: The prediction where every feature is 0, in units of the target.

    Raises:
        ValueError: If the penalty is negative or not finite.
    """

    def __init__(self, penalty: float = 1.0) -> None:
        if not 0 <= penalty < inf:
            raise ValueError(f"penalty must be 0 or more, not {penalty}.")
        self.penalty = penalty
        self.coefficients: Array | None = None
        self.intercept = 0.0

    def learn(self, source: DataSet | Split, samples: int = 0) -> History:
        """Solve for the minimum over the training rows; `samples` changes nothing.

        Raises:
            ValueError: If targets are not numbers.
        """
        train = source if isinstance(source, DataSet) else source.train
        require_kind(train, ["regression"], type(self).__name__)
        targets = np.asarray(train.targets)
        self.coefficients, self.intercept = ridge(train.inputs, targets, self.penalty)
        return History()

    def predict(self, inputs: Array) -> Array:
        """Return numbers [rows]; changes nothing.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        if self.coefficients is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        inputs = checked_inputs(inputs, len(self.coefficients))
        predictions: Array = inputs @ self.coefficients + self.intercept
        return predictions


class LeastSquares(Ridge):
    """Linear regression solved for: `Ridge` without a penalty."""

    def __init__(self) -> None:
        super().__init__(penalty=0.0)
