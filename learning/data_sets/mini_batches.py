"""Rows of a data set as learners take them: on one scale, in random order, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_sets.data_set import DataSet, Rows, Split
from spielfeld.settings import Finite, Positive
from spielfeld.snapshot import Counter, Index


def batch_of(data: DataSet, rows: Rows = slice(None)) -> Batch:
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
        generator: Shuffles, one permutation at the start of each epoch and nothing else; None to
            leave the rows in their own order.

    Attributes:
        order: Of the rows in this epoch; empty where they are left in their own. Shape [rows].
        drawn: Rows drawn so far.
        surplus: Rows drawn beyond what was asked for so far, since batches are drawn whole.

    Raises:
        ValueError: If `size` is not at least 1.
    """

    saved: ClassVar[tuple[str, ...]] = ("order", "drawn", "surplus", "generator")
    order: Annotated[Array, Index("rows", unique=True)]
    drawn: Counter
    surplus: Annotated[int, Index("size")]
    state, restore = snapshot.state, snapshot.restore

    def __init__(
        self, data: DataSet, size: int, generator: np.random.Generator | None = None
    ) -> None:
        if size < 1:
            raise ValueError(f"Batches of {size} rows cannot be drawn; expected at least 1.")
        self.data, self.size, self.generator = data, size, generator
        self.drawn = self.surplus = 0
        self.order = np.arange(len(data) if generator is not None else 0)

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

    def index_bounds(self) -> dict[str, int]:
        """Return what the indices of a saved state must be below."""
        return {"rows": len(self.data), "size": self.size}

    def _next(self) -> Batch:
        begin = self.drawn % len(self.data)
        rows: Rows = slice(begin, begin + self.size)
        if self.generator is not None:
            if begin == 0:
                self.order[:] = self.generator.permutation(len(self.data))
            rows = self.order[rows]
        batch = batch_of(self.data, rows)
        self.drawn += len(batch)
        return batch


@dataclass(frozen=True, eq=False)
class Standardiser:
    """standardised = (input - mean) / scale, column by column; a part of the model.

    Statistics of rows that a learner is judged by must not leak into it, so they are learned once,
    from the training rows, and stored with the model.

    Args:
        mean: Of each column, in its own units. Shape [features].
        scale: Standard deviation of each column (divided by rows, not rows - 1), in its own units;
            1 for a constant column, which becomes 0. Shape [features].
    """

    mean: Annotated[Array, Finite]
    scale: Annotated[Array, Positive]

    @classmethod
    def learned_from(cls, inputs: Array, one_scale: bool = False) -> Standardiser:
        """Measure the columns of `inputs` [rows, features].

        With `one_scale`, all columns get the root of their mean variance.
        """
        constant = (inputs == inputs[0]).all(axis=0)
        mean = np.where(constant, inputs[0], inputs.mean(axis=0))
        centred = inputs - mean
        reach = np.where(constant, 1.0, np.abs(centred).max(axis=0))
        # squares of very small numbers would vanish: they are taken of shares of the largest
        scale = reach * np.sqrt(np.square(centred / reach).mean(axis=0))
        if one_scale:
            scale = np.full_like(scale, np.sqrt(np.square(scale).mean()))
        return cls(mean, np.where(scale > 0, scale, 1.0))

    def __call__(self, inputs: Array) -> Array:
        """Return (inputs - mean) / scale, [rows, features]."""
        standardised: Array = inputs - self.mean
        standardised /= self.scale  # in place: inputs may be large
        return standardised

    def inverse(self, standardised: Array) -> Array:
        """Return mean + scale * standardised: what `__call__` was given."""
        inputs: Array = self.mean + self.scale * standardised
        return inputs


def standardised(split: Split) -> tuple[Split, Standardiser]:
    """Bring every part to the scale of the training rows.

    Returns:
        The same parts with standardised inputs, and what to apply to any further inputs.

    Raises:
        ValueError: If inputs are users and items, which are names, not measurements.
    """
    if split.train.kind == "ratings":
        raise ValueError(f"Data set {split.train.name!r}: users and items have no scale.")
    measure = Standardiser.learned_from(split.train.inputs)

    def scaled(part: DataSet) -> DataSet:
        return replace(part, inputs=measure(part.inputs))

    validation = None if split.validation is None else scaled(split.validation)
    return Split(scaled(split.train), validation, scaled(split.test)), measure
