"""Running average of the parameters (exponential moving average).

The gradient of a small batch has noise. So the parameters move around a minimum without reaching
it, and their average is closer to it. The average makes the predictions; the steps do not use it:

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
    """An optimizer that also computes a running average of the parameters.

    Args:
        optimizer: The optimizer that takes the steps.
        decay: Share of the average that is kept at a step. The average covers about 1 / (1 - decay)
            steps. It covers fewer at first, so that the start soon has little weight.
        average: A copy of the parameters at the start; each step changes it.
        steps: Number of steps so far.
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
