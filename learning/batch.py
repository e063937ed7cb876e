"""The currency of learning: inputs with their targets, and gradients that touch few cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spielfeld.arrays import Array


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows of inputs and what a learner should have answered.

    Args:
        inputs: One row each. Shape [rows, ...], or [rows] indices for a table.
        targets: What each row's prediction is compared with. Shape [rows], or [rows, outputs];
            or a named tuple of such arrays, where the loss has several terms.
        weights: How much each row counts in the loss (1/rows) sum weight * loss. Shape [rows], or
            one number for all.
        select: The output that a row's target is for, such as the action of a table; None when a
            target covers all outputs. Shape [rows].
    """

    inputs: Array
    targets: Any  # an array, or what a loss of several terms asks for: one row a prediction
    weights: Array | float = 1.0
    select: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Rows:
    """A gradient that is zero but for some rows or cells; duplicates add up.

    `array[index]` are the places and `values` what belongs there: `index` is one array of row
    numbers, or a tuple of arrays that names single cells.
    """

    index: Array | tuple[Array, ...]
    values: Array

    def dense(self, shape: tuple[int, ...]) -> Array:
        """Return the same gradient as a full array of `shape`."""
        full = np.zeros(shape, self.values.dtype)
        np.add.at(full, self.index, self.values)
        return full


Gradient = dict[str, Array | Rows]
