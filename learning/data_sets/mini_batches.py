"""Mini-batches of a data set: scaled rows in random order, a few at a time."""

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
    """Return rows of a data set, by default all, as a batch for functions and losses.

    Targets of a regression become a column [rows, 1], like the predictions of a function with one
    output. Classes remain indices [rows]. Unlabelled rows are their own targets [rows, features].
    For ratings, users are the inputs [rows], and items select the output.
    """
    inputs, targets = data.inputs[rows], data.targets
    if targets is None:
        return Batch(inputs, inputs)
    if data.kind == "ratings":
        return Batch(inputs[:, 0], targets[rows], select=inputs[:, 1])
    return Batch(inputs, targets[rows] if data.kind == "classification" else targets[rows, None])


def drawn(data: DataSet, samples: int, seed: int) -> DataSet:
    """Return `samples` rows in their own order; if they are not all, they are drawn at random."""
    if samples >= len(data):
        return data
    order = np.random.default_rng(seed).permutation(len(data))
    return data.take(np.sort(order[:samples]))


class MiniBatches:
    """Epochs of a data set: each epoch draws every row once, in a new order.

    Batches have `size` rows; only the last batch of an epoch may have fewer. So no batch contains a
    row twice. Interruptions of learning do not change the batches.

    Args:
        data: The data set.
        size: Rows of a batch.
        generator: Draws one permutation at the start of each epoch; None to keep the order of the
            rows.

    Attributes:
        order: Order of the rows in this epoch; empty without a generator. Shape [rows].
        drawn: Number of rows drawn so far.
        surplus: Rows drawn beyond the requested number, because batches are drawn whole.

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

        The last batch may draw up to `size - 1` rows more. The next call then draws fewer. So two
        calls with 500 rows give the same batches as one call with 1,000.
        """
        left = samples - self.surplus
        self.surplus = max(0, -left)
        while left > 0:
            batch = self._next()
            left -= len(batch)
            self.surplus = max(0, -left)
            yield batch

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
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
    """standardised = (input - mean) / scale, for each column; it is a part of the model.

    Mean and scale are computed once, from the training rows, and saved with the model. So no
    information about validation rows and test rows reaches the learner.

    Args:
        mean: Mean of each column, in its own units. Shape [features].
        scale: Standard deviation of each column (divided by rows, not rows - 1), in its own units;
            1 for a constant column, which becomes 0. Shape [features].
    """

    mean: Annotated[Array, Finite]
    scale: Annotated[Array, Positive]

    @classmethod
    def learned_from(cls, inputs: Array, one_scale: bool = False) -> Standardiser:
        """Compute mean and scale of the columns of `inputs` [rows, features].

        With `one_scale`, all columns have the same scale: the root of their mean variance.
        """
        constant = (inputs == inputs[0]).all(axis=0)
        mean = np.where(constant, inputs[0], inputs.mean(axis=0))
        centred = inputs - mean
        reach = np.where(constant, 1.0, np.abs(centred).max(axis=0))
        # Squares of very small numbers would become 0, so they are divided by the largest first.
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
        """Return mean + scale * standardised: the reverse of `__call__`."""
        inputs: Array = self.mean + self.scale * standardised
        return inputs


def standardised(split: Split) -> tuple[Split, Standardiser]:
    """Scale all parts of a split by mean and deviation of its training rows.

    Returns:
        The parts with standardised inputs, and the standardiser for further inputs.

    Raises:
        ValueError: If the inputs are users and items, because these are names.
    """
    if split.train.kind == "ratings":
        raise ValueError(f"Data set {split.train.name!r}: users and items have no scale.")
    measure = Standardiser.learned_from(split.train.inputs)

    def scaled(part: DataSet) -> DataSet:
        return replace(part, inputs=measure(part.inputs))

    validation = None if split.validation is None else scaled(split.validation)
    return Split(scaled(split.train), validation, scaled(split.test)), measure
