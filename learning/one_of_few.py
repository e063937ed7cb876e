"""A function of one of few things: what it says of each is worked out once, however often asked.

A row that names one of n things has a single 1 (one-hot), and multiplying by it looks a row up. So
with I, the n rows that there can be (the identity matrix),

    phi(x) = x phi(I),    gradient of phi at x, given upstream = that at I, given x^T upstream

by the chain rule. A minibatch of a thousand rows from a world of a hundred states costs a hundred
rows.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread


class OneOfFew(Function):
    """phi(x) for rows with a single 1; the same predictions and gradients, within rounding.

    Args:
        function: Any function of rows of `count` numbers.
        count: How many different rows there can be.
    """

    def __init__(self, function: Function, count: int) -> None:
        self.function, self.count = function, count
        self.parameters: Parameters = function.parameters

    @cached_property
    def each(self) -> Array:
        """The rows that there can be, made when first needed. Shape [count, count]."""
        return np.eye(self.count, dtype=np.float32)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] where `select` is given; see `Function`.

        With fewer rows than there can be, nothing is saved, and the function is asked itself.
        """
        if len(inputs) <= self.count:
            return self.function.forward(inputs, select)
        table, backward = self.function.forward(self.each)

        def of_rows(upstream: Array) -> Gradient:
            return backward(inputs.T @ spread(upstream, select, table.shape[1]))

        return selected(inputs @ table, select), of_rows
