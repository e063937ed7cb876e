"""Learners by gradient descent: the training loop, and its use on mini-batches of a data set.

`GradientLearner` has the loop: `for batch in experience: step(batch)`. In `DataLearner`, the
experience is the rows of a data set in random order. In supervised learning the data set has
targets. In unsupervised learning each row is its own target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite
from typing import Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_sets.data_set import (
    DataSet,
    Split,
    checked_inputs,
    require_kind,
    require_same_rows,
)
from spielfeld.learning.data_sets.mini_batches import MiniBatches, Standardiser, batch_of
from spielfeld.learning.function import Function
from spielfeld.learning.logits import softmax
from spielfeld.learning.loss import Loss
from spielfeld.learning.optimizer import (
    SCHEDULES,
    SGD,
    Adam,
    Momentum,
    Optimizer,
    ScheduleName,
    WeightDecay,
)
from spielfeld.settings import Count, Positive, Whole, settings, settings_of
from spielfeld.snapshot import Counter, Fixed

OptimizerName = Literal["sgd", "momentum", "adam"]
OPTIMIZERS: dict[str, type[SGD | Momentum | Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adam": Adam,
}


class GradientLearner:
    """A learner made of function, loss, optimizer and experience; methods differ in the experience.

    Subclasses write `experience`; agents also write `act`. `learn` continues after its last call.
    So two calls with 500 samples have the same result as one call with 1,000.
    """

    function: Function
    loss: Loss
    optimizer: Optimizer

    def predict(self, inputs: Array) -> Array:
        """Return phi(inputs), [rows, outputs]; the learner does not change."""
        return self.function(inputs)

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Yield batches with targets; each is made with the parameters at that time.

        Args:
            source: A data set or an environment.
            samples: Number of rows to draw, or of environment steps to take.
        """
        raise NotImplementedError

    def step(self, batch: Batch) -> None:
        """Take one step of the optimizer: parameters <- parameters - learning_rate * gradient."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        self.record(batch, prediction)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        self.optimizer.step(self.function.parameters, backward(upstream), self.step_size(batch))

    def record(self, batch: Batch, prediction: Array) -> None:
        """Record the prediction of a batch before the step; by default nothing is recorded."""

    def step_size(self, batch: Batch) -> Array | float | None:
        """Return a learning rate for this batch or for each row; None for the usual one."""
        return None

    def learn(self, source: Any, samples: int) -> History:
        """Learn from `samples` environment steps or rows; return their history."""
        for batch in self.experience(source, samples):
            self.step(batch)
        return self.recorded()

    def recorded(self) -> History:
        """Return the rows of the history since the last call."""
        return History()


@settings
class DescentConfig:
    """Settings of gradient descent with mini-batches."""

    learning_rate: Positive = 0.1
    """Learning rate, above 0."""
    batch_size: Count = 32
    """Rows of one step; a number of all rows or more means gradient descent on all rows at once."""
    optimizer: OptimizerName = "sgd"
    """sgd, momentum or adam."""
    standardise: bool = True
    """Scale every feature to mean 0 and standard deviation 1 of the training rows."""
    one_scale: bool = False
    """Divide all features by the same number, so that features of small variance stay small."""
    schedule: ScheduleName = "constant"
    """Course of the learning rate: constant, linear, cosine or step."""
    schedule_samples: Count = 100_000
    """Rows drawn until the learning rate reaches its end; 1 or more."""
    patience: Whole = 0
    """Early stopping: learning ends after so many epochs without a lower loss on the validation
    rows. The parameters of the lowest loss then predict. 0 for no early stopping."""


class DataLearner(GradientLearner):
    """A learner from rows of a data set; subclasses choose the function and the loss.

    Function, optimizer and scales are made at the first call of `learn`. They depend on the numbers
    of features and classes, which only the rows show.

    Args:
        config: Settings; see the subclass's `config_class`.
        seed: Seed of the weights at the start and of the order of the rows.
        **words: Settings by name, such as `learning_rate=0.1`; they replace those of `config`.

    Attributes:
        tasks: Tasks that can score the learner: "classification", "regression", "ratings",
            "reconstruction", "clustering", "density" and "generation".
        own_targets: Whether each row is its own target, as in unsupervised learning. Then rows of
            any kind except ratings are allowed, and their targets are ignored.
        scales_targets: Whether targets that are numbers are standardised like the inputs. So one
            learning rate suits all units.
        measures: Scales learned from the training rows, by name: "inputs", and for some learners
            "targets". They are part of the model, so `predict` takes inputs in their own units.
    """

    tasks: ClassVar[tuple[str, ...]]
    own_targets: ClassVar[bool] = False
    scales_targets: ClassVar[bool] = False
    config_class: ClassVar[type[Any]] = DescentConfig
    saved: ClassVar[tuple[str, ...]] = (
        "rows_digest", "function", "optimizer", "measures", "stopping", "batches",
    )  # fmt: skip
    measures: dict[str, Standardiser]
    stopping: EarlyStopping
    batches: MiniBatches
    state, restore = snapshot.state, snapshot.restore

    def __init__(self, config: object = None, seed: int = 0, **words: object) -> None:
        self.config = settings_of(self.config_class, config, words)
        self.seed = seed
        self._data: DataSet | None = None  # the training rows after the first call of `learn`
        self._validation: Batch | None = None
        self._rows: list[tuple[float, ...]] = []

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return the function for such data at its start, and its loss."""
        raise NotImplementedError

    def to_predictions(self, outputs: Array) -> Array:
        """Return the predictions for outputs of the function [rows, outputs].

        If rows are their own targets, these are reconstructions [rows, features] in the units of
        the inputs. Otherwise they are numbers [rows] in the unit of the target, or class
        probabilities [rows, classes].
        """
        if self.own_targets:
            return self.measures["inputs"].inverse(outputs)
        if "targets" in self.measures:
            return self.measures["targets"].inverse(outputs)[:, 0]
        return softmax(outputs) if self._learned_from().class_names else outputs[:, 0]

    def usable_rows(self, data: DataSet) -> DataSet:
        """Return the rows as this learner uses them, with targets.

        Raises:
            ValueError: If this learner cannot learn from rows of this kind.
        """
        if not self.own_targets:
            require_kind(data, self.tasks, type(self).__name__)
        elif data.kind == "ratings":
            raise ValueError(
                f"{type(self).__name__} learns from measurements, but data set {data.name!r} is "
                "for ratings: users and items are names."
            )
        return data

    def scales_of(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the scales of the training rows; see `measures`."""
        inputs = Standardiser(np.zeros(data.features), np.ones(data.features))
        if self.config.standardise:
            one_scale = isinstance(self.config, DescentConfig) and self.config.one_scale
            inputs = Standardiser.learned_from(data.inputs, one_scale)
        if not self.scales_targets or data.kind != "regression":
            return {"inputs": inputs}
        targets = np.asarray(data.targets)[:, None]
        return {"inputs": inputs, "targets": Standardiser.learned_from(targets)}

    def scaled(self, data: DataSet) -> DataSet:
        """Return the rows on the scale of the function and the loss."""
        if self.own_targets and data.kind == "unlabelled" and not self.config.standardise:
            return data  # without a copy, because there may be many rows
        inputs = self.measures["inputs"](data.inputs)
        if not self.own_targets:
            targets = data.targets
            if "targets" in self.measures:
                targets = self.measures["targets"](np.asarray(targets)[:, None])[:, 0]
            return replace(data, inputs=inputs, targets=targets)
        return DataSet(data.name, "unlabelled", inputs, feature_names=data.feature_names)

    def weight_decay(self, rows: int) -> float:
        """Return the strength of weight decay for this number of training rows."""
        return self.config.weight_decay if isinstance(self.config, Decaying) else 0.0

    def make_optimizer(self, rows: int) -> Optimizer:
        """Return the optimizer for this number of training rows."""
        if isinstance(self.config, DescentConfig):
            return make_optimizer(self.config, self.weight_decay(rows))
        return SGD()  # for a learner that computes its own steps

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return the experience: mini-batches of scaled rows, shuffled by `generator`."""
        return MiniBatches(data, self.config.batch_size, generator)

    @property
    def predictor(self) -> Function:
        """The function that predicts: the learned one, or the best one with early stopping."""
        return self.stopping.best or self.function

    @property
    def samples(self) -> int:
        """Number of rows drawn so far."""
        return 0 if self._data is None else self.batches.drawn

    @cached_property
    def rows_digest(self) -> Annotated[str, Fixed()]:
        """Digest of the training rows; it must agree with that of a saved state."""
        data, digest = self._learned_from(), hashlib.sha256()
        for array in (data.inputs, data.targets):
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def predict(self, inputs: Array) -> Array:
        """Return numbers [rows], or class probabilities [rows, classes].

        Args:
            inputs: Inputs in the units of the data set. Shape [rows, features].

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = self.scaled_inputs(inputs)
        return self.to_predictions(self.predictor(inputs))

    def scaled_inputs(self, inputs: Array) -> Array:
        """Return the inputs on the scale of the function; see `predict`.

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        inputs = checked_inputs(inputs, self._learned_from().features)
        return self.measures["inputs"](inputs)

    def _learned_from(self) -> DataSet:
        if self._data is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return self._data

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Learn from `samples` more training rows of a data set or a `Split`.

        Returns:
            One row for each step: "samples" is the number of rows drawn. "loss" is the loss of the
            batch before the step. With validation rows, "validation_loss" is their loss. It is
            computed at the start and after each epoch.

        Raises:
            ValueError: If this learner cannot learn from rows of this kind. Also if the rows
                are not those of the first call, or the loss is no longer finite.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # `record` raises a clear error
            return super().learn(source, samples)

    def experience(self, source: DataSet | Split, samples: int) -> Iterator[Batch]:
        """Yield mini-batches of the training rows until early stopping; each row once per epoch."""
        self.prepare(source)
        if self.stopping.over:
            return
        for batch in self.batches.draw(samples):
            yield batch
            if self.samples % len(self.batches.data) == 0 and self._validation is not None:
                loss = self.validation_loss(self._validation)
                self.stopping.look(loss, self.function)
                self._rows[-1] = (*self._rows[-1][:2], loss)
                if self.stopping.over:
                    return

    def step_size(self, batch: Batch) -> float:
        """Return the learning rate after the rows drawn before this batch; see `schedule`."""
        schedule = SCHEDULES[self.config.schedule]
        before = self.samples - len(batch)
        return schedule(before, self.config.schedule_samples, self.config.learning_rate)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Record the losses of a batch.

        Raises:
            ValueError: If the loss is no longer finite.
        """
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        if not isfinite(loss):
            raise ValueError(
                f"The loss is no longer finite after {self.samples} samples: choose a "
                f"learning_rate below {self.config.learning_rate}."
            )
        self.note(loss)

    def note(self, loss: float) -> None:
        """Record the loss of a batch and the last loss of the validation rows."""
        known = self._validation is not None and self.stopping.loss is not None
        beside = (self.stopping.loss,) if known else ()
        self._rows.append((self.samples, loss, *beside))

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on validation rows."""
        return self.loss.value(self.function(rows.inputs, rows.select), rows.targets)

    def recorded(self) -> History:
        """Return the losses since the last call."""
        rows, self._rows = self._rows, []
        names = ("samples", "loss", "validation_loss")
        return History(**dict(zip(names, zip(*rows, strict=True), strict=False)))

    def prepare(self, source: DataSet | Split) -> None:
        """Make missing parts from the first rows, and require the same rows in later calls.

        Raises:
            ValueError: If this learner cannot learn from rows of this kind. Also if the rows
                are not those of the first call.
        """
        given, held_back = (source, None) if isinstance(source, DataSet) else source[:2]
        train = self.usable_rows(given)
        if self._data is None:
            self._begin(train)
            self._data = train
        require_same_rows(self._data, train)
        self._validation = None
        if held_back is not None:
            self._validation = batch_of(self.scaled(self.usable_rows(held_back)))
            if self.stopping.loss is None:
                if self.stopping.patience:
                    self.stopping.best, _ = self.make(train, np.random.default_rng(self.seed))
                self.stopping.look(self.validation_loss(self._validation), self.function)

    def _begin(self, data: DataSet) -> None:
        start, order = np.random.default_rng(self.seed).spawn(2)
        self.measures = self.scales_of(data)
        self.batches = self.make_batches(self.scaled(data), order)
        self.function, self.loss = self.make(data, start)
        self.optimizer = self.make_optimizer(len(data))
        self.optimizer.prepare(self.function.parameters)
        descent = isinstance(self.config, DescentConfig)
        self.stopping = EarlyStopping(self.config.patience if descent else 0)


@dataclass
class EarlyStopping:
    """Early stopping: an end of learning before the function fits the noise of the training rows.

    The loss on the validation rows is computed once per epoch. The parameters with the lowest loss
    are kept. Learning ends after `patience` epochs without a lower loss.

    Source: Prechelt (1998), "Early stopping - but when?", criterion UP with strips of one epoch.

    Args:
        patience: Epochs without a lower loss until learning ends; 0 for no early stopping.
        best: Function with the parameters of the lowest loss; None to keep none.
        loss: The last loss; None before the first one.
        least: The lowest loss so far; None before the first one.
        waited: Epochs since the lowest loss.
    """

    saved: ClassVar[tuple[str, ...]] = ("best", "loss", "least", "waited")
    patience: int = 0
    best: Function | None = None
    loss: float | None = None
    least: float | None = None
    waited: Counter = 0

    @property
    def over(self) -> bool:
        """Whether learning has ended."""
        return 0 < self.patience <= self.waited

    def look(self, loss: float, function: Function) -> None:
        """Record the loss after an epoch; keep the parameters if it is the lowest one."""
        better = loss < (inf if self.least is None else self.least)
        self.loss, self.least = loss, loss if better else self.least
        self.waited = 0 if better else self.waited + 1
        if better and self.best is not None:
            for name, parameter in self.best.parameters.items():
                parameter[...] = function.parameters[name]


@runtime_checkable
class Decaying(Protocol):
    """Settings with `weight_decay`: the loss is J + weight_decay / 2 * sum of squared weights."""

    @property
    def weight_decay(self) -> float:
        """Strength of weight decay; biases do not decay."""
        ...


def make_optimizer(config: DescentConfig, weight_decay: float) -> Optimizer:
    """Return a new optimizer of the kind in `config`, with weight decay if it is above 0."""
    optimizer = OPTIMIZERS[config.optimizer](learning_rate=config.learning_rate)
    return WeightDecay(optimizer, weight_decay) if weight_decay else optimizer
