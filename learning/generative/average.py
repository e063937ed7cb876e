"""A running average of the parameters, which is better than any of those that it is made of.

Steps on small batches, each with noise of its own, circle around a minimum and never arrive; their
average lies closer to it. It is used where predictions count, and the steps know nothing of it:

    average <- average + (1 - decay) (parameters - average)

Source: Polyak & Juditsky (1992); in diffusion models since Ho, Jain & Abbeel (2020), section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Parameters
from spielfeld.learning.optimizer import Optimizer, Wrapper
from spielfeld.snapshot import Counter


@dataclass
class Averaged(Wrapper):
    """An optimizer that also remembers where the parameters have been on average.

    Args:
        optimizer: Takes the steps.
        decay: How much of the average is kept at a step: it reaches back 1 / (1 - decay) steps, at
            first less, so that the start is soon forgotten.
        average: A copy of the parameters at the start; moves with them.
        steps: How many were taken.
    """

    optimizer: Optimizer
    decay: float
    average: Parameters
    steps: Counter = 0

    saved: ClassVar[tuple[str, ...]] = ("optimizer", "average", "steps")

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step, and move the average; see `Optimizer`."""
        self.optimizer.step(parameters, gradient, learning_rate)
        self.steps += 1
        share = 1 - min(self.decay, self.steps / (10 + self.steps))
        for name, parameter in parameters.items():
            self.average[name] += share * (parameter - self.average[name])
