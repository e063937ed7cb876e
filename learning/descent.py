"""Settings of descent in mini-batches, and the optimizer that they name."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from learning.optimizer import SGD, Adam, Momentum, Optimizer
from learning.weight_decay import WeightDecay

OPTIMIZERS: dict[str, type[SGD | Momentum | Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adam": Adam,
}


@dataclass(frozen=True)
class DescentConfig:
    """Settings of descent in mini-batches.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    learning_rate: float = 0.1
    """Step size, above 0."""
    batch_size: int = 32
    """Rows of a step; as many as there are, or more, is descent on all rows at once."""
    optimizer: str = "sgd"
    """sgd, momentum or adam."""
    standardise: bool = True
    """Bring every feature to mean 0 and standard deviation 1, as measured on the training rows."""

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < inf:
            raise ValueError(f"learning_rate must be above 0 and finite, not {self.learning_rate}.")
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, not {self.batch_size}.")
        if self.optimizer not in OPTIMIZERS:
            choices = ", ".join(OPTIMIZERS)
            raise ValueError(f"There is no optimizer {self.optimizer!r}: choose one of {choices}.")


@dataclass(frozen=True)
class DecayConfig(DescentConfig):
    """Settings of descent in mini-batches that prefers small weights."""

    weight_decay: float = 0.0
    """J + weight_decay / 2 * sum of squared weights is minimised; biases are free. 0 or more."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.weight_decay < inf:
            raise ValueError(f"weight_decay must be 0 or more, not {self.weight_decay}.")


def make_optimizer(config: DescentConfig, weight_decay: float) -> Optimizer:
    """Return a fresh optimizer of the kind that `config` names, with weight decay if above 0."""
    optimizer = OPTIMIZERS[config.optimizer](learning_rate=config.learning_rate)
    return WeightDecay(optimizer, weight_decay) if weight_decay else optimizer
