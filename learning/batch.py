"""Batches of inputs with targets, and sparse gradients, which are zero except in a few cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spielfeld.arrays import Array


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of inputs with their targets.

    Args:
        inputs: The inputs. Shape [rows, ...], or [rows] indices for a table.
        targets: The outputs that the function should have. Shape [rows], or [rows, outputs]. A loss
            of several terms takes a named tuple of such arrays.
        weights: Weight of each row in the loss (1/rows) sum weight * loss. Shape [rows], or one
            number for all rows.
        select: The output that each target belongs to, such as the action in a table. None if a
            target covers all outputs. Shape [rows].
    """

    inputs: Array
    targets: Any  # an array, or a named tuple of arrays with one row for each prediction
    weights: Array | float = 1.0
    select: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True, eq=False)
class Rows:
    """A sparse gradient: zero except for some rows or cells; values of equal cells add up.

    `array[index]` are the cells and `values` their gradients. `index` is an array of row numbers,
    or a tuple of arrays that names single cells.
    """

    index: Array | tuple[Array, ...]
    values: Array

    def dense(self, shape: tuple[int, ...]) -> Array:
        """Return the same gradient as a full array of `shape`."""
        full = np.zeros(shape, self.values.dtype)
        np.add.at(full, self.index, self.values)
        return full


Gradient = dict[str, Array | Rows]
