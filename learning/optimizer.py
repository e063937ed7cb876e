"""One step downhill, three ways. Every step changes the parameters in place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Parameters
from spielfeld.snapshot import Counter

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])


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

    def restore(self, state: Mapping[str, Any], source: Any = None) -> None:
        """Continue from what `state()` returned, after `prepare`."""
        ...


def descend(parameter: Numbers, gradient: Numbers, learning_rate: Numbers) -> Numbers:
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
        rate: Any = self.learning_rate if learning_rate is None else learning_rate
        for name, slope in gradient.items():
            if isinstance(slope, Rows):
                _descend_rows(parameters[name], slope, rate)
            else:
                parameters[name][...] = descend(parameters[name], slope, rate)


def _descend_rows(parameter: Array, slope: Rows, rate: Any) -> None:
    if len(slope.values) == 1:  # one cell, exactly as a compiled loop would change it
        parameter[slope.index] = descend(parameter[slope.index], slope.values, rate)
        return
    rate = np.asarray(rate)
    rate = rate.reshape(-1, *[1] * (slope.values.ndim - 1)) if rate.ndim else rate
    np.subtract.at(parameter, slope.index, rate * slope.values)


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
        rate: Any = self.learning_rate if learning_rate is None else learning_rate
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
        rate: Any = self.learning_rate if learning_rate is None else learning_rate
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
