"""Encode and decode: describe an input in few numbers, and get back what they tell of it.

With the inputs themselves as targets nothing is left to predict but what a narrow code keeps, so
the code becomes a summary.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import (
    Backward,
    Function,
    Link,
    Parameters,
    of_width,
    prefixed,
    selected,
    spread,
)


class EncodeDecode(Function):
    """phi(x) = decoder(encoder(x)): one function behind another, such as two networks.

    Their parameters are shared, not copied, under "encoder." and "decoder." and their names.

    Args:
        encoder: Makes codes [rows, code] of inputs.
        decoder: Makes predictions of codes; must know the derivative by its inputs.
    """

    def __init__(self, encoder: Function, decoder: Link) -> None:
        self.encode, self.decode = encoder, decoder
        self.parameters: Parameters = {
            **prefixed("encoder", encoder.parameters),
            **prefixed("decoder", decoder.parameters),
        }

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return what is left of inputs after coding, or [rows] where `select` is given.

        On the way back, the code's slope by the decoder is the upstream of the encoder.
        """
        codes, back_to_inputs = self.encode.forward(inputs)
        prediction, back_to_codes = self.decode.chained(codes, select)

        def backward(upstream: Array) -> Gradient:
            decoder, slope = back_to_codes(upstream)
            encoder = back_to_inputs(slope)
            return {**prefixed("encoder", encoder), **prefixed("decoder", decoder)}

        return prediction, backward


class TiedLinear(Function):
    """phi(x) = (x - bias) weights weights^T + bias: encoder and decoder share their weights.

    Differs from `EncodeDecode` of two `Linear` by half of its parameters. With squared error to x
    itself, its lowest point is where the columns of `weights` are an orthonormal basis of the
    first principal components (Baldi & Hornik, 1989), and `bias` a point of their plane through
    the mean.

    Args:
        weights: At the start; at zero they would never begin to move. Shape [features, code].
        bias: At the start; zero by default. Shape [features].
    """

    def __init__(self, weights: Array, bias: Array | None = None) -> None:
        bias = np.zeros(len(weights)) if bias is None else bias
        self.parameters: Parameters = {"weights": weights.copy(), "bias": bias.copy()}

    def encode(self, inputs: Array) -> Array:
        """Return codes [rows, code] of inputs [rows, features].

        Raises:
            ValueError: If a row has another number of features.
        """
        bias = self.parameters["bias"]
        codes: Array = (of_width(inputs, len(bias)) - bias) @ self.parameters["weights"]
        return codes

    def decode(self, codes: Array) -> Array:
        """Return what codes [rows, code] tell of inputs. Shape [rows, features]."""
        inputs: Array = codes @ self.parameters["weights"].T + self.parameters["bias"]
        return inputs

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return what is left of inputs after coding, or [rows] where `select` is given.

        The gradient of the weights has two shares: as encoder and as decoder.
        """
        weights, bias = self.parameters["weights"], self.parameters["bias"]
        codes = self.encode(inputs)

        def backward(upstream: Array) -> Gradient:
            upstream = spread(upstream, select, len(bias))
            slope = upstream @ weights  # by the codes, [rows, code]
            return {
                "weights": (inputs - bias).T @ slope + upstream.T @ codes,
                "bias": upstream.sum(axis=0) - weights @ slope.sum(axis=0),
            }

        return selected(self.decode(codes), select), backward
