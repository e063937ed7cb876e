"""Multilayer perceptron (MLP): linear functions with activation functions between them.

Each layer is `Linear`. An activation function follows each layer except the last. Without it, many
layers would be one linear function. The chain rule gives the gradient, from the outputs back to the
inputs (backpropagation: Rumelhart, Hinton & Williams, 1986):

    signal_k = hidden_(k-1) weights_k + bias_k,    hidden_k = activation(signal_k),    hidden_0 = x
    slope_k = (slope_(k+1) weights_(k+1)^T) * activation'(signal_k),    slope_last = upstream
    d / d weights_k = hidden_(k-1)^T slope_k,    d / d bias_k = sum over rows of slope_k
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import (
    Backward,
    Chained,
    Link,
    Parameters,
    of_width,
    selected,
    spread,
)
from spielfeld.learning.logits import sigmoid

Choice = TypeVar("Choice")


class Network(Link):
    """phi(x) = a stack of `Linear` with an activation function after each except the last.

    Args:
        sizes: Number of features, units of each hidden layer, number of outputs; [64, 100, 10] has
            one hidden layer.
        generator: Draws the weights at the start; biases start at zero.
        activation: Name in `ACTIVATIONS`.
        start: Name in `STARTS`; None for the one that suits the activation.
        dtype: Type of parameters, predictions and gradients; np.float32 needs half the memory.

    Raises:
        ValueError: If there are fewer than two sizes, a size is below 1, or a name is unknown.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        generator: np.random.Generator,
        activation: str = "relu",
        start: str | None = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"A network needs two or more sizes of 1 or more, not {list(sizes)}.")
        self.sizes, self.dtype = tuple(sizes), np.dtype(dtype)
        self.activation: Activation = _named(ACTIVATIONS, activation, "activation")
        draw = _named(STARTS, start or self.activation.start, "start")
        self.parameters: Parameters = {}
        for layer, (inputs, outputs) in enumerate(pairwise(self.sizes)):
            weights = draw(generator, inputs, outputs)
            self.parameters[f"weights{layer}"] = weights.astype(self.dtype)
            self.parameters[f"bias{layer}"] = np.zeros(outputs, self.dtype)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] where `select` is given; see `Function`.

        Raises:
            ValueError: If a row has another number of features.
        """
        layers = self.layers(inputs)

        def backward(upstream: Array) -> Gradient:
            return self._walk_back(layers, spread(upstream, select, self.sizes[-1]))[0]

        return selected(layers[-1], select), backward

    def chained(self, inputs: Array, select: Array | None = None) -> tuple[Array, Chained]:
        """Return the result of `forward`, with the derivative by the inputs; see `Link`."""
        layers = self.layers(inputs)

        def backward(upstream: Array) -> tuple[Gradient, Array]:
            slope = spread(upstream, select, self.sizes[-1])
            gradient, slope = self._walk_back(layers, slope)
            return gradient, slope @ self.parameters["weights0"].T

        return selected(layers[-1], select), backward

    def layers(self, inputs: Array) -> list[Array]:
        """Return the inputs, the outputs of each hidden layer, and the outputs."""
        layers = [of_width(np.asarray(inputs, self.dtype), self.sizes[0])]
        for layer in range(len(self.sizes) - 1):
            if layer > 0:
                layers[-1] = self.activation.bend(layers[-1])
            signal = layers[-1] @ self.parameters[f"weights{layer}"]  # [rows, units]
            signal += self.parameters[f"bias{layer}"]
            layers.append(signal)
        return layers

    def _walk_back(self, layers: list[Array], slope: Array) -> tuple[Gradient, Array]:
        """Return the gradient, and the derivative by the signals of the first layer."""
        gradient = Gradient()
        for layer in reversed(range(len(self.sizes) - 1)):
            gradient[f"weights{layer}"] = layers[layer].T @ slope
            gradient[f"bias{layer}"] = slope.sum(axis=0)
            if layer > 0:
                slope = slope @ self.parameters[f"weights{layer}"].T  # [rows, units before]
                slope *= self.activation.slope(layers[layer])
        return gradient, slope


class Activation(NamedTuple):
    """An activation function, its derivative as a function of its *output*, and its start."""

    bend: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    start: str


ActivationName = Literal["relu", "tanh", "sigmoid"]
ACTIVATIONS = {
    "relu": Activation(lambda signal: np.maximum(signal, 0), lambda hidden: hidden > 0, "he"),
    "tanh": Activation(np.tanh, lambda hidden: 1 - hidden * hidden, "glorot"),
    "sigmoid": Activation(sigmoid, lambda hidden: hidden * (1 - hidden), "glorot"),
}


def he_start(generator: np.random.Generator, inputs: int, outputs: int) -> Array:
    """Draw normal weights of variance 2 / inputs (He et al., 2015, equation 10).

    A ReLU passes on half of the signal's variance. The factor 2 compensates for this in each layer.
    """
    return generator.normal(0, np.sqrt(2 / inputs), (inputs, outputs))


def glorot_start(generator: np.random.Generator, inputs: int, outputs: int) -> Array:
    """Draw uniform weights of variance 2 / (inputs + outputs) (Glorot & Bengio, 2010, eq. 16).

    This is a compromise between equal variance of signals forward and of derivatives backward.
    """
    limit = np.sqrt(6 / (inputs + outputs))
    return generator.uniform(-limit, limit, (inputs, outputs))


def orthogonal_start(generator: np.random.Generator, inputs: int, outputs: int) -> Array:
    """Draw a random rotation, times the square root of 2 (Saxe, McClelland & Ganguli, 2014).

    A rotation keeps the length of every direction, so all signals pass through equally.
    """
    draws = generator.normal(size=(max(inputs, outputs), min(inputs, outputs)))
    rotation, triangle = np.linalg.qr(draws)
    rotation *= np.sign(np.diag(triangle))  # makes all rotations equally probable
    return np.asarray(np.sqrt(2) * (rotation if inputs >= outputs else rotation.T))


STARTS = {"he": he_start, "glorot": glorot_start, "orthogonal": orthogonal_start}


def _named(choices: dict[str, Choice], name: str, kind: str) -> Choice:
    if name not in choices:
        raise ValueError(f"There is no {kind} {name!r}: choose one of {', '.join(choices)}.")
    return choices[name]
