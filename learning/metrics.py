"""Metrics: scores of predictions, such as accuracy and mean squared error."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array


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

    1 is perfect, 0 is no better than the mean of the targets, and below 0 is worse than the mean.

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
    """Return the share of rows whose most probable class is the correct one.

    Args:
        probabilities: Probabilities or logits. Shape [rows, classes].
        target: Class indices. Shape [rows].

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _require_classes(probabilities, target)
    return float((np.argmax(probabilities, axis=1) == target).mean())


def cross_entropy(probabilities: Array, target: Array) -> float:
    """Return the cross-entropy: the mean of -log(probability of the correct class), in nats.

    A probability of 0 counts as 2.2e-16, the relative precision of a float: a loss of 36 nats.

    Args:
        probabilities: Shape [rows, classes].
        target: Class indices. Shape [rows].

    Raises:
        ValueError: If the shapes do not fit together.
    """
    _require_classes(probabilities, target)
    given = np.asarray(probabilities)[np.arange(len(target)), target]
    return float(-np.log(np.maximum(given, np.finfo(np.float64).eps)).mean())


def explained_variance(reconstruction: Array, inputs: Array, centre: Array) -> float:
    """Return 1 - squared error of reconstructions / squared distance of the inputs to a centre.

    1 is perfect, and 0 is no better than the centre as reconstruction of every row.

    Args:
        reconstruction: Reconstructions of the inputs. Shape [rows, features].
        inputs: The inputs. Shape [rows, features].
        centre: The mean of the training rows. Shape [features].

    Raises:
        ValueError: If the shapes differ, or every row equals the centre.
    """
    _require(np.shape(reconstruction) == np.shape(inputs), reconstruction, inputs)
    distance = float(np.square(inputs - centre).sum())
    if not distance > 0:
        raise ValueError("There is no variance to explain: all rows are equal to their mean.")
    return 1 - float(np.square(inputs - reconstruction).sum()) / distance


def adjusted_rand(clusters: Array, classes: Array) -> float:
    """Return the adjusted Rand index: the agreement of clusters with classes.

    index = (pairs - expected) / (most - expected)

    `pairs` counts the pairs of rows that share a cluster and a class. `expected` is the same count
    for random clusters. `most` is a mean of two counts: pairs that share a cluster, and pairs that
    share a class. 1 is perfect, and 0 is no better than random clusters.

    Source: Hubert & Arabie (1985), "Comparing partitions", equation 5.

    Args:
        clusters: Cluster numbers. Shape [rows].
        classes: Class indices. Shape [rows].

    Raises:
        ValueError: If the shapes differ.
    """
    _require(np.shape(clusters) == np.shape(classes), clusters, classes)
    _, row = np.unique(clusters, return_inverse=True)
    _, column = np.unique(classes, return_inverse=True)
    table = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(table, (row, column), 1)
    together, alike, same = _pairs(table), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    if alike == same == together:
        return 1.0
    expected = alike * same / max(1.0, _pairs(np.array(len(row))))
    return (together - expected) / ((alike + same) / 2 - expected)


def _pairs(counts: Array) -> float:
    """Return the number of pairs within groups of these sizes."""
    return float((counts * (counts - 1) / 2).sum())


def _require_classes(probabilities: Array, target: Array) -> None:
    fits = np.ndim(probabilities) == 2 and np.shape(target) == np.shape(probabilities)[:1]
    _require(fits, probabilities, target)


def _require(fits: bool, prediction: Array, target: Array) -> None:
    if not fits:
        shapes = f"{np.shape(prediction)} and {np.shape(target)}"
        raise ValueError(f"Predictions and targets of shapes {shapes} do not fit together.")
