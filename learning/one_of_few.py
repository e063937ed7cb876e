"""Cache for one-hot inputs: the outputs for all possible rows are computed once per batch.

A row for one of n things has a single 1 (one-hot). A product with such a row selects one row of a
table. Let I be the n possible rows, the identity matrix. Then, by the chain rule:

    phi(x) = x phi(I)
    gradient of phi at x, given upstream = gradient of phi at I, given x^T upstream

So a minibatch of a thousand rows from a world with a hundred states costs only a hundred rows.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread


class OneOfFew(Function):
    """phi(x) for one-hot rows; it gives the same predictions and gradients, within rounding.

    Args:
        function: Any function of rows with `count` numbers.
        count: Number of possible rows.
    """

    def __init__(self, function: Function, count: int) -> None:
        self.function, self.count = function, count
        self.parameters: Parameters = function.parameters

    @cached_property
    def each(self) -> Array:
        """All possible rows, made at the first use. Shape [count, count]."""
        return np.eye(self.count, dtype=np.float32)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] where `select` is given; see `Function`.

        A batch with `count` rows or fewer saves nothing, so it goes directly to the function.
        """
        if len(inputs) <= self.count:
            return self.function.forward(inputs, select)
        table, backward = self.function.forward(self.each)

        def of_rows(upstream: Array) -> Gradient:
            return backward(inputs.T @ spread(upstream, select, table.shape[1]))

        return selected(inputs @ table, select), of_rows
