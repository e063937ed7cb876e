"""One step downhill, three ways. Every step changes the parameters in place."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Parameters

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64])


class Optimizer(Protocol):
    """parameters <- parameters - learning_rate * (something made of the gradient)."""

    @property
    def learning_rate(self) -> float:
        """The usual step size."""
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

    def state(self) -> dict[str, Any]:
        """Return what the next step depends on, as arrays and JSON values."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned."""
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

    def state(self) -> dict[str, Any]:
        """Return nothing: plain descent remembers nothing."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""


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

    def state(self) -> dict[str, Any]:
        """Return the velocities."""
        return {f"velocity.{name}": array.copy() for name, array in self.velocity.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the velocities back."""
        self.velocity = {name.split(".", 1)[1]: array.copy() for name, array in state.items()}


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
    steps: int = 0
    mean: Parameters = field(default_factory=dict)
    square: Parameters = field(default_factory=dict)

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

    def state(self) -> dict[str, Any]:
        """Return the moments and the number of steps."""
        moments = {"mean": self.mean, "square": self.square}
        arrays = {
            f"{kind}.{name}": array.copy()
            for kind in moments
            for name, array in moments[kind].items()
        }
        return {"steps": self.steps, **arrays}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the moments back."""
        self.steps, self.mean, self.square = int(state["steps"]), {}, {}
        for key, array in state.items():
            kind, _, name = key.partition(".")
            if name:
                getattr(self, kind)[name] = array.copy()


def _running(averages: Parameters, name: str, new: Array, decay: float) -> Array:
    """Change an average in place, and return it."""
    if name not in averages:
        averages[name] = np.zeros_like(new)
    average = averages[name]
    average *= decay
    average += (1 - decay) * new
    return average


def _dense(gradient: Gradient, optimizer: str) -> dict[str, Array]:
    for name, slope in gradient.items():
        if isinstance(slope, Rows):
            raise TypeError(
                f"{optimizer} keeps a moment for every cell, so it cannot take the sparse gradient "
                f"of {name!r}; use SGD, or Rows.dense()."
            )
    return gradient  # type: ignore[return-value]
