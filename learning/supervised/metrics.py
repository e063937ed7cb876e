"""How good predictions are, in numbers that people quote."""

from __future__ import annotations

import numpy as np

from learning.batch import Array


def mean_squared_error(prediction: Array, target: Array) -> float:
    """Return the mean of (prediction - target)^2, in squared units of the target.

    Args:
        prediction: Shape [rows].
        target: Shape [rows].

    Raises:
        ValueError: If the shapes differ.
    """
    _require(np.shape(prediction) == np.shape(target), prediction, target)
    return float(np.square(np.asarray(prediction) - target).mean())


def r_squared(prediction: Array, target: Array) -> float:
    """Return 1 - mean squared error / variance of the targets.

    1 is perfect, 0 no better than always predicting the targets' mean, below 0 worse than that.

    Args:
        prediction: Shape [rows].
        target: Shape [rows].

    Raises:
        ValueError: If the shapes differ, or all targets are equal.
    """
    error, variance = mean_squared_error(prediction, target), float(np.var(target))
    if not variance > 0:
        raise ValueError("R2 compares with the variance of the targets, but all are equal.")
    return 1 - error / variance


def accuracy(probabilities: Array, target: Array) -> float:
    """Return the share of rows whose most probable class is the true one.

    Args:
        probabilities: Or logits. Shape [rows, classes].
        target: Class indices. Shape [rows].

    Raises:
        ValueError: If the shapes do not fit together.
    """
    fits = np.ndim(probabilities) == 2 and np.shape(target) == np.shape(probabilities)[:1]
    _require(fits, probabilities, target)
    return float((np.argmax(probabilities, axis=1) == target).mean())


def _require(fits: bool, prediction: Array, target: Array) -> None:
    if not fits:
        shapes = f"{np.shape(prediction)} and {np.shape(target)}"
        raise ValueError(f"Predictions and targets of shapes {shapes} do not fit together.")
