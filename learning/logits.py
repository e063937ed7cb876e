"""From logits to probabilities: the one place where numbers are squashed into [0, 1].

A function that classifies returns *logits*, one number for each class, and knows nothing of
probabilities. The softmax belongs to the loss, `CrossEntropy`, because log(softmax) can be computed
without ever forming a probability that rounds to 0 or 1. Whoever wants probabilities calls
`softmax(learner.predict(inputs))`, or `sigmoid` where a single logit says yes or no.

None of these overflows, however large the logits.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array


def log_softmax(logits: Array) -> Array:
    """Return log(exp(logit) / sum of all in its row). Shape [..., classes]."""
    shifted: Array = logits - logits.max(axis=-1, keepdims=True)  # at most 0: no overflow
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def softmax(logits: Array) -> Array:
    """Return probabilities exp(logit) / sum of all in its row. Shape [..., classes].

    >>> softmax(np.array([[10_000.0, 10_000.0, -10_000.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    grown: Array = np.exp(logits - logits.max(axis=-1, keepdims=True))
    grown /= grown.sum(axis=-1, keepdims=True)
    return grown


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + exp(-logit)): the softmax of [logit, 0], of the logits' shape."""
    shrunk = np.exp(-np.abs(logits))  # at most 1: no overflow
    probabilities: Array = np.where(logits < 0, shrunk, 1) / (1 + shrunk)
    return probabilities
