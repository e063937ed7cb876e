"""Functions with parameters: what every learner learns."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from learning.batch import Array, Gradient, Rows

Parameters = dict[str, Array]


class Function(Protocol):
    """phi(x; parameters), and how its outputs move with its parameters.

    `parameters` is a dict of arrays. `select` names one output for each row, as in `Batch`.
    """

    parameters: Parameters

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return predictions [rows, outputs], or [rows] of the selected outputs."""
        ...

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return d sum(upstream * prediction) / d parameters, under the keys of `parameters`.

        Args:
            inputs: As in `__call__`.
            upstream: Derivative of the loss by the predictions, of the predictions' shape.
            select: As in `__call__`.
        """
        ...


class Link(Function, Protocol):
    """A function that can stand behind another one, because it knows how its inputs matter."""

    def backward(
        self, inputs: Array, upstream: Array, select: Array | None = None
    ) -> tuple[Gradient, Array]:
        """Return the gradient, and d sum(upstream * prediction) / d inputs, of their shape."""
        ...


class Table:
    """One number for each input and output: phi(i)[j] = table[i, j].

    The simplest function there is: nothing generalises. Its gradient names single cells, so that a
    step costs the same however large the table.

    Args:
        inputs: Number of different inputs, such as states.
        outputs: Number of outputs, such as actions.
        initial: Value of every cell at the start.
    """

    def __init__(self, inputs: int, outputs: int, initial: float = 0.0) -> None:
        self.parameters: Parameters = {"table": np.full((inputs, outputs), float(initial))}

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Look up rows [rows, outputs], or cells [rows] where `select` is given."""
        table = self.parameters["table"]
        rows: Array = table[inputs] if select is None else table[inputs, select]
        return rows

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return `upstream` at the rows or cells that were looked up, as `Rows`."""
        return {"table": Rows(self.cells(inputs, select), np.asarray(upstream))}

    def cells(self, inputs: Array, select: Array | None = None) -> Any:
        """Return the index of the rows or cells that predictions are made of."""
        return np.asarray(inputs) if select is None else (np.asarray(inputs), select)


class Linear:
    """phi(x) = x weights + bias.

    With `SquaredError` this is linear regression, with `CrossEntropy` softmax regression, and with
    `BinaryCrossEntropy` logistic regression.

    Args:
        inputs: Number of features.
        outputs: Number of outputs.

    Both `weights` [inputs, outputs] and `bias` [outputs] start at zero, which is as good a start as
    any for a convex loss.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        self.parameters: Parameters = {
            "weights": np.zeros((inputs, outputs)),
            "bias": np.zeros(outputs),
        }

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return x weights + bias, [rows, outputs], or [rows] where `select` is given.

        Raises:
            ValueError: If a row has another number of features.
        """
        weights = self.parameters["weights"]
        outputs = of_width(inputs, len(weights)) @ weights + self.parameters["bias"]
        return selected(outputs, select)

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return x^T upstream for the weights and the column sums of upstream for the bias."""
        upstream = spread(upstream, select, len(self.parameters["bias"]))
        return {"weights": inputs.T @ upstream, "bias": upstream.sum(axis=0)}

    def backward(
        self, inputs: Array, upstream: Array, select: Array | None = None
    ) -> tuple[Gradient, Array]:
        """Return the gradient, and the derivative by the inputs; see `Link`."""
        upstream = spread(upstream, select, len(self.parameters["bias"]))
        return self.gradient(inputs, upstream), upstream @ self.parameters["weights"].T


def of_width(inputs: Array, features: int) -> Array:
    """Return `inputs` if their rows have as many numbers as a function has weights for.

    Raises:
        ValueError: If not; says what was expected.
    """
    if inputs.shape[-1:] != (features,):
        raise ValueError(f"Expected rows of {features} features, not shape {inputs.shape}.")
    return inputs


def selected(outputs: Array, select: Array | None) -> Array:
    """Return outputs [rows, outputs] as they are, or the one of each row that `select` names."""
    return outputs if select is None else outputs[np.arange(len(outputs)), select]


def spread(upstream: Array, select: Array | None, outputs: int) -> Array:
    """Undo `selected`: put upstream [rows] into [rows, outputs], zero elsewhere."""
    if select is None:
        return upstream
    full = np.zeros((len(upstream), outputs), upstream.dtype)
    full[np.arange(len(upstream)), select] = upstream
    return full
