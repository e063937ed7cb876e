"""Settings of tabular control: step size, discount, exploration."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite


@dataclass(frozen=True)
class ControlConfig:
    """Settings that one-step control methods share."""

    learning_rate: float = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: float = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""
    discount: float = 0.99
    """Weight of the next state's value, in [0, 1]."""
    exploration_rate: float = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: float = 0.3
    """Probability of a random action in the end."""
    exploration_samples: int = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""
    initial_value: float = 0.0
    """Of every cell; one that is too good to be true makes the agent try everything."""

    def __post_init__(self) -> None:
        shares = ("learning_rate", "discount", "exploration_rate", "final_exploration_rate")
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {getattr(self, name)}.")
        if self.learning_rate == 0:
            raise ValueError("learning_rate must be above 0: with 0 nothing is learned.")
        for name in ("learning_rate_decay", "exploration_samples"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}.")
        if not isfinite(self.initial_value):
            raise ValueError(f"initial_value must be a finite number, not {self.initial_value}.")
