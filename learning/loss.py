"""How wrong a prediction is, and in which direction it would be less so."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from learning.batch import Array

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])


class Loss(Protocol):
    """J = (1/rows) sum weight * l(prediction, target); rows are averaged, weights are not."""

    def value(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> float:
        """Return J."""
        ...

    def derivative(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction, of the prediction's shape."""
        ...


def squared_error(prediction: Numbers, target: Numbers) -> Numbers:
    """Return 1/2 (prediction - target)^2."""
    return 0.5 * (prediction - target) * (prediction - target)


def squared_error_derivative(prediction: Numbers, target: Numbers) -> Numbers:
    """Return the derivative of `squared_error` by the prediction: prediction - target."""
    return prediction - target


class SquaredError:
    """l = 1/2 (prediction - target)^2, summed over the outputs of a row."""

    def value(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> float:
        """Return J; see `Loss`."""
        each = _per_row(weights, prediction) * squared_error(prediction, target)
        return float(each.sum() / len(prediction))

    def derivative(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction; see `Loss`."""
        each = _per_row(weights, prediction) * squared_error_derivative(prediction, target)
        return each / len(prediction)


def _per_row(weights: Array | float, prediction: Array) -> Array:
    """Shape weights [rows] or a number so that they multiply predictions row by row."""
    columns = np.asarray(weights, np.float64)
    return columns.reshape(-1, *[1] * (prediction.ndim - 1)) if columns.ndim else columns
