"""Settings of tabular learners: discount, exploration, step size."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf, isfinite

SHARES = {"discount", "exploration_rate", "final_exploration_rate", "learning_rate"}
AMOUNTS = {"exploration_samples", "learning_rate_decay"}


@dataclass(frozen=True)
class TableConfig:
    """Settings of every table of values."""

    discount: float = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: float = 0.0
    """Of every cell; one that is too good to be true makes the agent try everything."""

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if name in SHARES and not 0 <= value <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {value}.")
            if name in AMOUNTS and not 0 <= value < inf:
                raise ValueError(f"{name} must be 0 or more, not {value}.")
            if name == "learning_rate" and value == 0:
                raise ValueError("learning_rate must be above 0: with 0 nothing is learned.")
        if not isfinite(self.initial_value):
            raise ValueError(f"initial_value must be a finite number, not {self.initial_value}.")


@dataclass(frozen=True)
class ExploringConfig(TableConfig):
    """Settings of agents that explore."""

    exploration_rate: float = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: float = 0.3
    """Probability of a random action in the end."""
    exploration_samples: int = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""


@dataclass(frozen=True)
class StepSizeConfig(TableConfig):
    """Settings of methods whose step sizes are given, whether they choose or judge."""

    learning_rate: float = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: float = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""


@dataclass(frozen=True)
class ControlConfig(StepSizeConfig, ExploringConfig):
    """Settings that control methods share."""


@dataclass(frozen=True)
class OnPolicyConfig(ControlConfig):
    """Settings of on-policy control, which becomes optimal if exploration fades to nothing."""

    final_exploration_rate: float = 0.0
    """Probability of a random action in the end."""
    exploration_samples: int = 80_000
    """Environment steps from the first exploration rate to the last, in a straight line."""


@dataclass(frozen=True)
class PredictionConfig(StepSizeConfig):
    """Settings of methods that judge a policy and choose nothing."""


@dataclass(frozen=True)
class TileConfig(TableConfig):
    """Settings of tile coding, which are of use where observations are continuous."""

    tilings: int = 8
    """Tilings of a continuous observation space: a power of two."""
    tiles: int = 8
    """Tiles along each dimension of a continuous observation space."""
    tile_limit: float = 3.0
    """Tiles end at minus and plus this where observations have no bounds, as Cart Pole's speeds."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.tile_limit < inf:
            raise ValueError(f"tile_limit must be above 0 and finite, not {self.tile_limit}.")


@dataclass(frozen=True)
class GradientConfig(TileConfig, ControlConfig):
    """Settings of one-step control by gradient descent, on a table or on tiles."""
