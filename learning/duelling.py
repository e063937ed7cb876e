"""Duelling head: outputs that separate the state value from the advantages of actions.

    prediction_a = value + advantage_a - mean of all advantages

Without the mean, value and advantages would not be unique: a constant could move between them.

Source: Wang, Schaul, Hessel, van Hasselt, Lanctot & de Freitas (2016), equation 9.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread


class Duelling(Function):
    """phi(x) = value(x) + advantages(x) - mean advantage(x).

    Value and advantages are the outputs of one function. They share all layers except the last one.
    So every row trains the value, no matter which action was taken.

    Args:
        function: Function with the value first, then the advantages. Shape [rows, 1 + outputs].
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.parameters: Parameters = function.parameters

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] where `select` is given; see `Function`."""
        streams, backward = self.function.forward(inputs)
        predictions = joined(streams)
        outputs = predictions.shape[-1]
        return selected(predictions, select), lambda upstream: backward(
            parted(spread(upstream, select, outputs))
        )


def joined(streams: Array) -> Array:
    """Return value + advantages - mean advantage.

    Args:
        streams: The value, then the advantages. Shape [rows, 1 + outputs].

    >>> joined(np.array([[10.0, 1.0, 3.0]]))
    array([[ 9., 11.]])
    """
    value, advantages = streams[..., :1], streams[..., 1:]
    predictions: Array = value + advantages - advantages.mean(axis=-1, keepdims=True)
    return predictions


def parted(upstream: Array) -> Array:
    """Return the derivatives by value and advantages: the backward pass of `joined`.

    The derivative by the value is the sum over all outputs. The derivative by an advantage is that
    of its output minus the mean of all outputs.

    Args:
        upstream: Derivatives by the predictions. Shape [rows, outputs].
    """
    by_value = upstream.sum(axis=-1, keepdims=True)
    return np.concatenate([by_value, upstream - by_value / upstream.shape[-1]], axis=-1)
