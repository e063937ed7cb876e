"""Settings of descent in mini-batches, and the optimizer that they name."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from spielfeld.learning.optimizer import SGD, Adam, Momentum, Optimizer
from spielfeld.learning.schedule import SCHEDULES
from spielfeld.learning.weight_decay import WeightDecay

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
    one_scale: bool = False
    """Divide all features by one number, so that what hardly varies stays small."""
    schedule: str = "constant"
    """How the learning rate falls: constant, linear, cosine or step."""
    schedule_samples: int = 100_000
    """Rows drawn until the learning rate has fallen all the way; 1 or more."""
    patience: int = 0
    """Epochs without a lower loss on the validation rows, if there are any, after which learning is
    over and its best parameters predict; 0 to go on."""

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < inf:
            raise ValueError(f"learning_rate must be above 0 and finite, not {self.learning_rate}.")
        if self.optimizer not in OPTIMIZERS:
            choices = ", ".join(OPTIMIZERS)
            raise ValueError(f"There is no optimizer {self.optimizer!r}: choose one of {choices}.")
        if self.schedule not in SCHEDULES:
            choices = ", ".join(SCHEDULES)
            raise ValueError(f"There is no schedule {self.schedule!r}: choose one of {choices}.")
        for name, least in (("batch_size", 1), ("schedule_samples", 1), ("patience", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, not {getattr(self, name)}.")


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
