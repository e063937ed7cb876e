"""Cross-entropy: the loss of classification, the mean of -log p of the correct class.

Unlike squared error, it compares probabilities with the correct classes. A very certain but wrong
prediction therefore has an unlimited loss. The predictions are logits; see
`spielfeld.learning.logits`.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.logits import log_softmax, sigmoid, softmax
from spielfeld.learning.loss import ElementwiseLoss, per_row


class CrossEntropy:
    """l = -sum over classes of target * log softmax(logits), in nats.

    Targets are class indices [rows], or distributions over the classes [rows, classes]. Let the
    class be an action and the weight its return. Then the derivative is that of REINFORCE (Sutton &
    Barto, section 13.3).
    """

    def value(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> float:
        """Return J; see `Loss`.

        Args:
            prediction: Logits. Shape [rows, classes].
            target: Class indices [rows], or distributions [rows, classes].
            weights: As in `Loss`.

        Raises:
            ValueError: If the number of logits is not the number of classes, or a target is not a
                class.
        """
        log_probability = log_softmax(_all_logits(prediction))
        if _are_classes(target, prediction):
            each = -log_probability[np.arange(len(target)), target]
        else:
            each = -(target * log_probability).sum(axis=1)
        return float((per_row(weights, each) * each).sum() / len(each))

    def derivative(self, prediction: Array, target: Array, weights: Array | float = 1.0) -> Array:
        """Return dJ / d logits = weight * (softmax(logits) - target) / rows; see `value`."""
        slope = softmax(_all_logits(prediction))
        if _are_classes(target, prediction):
            slope[np.arange(len(target)), target] -= 1
        else:
            slope *= target.sum(axis=1, keepdims=True)
            slope -= target
        slope *= per_row(weights, slope) / len(slope)
        return slope


class BinaryCrossEntropy(ElementwiseLoss):
    """l = -target * log p - (1 - target) * log(1 - p), where p = sigmoid(logit), in nats.

    The logit is the logarithm of p / (1 - p). So `Linear(features, 1)` is logistic regression. It
    equals softmax regression with two classes whose second logit is fixed at 0, with half of the
    weights. Several outputs are independent yes-or-no questions. Targets are 0, 1 or a probability,
    and have the shape of the predictions.
    """

    def each(self, prediction: Array, target: Array) -> Array:
        """Return log(1 + exp(logit)) - target * logit: the same loss without overflow."""
        loss: Array = np.logaddexp(0, prediction) - target * prediction
        return loss

    def each_derivative(self, prediction: Array, target: Array) -> Array:
        """Return sigmoid(logit) - target."""
        return sigmoid(prediction) - target


def _all_logits(prediction: Array) -> Array:
    if prediction.ndim != 2:
        raise ValueError(
            "Cross-entropy compares the logits of all classes, [rows, classes], not predictions "
            f"of shape {prediction.shape}: leave out `select`."
        )
    return prediction


def _are_classes(target: Array, prediction: Array) -> bool:
    """Return whether targets are class indices and not distributions; refuse other targets."""
    rows, classes = prediction.shape
    if target.shape == (rows, classes) and target.dtype.kind == "f":
        return False
    if target.shape != (rows,) or target.dtype.kind not in "iu":
        raise ValueError(
            f"Expected {rows} whole class numbers or distributions of shape {(rows, classes)} as "
            f"targets, not {target.dtype} of shape {target.shape}."
        )
    if rows and not (target.min() >= 0 and target.max() < classes):
        wrong = target[(target < 0) | (target >= classes)][0]
        raise ValueError(f"Class {wrong} is out of range: there are classes 0 to {classes - 1}.")
    return True
