"""Losses: numbers that measure how wrong predictions are, with their derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.settings import Range

LossName = Literal["squared", "huber"]
Threshold = Annotated[float, Range(0, open_low=True, infinite=True)]  # of `Huber`
Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])


class Loss(Protocol):
    """J = (1/rows) sum weight * l(prediction, target): the mean over rows of a weighted loss."""

    def value(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> float:
        """Return J."""
        ...

    def derivative(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction, in the shape of the prediction."""
        ...


def squared_error(prediction: Numbers, target: Numbers) -> Numbers:
    """Return 1/2 (prediction - target)^2."""
    return 0.5 * (prediction - target) * (prediction - target)


def squared_error_derivative(prediction: Numbers, target: Numbers) -> Numbers:
    """Return the derivative of `squared_error` by the prediction: prediction - target."""
    return prediction - target


class ElementwiseLoss(ABC):
    """A loss that is a sum over the outputs of a row; subclasses write l and its derivative."""

    @abstractmethod
    def each(self, prediction: Array, target: Array) -> Array:
        """Return l of each output, in the shape of the prediction."""

    @abstractmethod
    def each_derivative(self, prediction: Array, target: Array) -> Array:
        """Return the derivative of `each` by the prediction."""

    def value(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> float:
        """Return J; see `Loss`.

        Raises:
            ValueError: If targets and predictions have different shapes.
        """
        _require_one_shape(prediction, target)
        each = per_row(weights, prediction) * self.each(prediction, target)
        return float(each.sum() / len(prediction))

    def derivative(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction; see `Loss`.

        Raises:
            ValueError: If targets and predictions have different shapes.
        """
        _require_one_shape(prediction, target)
        each = per_row(weights, prediction) * self.each_derivative(prediction, target)
        return each / len(prediction)


class SquaredError(ElementwiseLoss):
    """l = 1/2 (prediction - target)^2, summed over the outputs of a row."""

    def each(self, prediction: Array, target: Array) -> Array:
        """Return `squared_error`."""
        return squared_error(prediction, target)

    def each_derivative(self, prediction: Array, target: Array) -> Array:
        """Return `squared_error_derivative`."""
        return squared_error_derivative(prediction, target)


@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Huber loss: squared error for errors up to `threshold`, and a straight line beyond it.

    l = clipped * (error - clipped / 2), where clipped is the error limited to +-threshold. It
    equals 1/2 error^2 for small errors, and threshold * (|error| - threshold / 2) for large ones
    (Huber, 1964). So the derivative of a row is at most `threshold`, even for a very large error.

    Args:
        threshold: Error where the line begins, in units of the predictions.
    """

    threshold: float = 1.0

    def __post_init__(self) -> None:
        if not self.threshold > 0:
            raise ValueError(
                f"The threshold of Huber's loss must be above 0, not {self.threshold}."
            )

    def each(self, prediction: Array, target: Array) -> Array:
        """Return the Huber loss of each output."""
        error = prediction - target
        clipped = self.each_derivative(prediction, target)
        loss: Array = clipped * (error - clipped / 2)
        return loss

    def each_derivative(self, prediction: Array, target: Array) -> Array:
        """Return the error, limited to +-threshold."""
        return (prediction - target).clip(-self.threshold, self.threshold)


def per_row(weights: Array | float, prediction: Array) -> Array:
    """Shape weights [rows] or a number so that they can be multiplied with predictions."""
    columns = np.asarray(weights, prediction.dtype)
    return columns.reshape(-1, *[1] * (prediction.ndim - 1)) if columns.ndim else columns


def _require_one_shape(prediction: Array, target: Array) -> None:
    if np.shape(target) != prediction.shape:  # NumPy would compare each row with all others
        raise ValueError(
            f"Expected targets of shape {prediction.shape}, like the predictions, "
            f"not {np.shape(target)}."
        )


def regression_loss(name: LossName, threshold: float) -> Loss:
    """Return the loss for regression that a setting names."""
    return Huber(threshold) if name == "huber" else SquaredError()
