"""Unsupervised learning: nobody has given targets, so they are made of the inputs themselves.

Differs from supervised learning by its experience alone: each row is its own target, and what a
function must leave out of it, because it has too few numbers to say it with, is what it learns.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.data_sets.mini_batches import MiniBatches, batch_of
from spielfeld.learning.optimizer import SGD


class UnsupervisedLearner(DataLearner):
    """A function that learns to give back its inputs; subclasses say which function.

    Learns from rows of any kind but ratings; targets are not looked at.
    """

    tasks: ClassVar[tuple[str, ...]] = ("reconstruction",)

    def taught(self, data: DataSet) -> DataSet:
        """Return the rows.

        Raises:
            ValueError: If they are ratings.
        """
        if data.kind == "ratings":
            raise ValueError(
                f"{type(self).__name__} learns from measurements, but data set {data.name!r} is "
                "for ratings: users and items are names."
            )
        return data

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows as the function takes them, without their targets."""
        inputs = self.measures["inputs"](data.inputs)
        return DataSet(data.name, "unlabelled", inputs, feature_names=data.feature_names)

    def answer(self, outputs: Array) -> Array:
        """Return reconstructions [rows, features] in the units of the inputs."""
        return self.measures["inputs"].inverse(outputs)

    def weight_decay(self, rows: int) -> float:
        """Return 0: nothing decays."""
        return 0.0


class BatchLearner(UnsupervisedLearner):
    """An unsupervised learner whose steps need no learning rate; subclasses write `improve`.

    Unless its settings have a `batch_size` above 0, every step is made of all rows.
    """

    def improve(self, inputs: Array) -> float:
        """Change the parameters, and return the mean loss a row just before."""
        raise NotImplementedError

    def cost(self, inputs: Array) -> float:
        """Return the mean loss a row; changes nothing."""
        raise NotImplementedError

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows as the function takes them; not a copy, where they are that already."""
        if self.config.standardise or data.kind != "unlabelled":
            return super().prepared(data)
        return data

    def step(self, batch: Batch) -> None:
        """Improve the parameters, and record the loss just before."""
        self.note(self.improve(batch.inputs))

    def validation_loss(self, rows: Batch) -> float:
        """Return `cost` of rows that teach nothing."""
        return self.cost(rows.inputs)

    def _begin(self, data: DataSet) -> MiniBatches:
        start, order = np.random.default_rng(self.seed).spawn(2)
        self.measures = self.measured(data)
        rows = self.prepared(data)
        self.function, self.loss = self.make(rows, start)
        self.optimizer = SGD()  # which has nothing to remember
        size = getattr(self.config, "batch_size", 0)
        return MiniBatches(rows, size, order) if size else AllRows(rows, order)


class AllRows(MiniBatches):
    """All rows of a data set at every step, in their own order.

    Args:
        data: Where the rows come from.
        generator: Is not asked.
    """

    def __init__(self, data: DataSet, generator: np.random.Generator) -> None:
        super().__init__(data, len(data), generator)

    def _next(self) -> Batch:
        self._order = np.arange(len(self.data))
        self.drawn += len(self.data)
        return batch_of(self.data)
