"""Optimizers: rules that change parameters in place, one step for each gradient.

`SGD`, `Momentum` and `Adam` take the step. `WeightDecay` and `OneVector`, which clips gradients,
wrap one of them. A schedule decides how the learning rate falls during learning.
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
ALL = "all"  # name of the vector in `OneVector`


class Optimizer(Protocol):
    """parameters <- parameters - learning_rate * direction, computed from the gradient."""

    @property
    def learning_rate(self) -> float:
        """The usual learning rate."""
        ...

    def prepare(self, parameters: Parameters) -> None:
        """Make the missing arrays that steps on these parameters need.

        `step` also makes them. A state can only be restored into arrays that exist.
        """
        ...

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Change `parameters` in place.

        Args:
            parameters: Arrays by name.
            gradient: Arrays or `Rows` under the same names.
            learning_rate: A rate in place of the optimizer's own: one number, or one for each of
                `Rows`.

        Raises:
            TypeError: If this optimizer does not accept `Rows`.
        """
        ...

    def state(self) -> snapshot.State:
        """Return everything on which the next step depends, as arrays and JSON values."""
        ...

    def restore(self, state: Mapping[str, snapshot.Leaf], source: object = None) -> None:
        """Continue from a saved state, after `prepare`."""
        ...


def descend(parameter: Numbers, gradient: Numbers, learning_rate: Numbers | float) -> Numbers:
    """Return parameter - learning_rate * gradient: one step of gradient descent."""
    return parameter - learning_rate * gradient


@dataclass
class SGD:
    """Gradient descent; it is called stochastic if batches are drawn at random.

    It accepts `Rows`. Then it reads and writes only the cells in them.
    """

    learning_rate: float = 0.1

    saved: ClassVar[tuple[str, ...]] = ()
    state, restore = snapshot.state, snapshot.restore

    def prepare(self, parameters: Parameters) -> None:
        """Do nothing: SGD needs no arrays."""

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
    if len(slope.values) == 1:  # one cell, changed exactly as in a compiled loop
        parameter[slope.index] = descend(parameter[slope.index], slope.values, rate)
        return
    rates = np.asarray(rate)
    rates = rates.reshape(-1, *[1] * (slope.values.ndim - 1)) if rates.ndim else rates
    np.subtract.at(parameter, slope.index, rates * slope.values)


@dataclass
class Momentum:
    """Gradient descent with momentum: velocity <- momentum * velocity + gradient (Polyak, 1964)."""

    learning_rate: float = 0.1
    momentum: float = 0.9
    velocity: Parameters = field(default_factory=dict)

    saved: ClassVar[tuple[str, ...]] = ("velocity",)
    state, restore = snapshot.state, snapshot.restore

    def prepare(self, parameters: Parameters) -> None:
        """Make a velocity of 0 for each parameter without one."""
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
    """Adam: gradient descent scaled by running moments (Kingma & Ba, 2015, algorithm 1).

    mean and square are running averages of the gradient and its square. They begin at 0, so they
    are divided by 1 - decay^steps. The direction is mean / (sqrt(square) + stability).
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
        """Make moments of 0 for each parameter without them."""
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
            size += self.stability * root  # times root, like the rate
            parameters[name] -= rate * mean / size


def _running(averages: Parameters, name: str, new: Array, decay: float) -> Array:
    """Change a running average in place, and return it."""
    if name not in averages:
        averages[name] = np.zeros_like(new)
    average = averages[name]
    average *= decay
    average += (1 - decay) * new
    return average


def _prepare(kept: Parameters, arrays: Mapping[str, Array]) -> None:
    """Make an array of zeros for each of `arrays` without one."""
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
    """An optimizer around another one; subclasses change the gradient or observe the parameters.

    Args:
        optimizer: The optimizer that takes the steps.
    """

    saved: ClassVar[tuple[str, ...]] = ("optimizer",)
    optimizer: Optimizer
    state, restore = snapshot.state, snapshot.restore

    @property
    def learning_rate(self) -> float:
        """The usual learning rate of the inner optimizer."""
        return self.optimizer.learning_rate

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that the inner optimizer needs."""
        self.optimizer.prepare(parameters)


@dataclass
class WeightDecay(Wrapper):
    """Weight decay: a preference for small weights; biases do not decay.

    There are two forms, which are equal only for SGD:

    - Penalty (L2, ridge): the loss is J + decay / 2 * sum of weights^2. Its gradient, decay *
      weights, is added before the optimizer. So momentum contains it. Adam divides it by the size
      of the gradient, so weights with large gradients hardly decay.
    - Decoupled (Loshchilov & Hutter, 2019): weights <- (1 - learning_rate * decay) * weights, apart
      from the gradient. All weights decay at the same rate, but the steps minimise no loss.

    Use the penalty if the exact minimum matters (ridge regression), and decoupled decay with Adam.

    With `Rows`, only the cells of the batch decay. The penalty is then a mean over the batch, like
    J. Each row adds decay / 2 * (the squares of its cells).

    Args:
        optimizer: The optimizer that takes the steps.
        decay: Strength of the decay per unit of J; scikit-learn's ridge `alpha` is decay * rows.
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
            TypeError: If decay is decoupled and the gradient contains `Rows`.
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
                f"Decoupled decay moves every weight, but the gradient of {name!r} is sparse; "
                "use decoupled=False, which is the same for SGD."
            )


class OneVector(Wrapper):
    """Gradient clipping over all parameters, which the inner optimizer sees as one vector.

    gradient <- gradient * min(1, limit / |gradient|)

    A batch with a very large gradient then takes a step of limited length. The direction stays the
    same (Pascanu, Mikolov & Bengio, 2013).

    Args:
        optimizer: The optimizer that takes the steps.
        limit: Greatest length of the gradient of all parameters; 0 for no limit.
    """

    def __init__(self, optimizer: Optimizer, limit: float = 0.0) -> None:
        self.optimizer, self.limit = optimizer, limit

    def prepare(self, parameters: Parameters) -> None:
        """Make the arrays that the inner optimizer needs for the vector."""
        self.optimizer.prepare({ALL: _one(parameters)})

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`.

        Raises:
            TypeError: If the gradient contains `Rows`.
            ValueError: If the length of the gradient is not finite.
        """
        slope = np.concatenate([_flat(name, gradient[name]) for name in parameters])
        length = math.sqrt(slope @ slope)
        if not math.isfinite(length):
            raise ValueError("The gradient is no longer finite; choose a smaller learning_rate.")
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


# Schedules: large steps at first, small steps at the end. Each schedule is a plain function of the
# samples so far, the samples in total and the first learning rate. So it needs no saved state after
# a checkpoint. After `total` samples the rate stays at its last value.


def constant(samples: float, total: float, first: float) -> float:
    """Return the constant rate `first`."""
    return first


def linear(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on a straight line from `first` to `last`.

    >>> linear(75, 100, 0.5)
    0.125
    """
    return first + (last - first) * _progress(samples, total)


def cosine(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on half a cosine wave from `first` to `last`, flat at both ends.

    Source: Loshchilov & Hutter (2017), equation 5, without restarts.
    """
    return last + (first - last) * (1 + math.cos(math.pi * _progress(samples, total))) / 2


def step(samples: float, total: float, first: float, factor: float = 0.1, stages: int = 3) -> float:
    """Return `first`, multiplied by `factor` once for each complete stage.

    >>> [step(samples, 90, 1.0, factor=0.5) for samples in (0, 29, 30, 60, 90)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    return first * factor ** min(int(stages * _progress(samples, total)), stages - 1)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant, "linear": linear, "cosine": cosine, "step": step,
}  # fmt: skip


def linear_schedule(start: float, end: float, duration: float, samples: int) -> float:
    """Return a rate on a straight line from `start` to `end` over `duration` samples."""
    if samples >= duration:
        return end
    return start + (end - start) * samples / duration


def decayed_rate(rate: float, decay: float, visits: int) -> float:
    """Return rate / (1 + decay * (visits - 1)), the step size of a cell's `visits`-th update.

    With decay 0 the step size is constant, and the newest rewards always count most. With decay > 0
    the steps sum to infinity and their squares do not. Then noise averages out (Robbins & Monro,
    1951; Sutton & Barto, equation 2.7). Rate 1 and decay 1 give the sample average.
    """
    return rate / (1.0 + decay * (visits - 1))


def _progress(samples: float, total: float) -> float:
    return samples / total if samples < total else 1.0
