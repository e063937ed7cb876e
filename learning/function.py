"""Functions with parameters: the objects that every learner learns."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Protocol, TypeVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.settings import Finite

Parameters = dict[str, Annotated[Array, Finite]]
Value = TypeVar("Value")
Backward = Callable[[Array], Gradient]
Chained = Callable[[Array], tuple[Gradient, Array]]


class Function(Protocol):
    """phi(x; parameters): a function that computes predictions and their gradient.

    `parameters` is a dict of arrays. `select` names one output for each row, as in `Batch`.
    Subclasses write `forward`; the other methods use it.
    """

    saved: ClassVar[tuple[str, ...]] = ("parameters",)
    parameters: Parameters

    @abstractmethod
    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] if selected, and the backward pass.

        backward(upstream) = d sum(upstream * prediction) / d parameters, by the names of the
        parameters. `upstream` is the derivative of a loss by the predictions, in their shape. The
        backward pass uses results of the forward pass. So call it before the parameters change.
        """

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return predictions [rows, outputs], or [rows] of the selected outputs."""
        return self.forward(inputs, select)[0]

    def gradient(self, inputs: Array, upstream: Array, select: Array | None = None) -> Gradient:
        """Return d sum(upstream * prediction) / d parameters; see `forward`."""
        return self.forward(inputs, select)[1](upstream)


class Link(Function, Protocol):
    """A function that also gives the derivative by its inputs, so that functions form a chain."""

    @abstractmethod
    def chained(self, inputs: Array, select: Array | None = None) -> tuple[Array, Chained]:
        """Return the result of `forward`, with a backward pass that continues to the inputs.

        backward(upstream) = the gradient, and d sum(upstream * prediction) / d inputs.
        """


class Table(Function):
    """One number for each input and output: phi(i)[j] = table[i, j].

    A table does not generalise: each cell is learned separately. Its gradient names single cells.
    So a step has the same cost for a table of any size.

    Args:
        inputs: Number of different inputs, such as states.
        outputs: Number of outputs, such as actions.
        initial: Value of every cell at the start.
    """

    def __init__(self, inputs: int, outputs: int, initial: float = 0.0) -> None:
        self.parameters: Parameters = {"table": np.full((inputs, outputs), float(initial))}

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Look up rows [rows, outputs], or cells [rows] where `select` is given.

        The gradient is `upstream` at these rows or cells, as `Rows`.
        """
        cells = self.cells(inputs, select)
        return self.parameters["table"][cells], lambda up: {"table": Rows(cells, np.asarray(up))}

    def cells(self, inputs: Array, select: Array | None = None) -> Array | tuple[Array, Array]:
        """Return the index of the rows or cells of the predictions."""
        return np.asarray(inputs) if select is None else (np.asarray(inputs), select)


class Linear(Link):
    """phi(x) = x weights + bias.

    With `SquaredError` this is linear regression, with `CrossEntropy` softmax regression, and with
    `BinaryCrossEntropy` logistic regression.

    Args:
        inputs: Number of features.
        outputs: Number of outputs.

    Both `weights` [inputs, outputs] and `bias` [outputs] start at zero. For a convex loss this is
    as good as any other start.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        self.parameters: Parameters = {
            "weights": np.zeros((inputs, outputs)),
            "bias": np.zeros(outputs),
        }

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return x weights + bias, [rows, outputs], or [rows] where `select` is given.

        The gradient is x^T upstream for the weights, and the sum of its rows for the bias.

        Raises:
            ValueError: If a row has another number of features.
        """
        weights, bias = self.parameters["weights"], self.parameters["bias"]
        outputs = of_width(inputs, len(weights)) @ weights + bias

        def backward(upstream: Array) -> Gradient:
            upstream = spread(upstream, select, len(bias))
            return {"weights": inputs.T @ upstream, "bias": upstream.sum(axis=0)}

        return selected(outputs, select), backward

    def chained(self, inputs: Array, select: Array | None = None) -> tuple[Array, Chained]:
        """Return the result of `forward`; the derivative by the inputs is upstream weights^T."""
        outputs, backward = self.forward(inputs, select)
        weights = self.parameters["weights"].T

        def onwards(upstream: Array) -> tuple[Gradient, Array]:
            return backward(upstream), spread(upstream, select, len(weights)) @ weights

        return outputs, onwards


def of_width(inputs: Array, features: int) -> Array:
    """Return `inputs` if their rows have the expected number of features.

    Raises:
        ValueError: If they do not.
    """
    if inputs.shape[-1:] != (features,):
        raise ValueError(f"Expected rows of {features} features, not shape {inputs.shape}.")
    return inputs


def selected(outputs: Array, select: Array | None) -> Array:
    """Return outputs [rows, outputs] unchanged, or the output of each row in `select`."""
    return outputs if select is None else outputs[np.arange(len(outputs)), select]


def spread(upstream: Array, select: Array | None, outputs: int) -> Array:
    """Undo `selected`: put upstream [rows] into an array [rows, outputs] of zeros."""
    if select is None:
        return upstream
    full = np.zeros((len(upstream), outputs), upstream.dtype)
    full[np.arange(len(upstream)), select] = upstream
    return full


def prefixed(prefix: str, items: Mapping[str, Value]) -> dict[str, Value]:
    """Put `prefix` and a dot before every name, for a function within another one.

    >>> prefixed("encoder", {"bias": 1})
    {'encoder.bias': 1}
    """
    return {f"{prefix}.{name}": value for name, value in items.items()}
