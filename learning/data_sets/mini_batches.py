"""Rows of a data set in random order, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.saved import count, entry, take_up


def batch_of(data: DataSet, rows: Any = slice(None)) -> Batch:
    """Lay out rows of a data set, all by default, as functions and losses take them.

    Numbers to predict become a column [rows, 1], like the predictions of a function with one
    output; classes stay indices [rows]; unlabelled rows are their own targets [rows, features]; of
    ratings, users are the inputs [rows] and items select the output.
    """
    inputs, targets = data.inputs[rows], data.targets
    if targets is None:
        return Batch(inputs, inputs)
    if data.kind == "ratings":
        return Batch(inputs[:, 0], targets[rows], select=inputs[:, 1])
    return Batch(inputs, targets[rows] if data.kind == "classification" else targets[rows, None])


def drawn(data: DataSet, samples: int, seed: int) -> DataSet:
    """Return as many rows, drawn at random where they are not all, in their own order."""
    if samples >= len(data):
        return data
    order = np.random.default_rng(seed).permutation(len(data))
    return data.take(np.sort(order[:samples]))


class MiniBatches:
    """Epochs of a data set: each draws every row once, in an order of its own.

    Batches have `size` rows, only the last of an epoch has fewer; so no batch has a row twice, and
    where a batch ends does not depend on how often learning was interrupted.

    Args:
        data: Where the rows come from.
        size: Rows of a batch.
        generator: Shuffles, one permutation at the start of each epoch and nothing else.

    Attributes:
        drawn: Rows drawn so far.
        surplus: How many of them nobody has asked for yet, since batches are drawn whole.

    Raises:
        ValueError: If `size` is not at least 1.
    """

    def __init__(self, data: DataSet, size: int, generator: np.random.Generator) -> None:
        if size < 1:
            raise ValueError(f"Batches of {size} rows cannot be drawn; expected at least 1.")
        self.data, self.size, self.generator = data, size, generator
        self.drawn = self.surplus = 0
        self._order: Array = np.zeros(0, np.int64)

    def draw(self, samples: int) -> Iterator[Batch]:
        """Yield batches until `samples` more rows are drawn.

        The last batch may draw up to `size - 1` rows more; the next call draws so many fewer. So
        drawing 500 rows twice is drawing 1,000, batch by batch.
        """
        left = samples - self.surplus
        self.surplus = max(0, -left)
        while left > 0:
            batch = self._next()
            left -= len(batch)
            self.surplus = max(0, -left)
            yield batch

    def _next(self) -> Batch:
        position = self.drawn % len(self.data)
        if position == 0:
            self._order = self.generator.permutation(len(self.data))
        rows = self._order[position : position + self.size]
        self.drawn += len(rows)
        return batch_of(self.data, rows)

    def state(self) -> dict[str, Any]:
        """Return what the next batch depends on, as arrays and JSON values."""
        return {
            "row_order": self._order.copy(),
            "rows_drawn": self.drawn,
            "rows_surplus": self.surplus,
            "row_generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned.

        Raises:
            ValueError: If the state is of another number of rows.
        """
        drawn, surplus = count(state, "rows_drawn"), count(state, "rows_surplus")
        order = np.array(entry(state, "row_order"))
        listed = order.ndim == 1 and (order.dtype.kind in "iu" or not order.size)
        order = order if listed else np.full(1, -1)
        rows = len(self.data) if drawn else 0
        if not np.array_equal(np.sort(order), np.arange(rows)):
            raise ValueError(
                f"The saved order is of {len(order)} rows, but data set {self.data.name!r} "
                f"has {len(self.data)}."
            )
        take_up(self.generator, state, "row_generator")
        self._order = order.astype(np.int64)
        self.drawn, self.surplus = drawn, surplus
