"""Optimizers: one step downhill, which changes the parameters in place.

`SGD`, `Momentum` and `Adam` take the step. `WeightDecay` and `OneVector`, which clips gradients,
stand around one of them. A schedule says how the learning rate falls along the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Parameters
from spielfeld.snapshot import Counter

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])
Schedule = Callable[[float, float, float], float]
ScheduleName = Literal["constant", "linear", "cosine", "step"]
ALL = "all"  # the one parameter of `OneVector`


class Optimizer(Protocol):
    """parameters <- parameters - learning_rate * (something made of the gradient)."""

    @property
    def learning_rate(self) -> float:
        """The usual step size."""
        ...

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that steps on such parameters need, where they are missing.

        `step` does so by itself; a state can only be restored into arrays that are there.
        """
        ...

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Change `parameters` in place.

        Args:
            parameters: Arrays by name.
            gradient: Arrays or `Rows` under the same names.
            learning_rate: In place of the optimizer's own; one number, or one for each of `Rows`.

        Raises:
            TypeError: If this optimizer cannot take `Rows`.
        """
        ...

    def state(self) -> snapshot.State:
        """Return what the next step depends on, as arrays and JSON values."""
        ...

    def restore(self, state: Mapping[str, snapshot.Leaf], source: object = None) -> None:
        """Continue from what `state()` returned, after `prepare`."""
        ...


def descend(parameter: Numbers, gradient: Numbers, learning_rate: Numbers | float) -> Numbers:
    """Return parameter - learning_rate * gradient: one step downhill."""
    return parameter - learning_rate * gradient


@dataclass
class SGD:
    """Gradient descent; stochastic when the batches are drawn at random.

    Takes `Rows`: then only the cells that they name are read or written.
    """

    learning_rate: float = 0.1

    saved: ClassVar[tuple[str, ...]] = ()
    state, restore = snapshot.state, snapshot.restore

    def prepare(self, parameters: Parameters) -> None:
        """Nothing to make: plain descent remembers nothing."""

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`."""
        rate = self.learning_rate if learning_rate is None else learning_rate
        for name, slope in gradient.items():
            if isinstance(slope, Rows):
                _descend_rows(parameters[name], slope, rate)
            else:
                parameters[name][...] = descend(parameters[name], slope, rate)


def _descend_rows(parameter: Array, slope: Rows, rate: Array | float) -> None:
    if len(slope.values) == 1:  # one cell, exactly as a compiled loop would change it
        parameter[slope.index] = descend(parameter[slope.index], slope.values, rate)
        return
    rates = np.asarray(rate)
    rates = rates.reshape(-1, *[1] * (slope.values.ndim - 1)) if rates.ndim else rates
    np.subtract.at(parameter, slope.index, rates * slope.values)


@dataclass
class Momentum:
    """Heavy-ball descent: velocity <- momentum * velocity + gradient (Polyak, 1964)."""

    learning_rate: float = 0.1
    momentum: float = 0.9
    velocity: Parameters = field(default_factory=dict)

    saved: ClassVar[tuple[str, ...]] = ("velocity",)
    state, restore = snapshot.state, snapshot.restore

    def prepare(self, parameters: Parameters) -> None:
        """Make a velocity of 0 for each parameter that has none."""
        _prepare(self.velocity, parameters)

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`."""
        rate = self.learning_rate if learning_rate is None else learning_rate
        for name, slope in _dense(gradient, "Momentum").items():
            if name not in self.velocity:
                self.velocity[name] = np.zeros_like(slope)
            self.velocity[name] *= self.momentum
            self.velocity[name] += slope
            parameters[name] -= rate * self.velocity[name]


@dataclass
class Adam:
    """Descent scaled by running moments of the gradient (Kingma & Ba, 2015, algorithm 1).

    mean and square, the running averages of slope and slope^2, begin at 0 and are therefore divided
    by 1 - decay^steps; direction = mean / (sqrt(square) + stability).
    """

    learning_rate: float = 0.001
    mean_decay: float = 0.9
    square_decay: float = 0.999
    stability: float = 1e-8
    steps: Counter = 0
    mean: Parameters = field(default_factory=dict)
    square: Parameters = field(default_factory=dict)

    saved: ClassVar[tuple[str, ...]] = ("steps", "mean", "square")
    state, restore = snapshot.state, snapshot.restore

    def prepare(self, parameters: Parameters) -> None:
        """Make moments of 0 for each parameter that has none."""
        _prepare(self.mean, parameters)
        _prepare(self.square, parameters)

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`."""
        rate = self.learning_rate if learning_rate is None else learning_rate
        self.steps += 1
        root = math.sqrt(1 - self.square_decay**self.steps)
        rate = rate * root / (1 - self.mean_decay**self.steps)
        for name, slope in _dense(gradient, "Adam").items():
            mean = _running(self.mean, name, slope, self.mean_decay)
            size = np.sqrt(_running(self.square, name, slope * slope, self.square_decay))
            size += self.stability * root  # multiplied by root, as the rate is
            parameters[name] -= rate * mean / size


def _running(averages: Parameters, name: str, new: Array, decay: float) -> Array:
    """Change an average in place, and return it."""
    if name not in averages:
        averages[name] = np.zeros_like(new)
    average = averages[name]
    average *= decay
    average += (1 - decay) * new
    return average


def _prepare(kept: Parameters, arrays: Mapping[str, Array]) -> None:
    """Make an array of zeros for each of `arrays` that has none."""
    for name, array in arrays.items():
        if name not in kept:
            kept[name] = np.zeros_like(array)


def _dense(gradient: Gradient, optimizer: str) -> dict[str, Array]:
    for name, slope in gradient.items():
        if isinstance(slope, Rows):
            raise TypeError(
                f"{optimizer} keeps a moment for every cell, so it cannot take the sparse gradient "
                f"of {name!r}; use SGD, or Rows.dense()."
            )
    return gradient  # type: ignore[return-value]


class Wrapper:
    """An optimizer around another one: subclasses change what goes in, or look at what comes out.

    Args:
        optimizer: Takes the steps.
    """

    saved: ClassVar[tuple[str, ...]] = ("optimizer",)
    optimizer: Optimizer
    state, restore = snapshot.state, snapshot.restore

    @property
    def learning_rate(self) -> float:
        """The usual step size, which is the optimizer's."""
        return self.optimizer.learning_rate

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that the optimizer needs."""
        self.optimizer.prepare(parameters)


@dataclass
class WeightDecay(Wrapper):
    """Weight decay: prefer small weights; biases, by their name, stay free.

    It comes in two ways, which are the same for SGD and for nothing else:

    - As a penalty (L2, ridge): J + decay / 2 * sum of weights^2. Its slope, decay * weights, joins
      the gradient before the optimizer sees it, so momentum remembers it, and Adam divides it by
      the size of the gradient: weights with large gradients hardly decay.
    - Decoupled (Loshchilov & Hutter, 2019): weights <- (1 - learning_rate * decay) * weights, apart
      from the gradient. All weights decay at the same pace, but no J is minimised any more.

    Use the penalty where the minimum matters (ridge regression), decoupled decay with Adam.

    Of `Rows` only those in the batch decay: the penalty is the mean over the batch of decay / 2 *
    (the squared entries that each row touched), an average just as J is.

    Args:
        optimizer: Takes the steps.
        decay: How strongly, per unit of J; scikit-learn's ridge `alpha` is decay * rows.
        decoupled: Whether weights decay apart from the gradient.
    """

    optimizer: Optimizer
    decay: float
    decoupled: bool = False

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`.

        Raises:
            TypeError: If decay is decoupled and the gradient has `Rows`.
        """
        decaying = [name for name in gradient if "bias" not in name]
        if self.decoupled:
            rate = self.learning_rate if learning_rate is None else learning_rate
            _refuse_rows(gradient)
            for name in decaying:
                parameters[name] *= 1 - rate * self.decay
        else:
            penalised = {
                name: self._penalised(parameters[name], gradient[name]) for name in decaying
            }
            gradient = {**gradient, **penalised}
        self.optimizer.step(parameters, gradient, learning_rate)

    def _penalised(self, parameter: Array, slope: Array | Rows) -> Array | Rows:
        if isinstance(slope, Rows):
            share = self.decay / len(slope.values)
            return Rows(slope.index, slope.values + share * parameter[slope.index])
        return slope + self.decay * parameter


def _refuse_rows(gradient: Gradient) -> None:
    for name, slope in gradient.items():
        if isinstance(slope, Rows):
            raise TypeError(
                "Decoupled decay moves every weight, so it cannot take the sparse gradient of "
                f"{name!r}; use decoupled=False, which is the same for SGD."
            )


class OneVector(Wrapper):
    """An optimizer that sees all parameters as one vector, and clips the length of its gradient.

    gradient <- gradient * min(1, limit / |gradient|) keeps one strange batch from throwing the
    parameters far off, without changing the direction (Pascanu, Mikolov & Bengio, 2013).

    Args:
        optimizer: Takes the step.
        limit: Longest gradient allowed, over all parameters together; 0 for any.
    """

    def __init__(self, optimizer: Optimizer, limit: float = 0.0) -> None:
        self.optimizer, self.limit = optimizer, limit

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that the optimizer needs for the vector."""
        self.optimizer.prepare({ALL: _one(parameters)})

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`.

        Raises:
            TypeError: If a gradient is given as `Rows`.
            ValueError: If its length is no number, or too large for one.
        """
        slope = np.concatenate([_flat(name, gradient[name]) for name in parameters])
        length = math.sqrt(slope @ slope)
        if not math.isfinite(length):
            raise ValueError(
                "The gradient has grown beyond all numbers; a smaller learning_rate helps."
            )
        if self.limit and length > self.limit:
            slope *= self.limit / length
        vector = _one(parameters)
        self.optimizer.step({ALL: vector}, {ALL: slope}, learning_rate)
        begin = 0
        for parameter in parameters.values():
            parameter[...] = vector[begin : begin + parameter.size].reshape(parameter.shape)
            begin += parameter.size


def _one(parameters: Parameters) -> Array:
    return np.concatenate([parameter.ravel() for parameter in parameters.values()])


def _flat(name: str, slope: Array | Rows) -> Array:
    if isinstance(slope, Rows):
        raise TypeError(f"The sparse gradient of {name!r} does not fit one vector; use SGD.")
    return slope.ravel()


# Schedules: far steps at first, fine ones at the end. Each is a plain function of the samples
# learned from so far, the samples in total and the first learning rate, so that continuing after a
# checkpoint needs no memory. After `total` samples the rate stays as it is at the end.


def constant(samples: float, total: float, first: float) -> float:
    """Return `first`, always."""
    return first


def linear(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on a straight line from `first` to `last`.

    >>> linear(75, 100, 0.5)
    0.125
    """
    return first + (last - first) * _progress(samples, total)


def cosine(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on half a cosine wave from `first` to `last`: level at both ends.

    Source: Loshchilov & Hutter (2017), equation 5, without restarts.
    """
    return last + (first - last) * (1 + math.cos(math.pi * _progress(samples, total))) / 2


def step(samples: float, total: float, first: float, factor: float = 0.1, stages: int = 3) -> float:
    """Return `first`, multiplied by `factor` at the start of each of `stages` but the first.

    >>> [step(samples, 90, 1.0, factor=0.5) for samples in (0, 29, 30, 60, 90)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    return first * factor ** min(int(stages * _progress(samples, total)), stages - 1)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant, "linear": linear, "cosine": cosine, "step": step,
}  # fmt: skip


def linear_schedule(start: float, end: float, duration: float, samples: int) -> float:
    """Return a rate that goes from `start` to `end` in `duration` samples, then stays."""
    if samples >= duration:
        return end
    return start + (end - start) * samples / duration


def decayed_rate(rate: float, decay: float, visits: int) -> float:
    """Return rate / (1 + decay * (visits - 1)), the step size of a cell's `visits`-th update.

    With decay 0 it is constant, and the table keeps following the latest noise. With decay > 0 the
    steps sum to infinity and their squares do not, so noise averages out (Robbins & Monro, 1951;
    Sutton & Barto, equation 2.7). Rate 1 and decay 1 give the sample average.
    """
    return rate / (1.0 + decay * (visits - 1))


def _progress(samples: float, total: float) -> float:
    return samples / total if samples < total else 1.0
