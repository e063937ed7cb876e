"""Encoder and decoder: functions that compress an input to a code, and reconstruct it.

The targets are the inputs themselves. The code has fewer numbers than the input, so it can keep
only a summary.
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
    """phi(x) = decoder(encoder(x)): two functions in a chain, for example two networks.

    `parameters` contains the arrays of both functions, not copies. Their names begin with
    "encoder." and "decoder.".

    Args:
        encoder: Function from inputs to codes [rows, code].
        decoder: Function from codes to predictions; it also gives the derivative by its inputs.
    """

    def __init__(self, encoder: Function, decoder: Link) -> None:
        self.encode, self.decode = encoder, decoder
        self.parameters: Parameters = {
            **prefixed("encoder", encoder.parameters),
            **prefixed("decoder", decoder.parameters),
        }

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return reconstructions [rows, features], or [rows] where `select` is given.

        In the backward pass, the derivative by the codes comes from the decoder. It is the upstream
        of the encoder.
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

    It has half the weights of an `EncodeDecode` with two `Linear` functions. Its loss is the
    squared error to x. At the minimum, the columns of `weights` are an orthonormal basis of the
    first principal components (Baldi & Hornik, 1989). `bias` is then a point of their plane through
    the mean.

    Args:
        weights: Weights at the start; their gradient is 0 if all are 0. Shape [features, code].
        bias: Bias at the start; 0 by default. Shape [features].
    """

    def __init__(self, weights: Array, bias: Array | None = None) -> None:
        bias = np.zeros(len(weights)) if bias is None else bias
        self.parameters: Parameters = {"weights": weights.copy(), "bias": bias.copy()}

    def encode(self, inputs: Array) -> Array:
        """Return the codes [rows, code] of inputs [rows, features].

        Raises:
            ValueError: If a row has another number of features.
        """
        bias = self.parameters["bias"]
        codes: Array = (of_width(inputs, len(bias)) - bias) @ self.parameters["weights"]
        return codes

    def decode(self, codes: Array) -> Array:
        """Return the reconstructions of codes [rows, code]. Shape [rows, features]."""
        inputs: Array = codes @ self.parameters["weights"].T + self.parameters["bias"]
        return inputs

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return reconstructions [rows, features], or [rows] where `select` is given.

        The gradient of the weights has two parts: one as encoder and one as decoder.
        """
        weights, bias = self.parameters["weights"], self.parameters["bias"]
        codes = self.encode(inputs)

        def backward(upstream: Array) -> Gradient:
            upstream = spread(upstream, select, len(bias))
            slope = upstream @ weights  # derivative by the codes, [rows, code]
            return {
                "weights": (inputs - bias).T @ slope + upstream.T @ codes,
                "bias": upstream.sum(axis=0) - weights @ slope.sum(axis=0),
            }

        return selected(self.decode(codes), select), backward
