"""Learning from rows: a function steps downhill along mini-batches of a data set.

Differs from an agent by its experience alone: rows of a data set, drawn in random order, whose
targets were given by somebody, or are made of the inputs themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite, isnan
from typing import Any, ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_sets.checks import checked_inputs, require_kind, require_same_rows
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import MiniBatches, batch_of
from spielfeld.learning.data_sets.standardiser import Standardiser
from spielfeld.learning.descent import DecayConfig, make_optimizer
from spielfeld.learning.early_stopping import EarlyStopping
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss
from spielfeld.learning.resumable import ResumableLearner
from spielfeld.learning.schedule import SCHEDULES


class DataLearner(ResumableLearner):
    """A function that learns from rows; subclasses say which function and which loss.

    Function, optimizer and the scale of the inputs are made from the first rows that it is given:
    only they say how many features and classes there are.

    Args:
        config: Settings; see the subclass's `config_class`.
        seed: Of the weights at the start, and of the order of the rows.

    Attributes:
        tasks: What it can be judged by, of "classification", "regression", "ratings",
            "reconstruction", "clustering", "density" and "generation".
        measures: Scales learned from the training rows, by name: "inputs", and for some learners
            "targets". A part of the model: `predict` takes inputs in their own units.
    """

    tasks: ClassVar[tuple[str, ...]]
    config_class: ClassVar[type[Any]] = DecayConfig

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        super().__init__(self.config_class() if config is None else config, seed)
        self._validation: Batch | None = None
        self._rows: list[tuple[float, ...]] = []

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return the function to be learned from such data, at its start, and its loss."""
        raise NotImplementedError

    def answer(self, outputs: Array) -> Array:
        """Return what `predict` makes of the function's outputs [rows, outputs]."""
        raise NotImplementedError

    def taught(self, data: DataSet) -> DataSet:
        """Return rows as learners of this kind see them, targets included.

        Raises:
            ValueError: If they are not of the kind that is learned here.
        """
        require_kind(data, self.tasks, type(self).__name__)
        return data

    def measured(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the scales of the training rows; see `measures`."""
        if self.config.standardise:
            one_scale = getattr(self.config, "one_scale", False)
            return {"inputs": Standardiser.learned_from(data.inputs, one_scale)}
        return {"inputs": Standardiser(np.zeros(data.features), np.ones(data.features))}

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows as the function and the loss take them."""
        return replace(data, inputs=self.measures["inputs"](data.inputs))

    def weight_decay(self, rows: int) -> float:
        """Return how strongly weights decay when learned from so many rows; see `WeightDecay`."""
        return float(self.config.weight_decay)

    @property
    def predictor(self) -> Function:
        """The function that predicts: the one that learns, or with `patience` as it was at best."""
        return self._stopping.best or self.function

    @property
    def samples(self) -> int:
        """Rows drawn so far."""
        return self._batches.drawn if self._batches else 0

    def predict(self, inputs: Array) -> Array:
        """Return numbers [rows], or class probabilities [rows, classes]; changes nothing.

        Args:
            inputs: In the units of the data set. Shape [rows, features].

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        inputs = self.measured_inputs(inputs)
        return self.answer(self.predictor(inputs))

    def measured_inputs(self, inputs: Array) -> Array:
        """Return inputs as the function takes them; see `predict`.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        inputs = checked_inputs(inputs, self._learned_from().features)
        return self.measures["inputs"](inputs)

    def _learned_from(self) -> DataSet:
        if self._data is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return self._data

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Step along `samples` more rows; of a `Split` only the training rows teach.

        Returns:
            A row for each step: "samples" drawn, "loss" of the batch just before the step, and
            where the split has a validation part, "validation_loss" of all of it, which is measured
            at the start and after each epoch, and stays as it is in between.

        Raises:
            ValueError: If rows are not of the kind that is learned here, are other rows than
                those that learning began with, or the loss has grown without limit.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # `record` says it in words
            return super().learn(source, samples)

    def experience(self, source: DataSet | Split, samples: int) -> Iterator[Batch]:
        """Yield mini-batches of the training rows, every row once an epoch, until patience ends."""
        batches = self._begun(source)
        if self._stopping.over:
            return
        for batch in batches.draw(samples):
            yield batch
            if self.samples % len(batches.data) == 0 and self._validation is not None:
                self._stopping.look(self.validation_loss(self._validation), self.function)
                self._rows[-1] = (*self._rows[-1][:2], self._stopping.loss)
                if self._stopping.over:
                    return

    def step_size(self, batch: Batch) -> float:
        """Return the learning rate that is scheduled for the rows drawn before this batch."""
        schedule = SCHEDULES[self.config.schedule]
        before = self.samples - len(batch)
        return schedule(before, self.config.schedule_samples, self.config.learning_rate)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Record the losses.

        Raises:
            ValueError: If the loss has grown without limit.
        """
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        if not isfinite(loss):
            raise ValueError(
                f"The loss is no longer finite after {self.samples} samples: choose a "
                f"learning_rate below {self.config.learning_rate}."
            )
        self.note(loss)

    def note(self, loss: float) -> None:
        """Write down the loss of a batch, and beside it that of the validation rows."""
        beside = () if self._validation is None else (self._stopping.loss,)
        self._rows.append((self.samples, loss, *beside))

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on rows that teach nothing."""
        return self.loss.value(self.function(rows.inputs, rows.select), rows.targets)

    def recorded(self) -> History:
        """Hand over the losses since the last call."""
        rows, self._rows = self._rows, []
        names = ("samples", "loss", "validation_loss")
        return History(**dict(zip(names, zip(*rows, strict=True), strict=False)))

    def _begun(self, source: DataSet | Split) -> MiniBatches:
        """Make what is missing from the first rows, and hold to these rows from then on."""
        given, held_back = (source, None) if isinstance(source, DataSet) else source[:2]
        train = self.taught(given)
        if self._data is None or self._batches is None:
            self._batches = self._begin(train)
            self._data = train
            self._stopping = EarlyStopping(getattr(self.config, "patience", 0))
        require_same_rows(self._data, train)
        self._validation = None
        if held_back is not None:
            self._validation = batch_of(self.prepared(self.taught(held_back)))
            if isnan(self._stopping.loss):
                if self._stopping.patience:
                    self._stopping.best, _ = self.make(train, np.random.default_rng(self.seed))
                self._stopping.look(self.validation_loss(self._validation), self.function)
        return self._batches

    def _begin(self, data: DataSet) -> MiniBatches:
        start, order = np.random.default_rng(self.seed).spawn(2)
        self.measures = self.measured(data)
        self.function, self.loss = self.make(data, start)
        self.optimizer = make_optimizer(self.config, self.weight_decay(len(data)))
        return MiniBatches(self.prepared(data), self.config.batch_size, order)
