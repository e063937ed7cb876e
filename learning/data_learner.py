"""Learning by gradient descent, and from rows: steps downhill along mini-batches of a data set.

`GradientLearner` is the loop: `for batch in experience: step(batch)`. `DataLearner` fills it with
rows of a data set in random order. In supervised learning their targets are given; in unsupervised
learning each row is its own target.
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
    """A function, a loss, an optimizer, and experience: all kinds of learning differ in the last.

    Subclasses write `experience`, and agents `act` as well. `learn` continues where the last call
    stopped: learning 2 x 500 samples is learning 1,000.
    """

    function: Function
    loss: Loss
    optimizer: Optimizer

    def predict(self, inputs: Array) -> Array:
        """Return phi(inputs), [rows, outputs]; changes nothing."""
        return self.function(inputs)

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Yield batches with their targets, made with the parameters as they are at that moment.

        Args:
            source: A data set or an environment.
            samples: How many rows to draw, or environment steps to take.
        """
        raise NotImplementedError

    def step(self, batch: Batch) -> None:
        """Take one step downhill: parameters <- parameters - learning_rate * gradient."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        self.record(batch, prediction)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        self.optimizer.step(self.function.parameters, backward(upstream), self.step_size(batch))

    def record(self, batch: Batch, prediction: Array) -> None:
        """Look at what a batch was predicted to be, just before the step; for records."""

    def step_size(self, batch: Batch) -> Array | float | None:
        """Return a learning rate for this batch, one number or one a row; None for the usual."""
        return None

    def learn(self, source: Any, samples: int) -> History:
        """Step along `samples` of experience; returns what was recorded meanwhile."""
        for batch in self.experience(source, samples):
            self.step(batch)
        return self.recorded()

    def recorded(self) -> History:
        """Hand over what was recorded since the last call."""
        return History()


@settings
class DescentConfig:
    """Settings of descent in mini-batches."""

    learning_rate: Positive = 0.1
    """Step size, above 0."""
    batch_size: Count = 32
    """Rows of a step; as many as there are, or more, is descent on all rows at once."""
    optimizer: OptimizerName = "sgd"
    """sgd, momentum or adam."""
    standardise: bool = True
    """Bring every feature to mean 0 and standard deviation 1, as measured on the training rows."""
    one_scale: bool = False
    """Divide all features by one number, so that what hardly varies stays small."""
    schedule: ScheduleName = "constant"
    """How the learning rate falls: constant, linear, cosine or step."""
    schedule_samples: Count = 100_000
    """Rows drawn until the learning rate has fallen all the way; 1 or more."""
    patience: Whole = 0
    """Epochs without a lower loss on the validation rows, if there are any, after which learning is
    over and its best parameters predict; 0 to go on."""


class DataLearner(GradientLearner):
    """A function that learns from rows; subclasses say which function and which loss.

    Function, optimizer and the scale of the inputs are made from the first rows that it is given:
    only they say how many features and classes there are.

    Args:
        config: Settings; see the subclass's `config_class`.
        seed: Of the weights at the start, and of the order of the rows.
        **words: Settings by name, such as `learning_rate=0.1`, in place of those of `config`.

    Attributes:
        tasks: What it can be judged by, of "classification", "regression", "ratings",
            "reconstruction", "clustering", "density" and "generation".
        own_targets: Whether each row is its own target, as in unsupervised learning: then rows of
            any kind but ratings will do, and their targets are not looked at.
        scales_targets: Whether targets that are numbers are standardised like the inputs, so that
            one learning rate suits whatever unit they come in.
        measures: Scales learned from the training rows, by name: "inputs", and for some learners
            "targets". A part of the model: `predict` takes inputs in their own units.
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
        self._data: DataSet | None = None  # the training rows, once there are some
        self._validation: Batch | None = None
        self._rows: list[tuple[float, ...]] = []

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return the function to be learned from such data, at its start, and its loss."""
        raise NotImplementedError

    def answer(self, outputs: Array) -> Array:
        """Return what `predict` makes of the function's outputs [rows, outputs].

        Reconstructions [rows, features] in the units of the inputs where rows are their own
        targets; else numbers [rows] in units of the target, or class probabilities [rows, classes].
        """
        if self.own_targets:
            return self.measures["inputs"].inverse(outputs)
        if "targets" in self.measures:
            return self.measures["targets"].inverse(outputs)[:, 0]
        return softmax(outputs) if self._learned_from().class_names else outputs[:, 0]

    def taught(self, data: DataSet) -> DataSet:
        """Return rows as learners of this kind see them, targets included.

        Raises:
            ValueError: If they are not of the kind that is learned here.
        """
        if not self.own_targets:
            require_kind(data, self.tasks, type(self).__name__)
        elif data.kind == "ratings":
            raise ValueError(
                f"{type(self).__name__} learns from measurements, but data set {data.name!r} is "
                "for ratings: users and items are names."
            )
        return data

    def measured(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the scales of the training rows; see `measures`."""
        inputs = Standardiser(np.zeros(data.features), np.ones(data.features))
        if self.config.standardise:
            one_scale = isinstance(self.config, DescentConfig) and self.config.one_scale
            inputs = Standardiser.learned_from(data.inputs, one_scale)
        if not self.scales_targets or data.kind != "regression":
            return {"inputs": inputs}
        targets = np.asarray(data.targets)[:, None]
        return {"inputs": inputs, "targets": Standardiser.learned_from(targets)}

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows as the function and the loss take them: on one scale."""
        if self.own_targets and data.kind == "unlabelled" and not self.config.standardise:
            return data  # not a copy, since rows may be many
        inputs = self.measures["inputs"](data.inputs)
        if not self.own_targets:
            targets = data.targets
            if "targets" in self.measures:
                targets = self.measures["targets"](np.asarray(targets)[:, None])[:, 0]
            return replace(data, inputs=inputs, targets=targets)
        return DataSet(data.name, "unlabelled", inputs, feature_names=data.feature_names)

    def weight_decay(self, rows: int) -> float:
        """Return how strongly weights decay when learned from so many rows; see `WeightDecay`."""
        return self.config.weight_decay if isinstance(self.config, Decaying) else 0.0

    def make_optimizer(self, rows: int) -> Optimizer:
        """Return the optimizer that takes the steps, for so many training rows."""
        if isinstance(self.config, DescentConfig):
            return make_optimizer(self.config, self.weight_decay(rows))
        return SGD()  # of a learner whose steps are its own

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return the experience: mini-batches of prepared rows, which `generator` shuffles."""
        return MiniBatches(data, self.config.batch_size, generator)

    @property
    def predictor(self) -> Function:
        """The function that predicts: the one that learns, or with `patience` as it was at best."""
        return self.stopping.best or self.function

    @property
    def samples(self) -> int:
        """Rows drawn so far."""
        return 0 if self._data is None else self.batches.drawn

    @cached_property
    def rows_digest(self) -> Annotated[str, Fixed()]:
        """A digest of the training rows, in which a saved state must agree."""
        data, digest = self._learned_from(), hashlib.sha256()
        for array in (data.inputs, data.targets):
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

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
        known = self._validation is not None and self.stopping.loss is not None
        beside = (self.stopping.loss,) if known else ()
        self._rows.append((self.samples, loss, *beside))

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on rows that teach nothing."""
        return self.loss.value(self.function(rows.inputs, rows.select), rows.targets)

    def recorded(self) -> History:
        """Hand over the losses since the last call."""
        rows, self._rows = self._rows, []
        names = ("samples", "loss", "validation_loss")
        return History(**dict(zip(names, zip(*rows, strict=True), strict=False)))

    def prepare(self, source: DataSet | Split) -> None:
        """Make what is missing from the first rows, and hold to these rows from then on.

        Raises:
            ValueError: If rows are not of the kind that is learned here, or are other rows than
                those that learning began with.
        """
        given, held_back = (source, None) if isinstance(source, DataSet) else source[:2]
        train = self.taught(given)
        if self._data is None:
            self._begin(train)
            self._data = train
        require_same_rows(self._data, train)
        self._validation = None
        if held_back is not None:
            self._validation = batch_of(self.prepared(self.taught(held_back)))
            if self.stopping.loss is None:
                if self.stopping.patience:
                    self.stopping.best, _ = self.make(train, np.random.default_rng(self.seed))
                self.stopping.look(self.validation_loss(self._validation), self.function)

    def _begin(self, data: DataSet) -> None:
        start, order = np.random.default_rng(self.seed).spawn(2)
        self.measures = self.measured(data)
        self.batches = self.make_batches(self.prepared(data), order)
        self.function, self.loss = self.make(data, start)
        self.optimizer = self.make_optimizer(len(data))
        self.optimizer.prepare(self.function.parameters)
        descent = isinstance(self.config, DescentConfig)
        self.stopping = EarlyStopping(self.config.patience if descent else 0)


@dataclass
class EarlyStopping:
    """Early stopping: no further steps that only fit the noise of the training rows.

    Once an epoch the loss on the validation rows is measured. The parameters of its lowest point
    are kept, and after `patience` epochs without a lower one learning is over.

    Source: Prechelt (1998), "Early stopping - but when?", criterion UP with strips of one epoch.

    Args:
        patience: Epochs without a lower loss after which learning is over; 0 for never.
        best: Keeps the parameters of the lowest loss; None to keep none.
        loss: As measured last; None before.
        least: The lowest so far; None before.
        waited: Epochs since then.
    """

    saved: ClassVar[tuple[str, ...]] = ("best", "loss", "least", "waited")
    patience: int = 0
    best: Function | None = None
    loss: float | None = None
    least: float | None = None
    waited: Counter = 0

    @property
    def over(self) -> bool:
        """Whether patience is at its end."""
        return 0 < self.patience <= self.waited

    def look(self, loss: float, function: Function) -> None:
        """Take note of the loss after another epoch; keep the parameters if it is the lowest."""
        better = loss < (inf if self.least is None else self.least)
        self.loss, self.least = loss, loss if better else self.least
        self.waited = 0 if better else self.waited + 1
        if better and self.best is not None:
            for name, parameter in self.best.parameters.items():
                parameter[...] = function.parameters[name]


@runtime_checkable
class Decaying(Protocol):
    """Settings with `weight_decay`: J + weight_decay / 2 * sum of squared weights is minimised."""

    @property
    def weight_decay(self) -> float:
        """How strongly weights decay; biases are free."""
        ...


def make_optimizer(config: DescentConfig, weight_decay: float) -> Optimizer:
    """Return a fresh optimizer of the kind that `config` names, with weight decay if above 0."""
    optimizer = OPTIMIZERS[config.optimizer](learning_rate=config.learning_rate)
    return WeightDecay(optimizer, weight_decay) if weight_decay else optimizer
