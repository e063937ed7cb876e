"""Functions side by side: all get the same inputs, and their outputs are concatenated."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Backward, Function, Parameters, prefixed, selected, spread


class Beside(Function):
    """phi(x) = [first(x), second(x), ...], such as a policy and a value without shared parameters.

    Args:
        **parts: Functions by name; `parameters` contains theirs as "name.parameter".
    """

    def __init__(self, **parts: Function) -> None:
        self.parts = parts
        self.parameters: Parameters = {}
        for name, part in parts.items():
            self.parameters |= prefixed(name, part.parameters)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, all outputs], or [rows] where `select` is given."""
        passes = [part.forward(inputs) for part in self.parts.values()]
        predictions = [prediction for prediction, _ in passes]
        ends = np.cumsum([prediction.shape[1] for prediction in predictions])

        def backward(upstream: Array) -> Gradient:
            columns = np.split(spread(upstream, select, ends[-1]), ends[:-1], axis=1)
            gradient = Gradient()
            for name, (_, part_backward), slope in zip(self.parts, passes, columns, strict=True):
                gradient |= prefixed(name, part_backward(slope))
            return gradient

        return selected(np.concatenate(predictions, axis=1), select), backward


class Constant(Function):
    """phi(x) = the same numbers for every input, such as the log standard deviations of actions.

    Args:
        values: The outputs at the start. Shape [outputs].
    """

    def __init__(self, values: Array) -> None:
        self.parameters: Parameters = {"values": values.copy()}

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return the values for each row; the gradient is the sum of `upstream` over the rows."""
        values = self.parameters["values"]
        outputs = np.tile(values, (len(inputs), 1))  # a copy, because the caller may change it

        def backward(upstream: Array) -> Gradient:
            return {"values": spread(upstream, select, len(values)).sum(axis=0)}

        return selected(outputs, select), backward
