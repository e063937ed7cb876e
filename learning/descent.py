"""Settings of descent in mini-batches, and the optimizer that they name."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from spielfeld.learning.optimizer import SGD, Adam, Momentum, Optimizer, ScheduleName, WeightDecay
from spielfeld.settings import Count, Positive, Whole, settings

OptimizerName = Literal["sgd", "momentum", "adam"]
OPTIMIZERS: dict[str, type[SGD | Momentum | Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adam": Adam,
}


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
