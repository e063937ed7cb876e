"""Logits and probabilities: softmax and sigmoid, without overflow for logits of any size.

A function for classification returns *logits*, one number for each class. Softmax turns logits into
probabilities. It belongs to the loss, `CrossEntropy`, because log(softmax) can be computed
directly. So a probability that rounds to 0 or 1 does no harm.

For probabilities, call `softmax(learner.predict(inputs))`, or `sigmoid` for a single logit.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array


def log_softmax(logits: Array) -> Array:
    """Return log(exp(logit) / sum of exp in its row). Shape [..., classes]."""
    shifted: Array = logits - logits.max(axis=-1, keepdims=True)  # at most 0: no overflow
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def softmax(logits: Array) -> Array:
    """Return the probabilities exp(logit) / sum of exp in its row. Shape [..., classes].

    >>> softmax(np.array([[10_000.0, 10_000.0, -10_000.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    grown: Array = np.exp(logits - logits.max(axis=-1, keepdims=True))
    grown /= grown.sum(axis=-1, keepdims=True)
    return grown


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + exp(-logit)): the softmax of [logit, 0], in the shape of the logits."""
    shrunk = np.exp(-np.abs(logits))  # at most 1: no overflow
    probabilities: Array = np.where(logits < 0, shrunk, 1) / (1 + shrunk)
    return probabilities
