"""Encode and decode: describe an input in few numbers, and get back what they tell of it.

With the inputs themselves as targets nothing is left to predict but what a narrow code keeps, so
the code becomes a summary.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from learning.batch import Array, Gradient
from learning.function import Function, Link, Parameters, of_width, selected, spread
from learning.network import glorot_start

Value = TypeVar("Value")


class EncodeDecode:
    """phi(x) = decoder(encoder(x)): one function behind another, such as two networks.

    Their parameters are shared, not copied, under "encoder." and "decoder." and their names.

    Args:
        encoder: Makes codes [rows, code] of inputs.
        decoder: Makes predictions of codes; must know the derivative by its inputs.
    """

    def __init__(self, encoder: Function, decoder: Link) -> None:
        self.encode, self.decode = encoder, decoder
        self.parameters: Parameters = {
            **_prefixed("encoder", encoder.parameters),
            **_prefixed("decoder", decoder.parameters),
        }

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return what is left of inputs after coding, or [rows] where `select` is given."""
        return self.decode(self.encode(inputs), select)

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return the decoder's gradient, and the encoder's with the code's slope as upstream."""
        decoder, slope = self.decode.backward(self.encode(inputs), upstream, select)
        encoder = self.encode.gradient(inputs, slope)
        return {**_prefixed("encoder", encoder), **_prefixed("decoder", decoder)}


class LinearAutoencoder:
    """phi(x) = (x - bias) weights weights^T + bias: encoder and decoder share their weights.

    Differs from `EncodeDecode` of two `Linear` by half of its parameters. With squared error to x
    itself, its lowest point is where the columns of `weights` are an orthonormal basis of the
    first principal components (Baldi & Hornik, 1989), and `bias` a point of their plane through
    the mean.

    Args:
        features: Numbers in an input.
        code: Numbers in a code.
        generator: Draws the weights at the start; at zero they would never begin to move.
    """

    def __init__(self, features: int, code: int, generator: np.random.Generator) -> None:
        self.parameters: Parameters = {
            "weights": glorot_start(generator, features, code),
            "bias": np.zeros(features),
        }

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

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return what is left of inputs after coding, or [rows] where `select` is given."""
        return selected(self.decode(self.encode(inputs)), select)

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return both shares of the weights' slope, as encoder and as decoder, and the bias's."""
        weights, bias = self.parameters["weights"], self.parameters["bias"]
        upstream = spread(upstream, select, len(bias))
        slope = upstream @ weights  # by the codes, [rows, code]
        return {
            "weights": (inputs - bias).T @ slope + upstream.T @ self.encode(inputs),
            "bias": upstream.sum(axis=0) - weights @ slope.sum(axis=0),
        }


def _prefixed(prefix: str, items: dict[str, Value]) -> dict[str, Value]:
    return {f"{prefix}.{name}": value for name, value in items.items()}
