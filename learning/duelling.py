"""The duelling head: how good it is to be here, apart from which action is better than another.

    prediction_a = value + advantage_a - mean of all advantages

Without the mean, value and advantages would not be determined: what one gains the other could lose.

Source: Wang, Schaul, Hessel, van Hasselt, Lanctot & de Freitas (2016), equation 9.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread


class Duelling(Function):
    """phi(x) = value(x) + advantages(x) - mean advantage(x).

    Value and advantages are the outputs of one function and share all of it but the last layer. So
    each row teaches the value, whichever action was taken.

    Args:
        function: Returns the value first, then the advantages. Shape [rows, 1 + outputs].
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
    """Return what derivatives by the predictions are by the streams; the way back of `joined`.

    By the value their sum; by each advantage its own, less the mean of all.

    Args:
        upstream: Shape [rows, outputs].
    """
    by_value = upstream.sum(axis=-1, keepdims=True)
    return np.concatenate([by_value, upstream - by_value / upstream.shape[-1]], axis=-1)
