"""Settings of tabular learners: discount, exploration, step size."""

from __future__ import annotations

from typing import Annotated

from spielfeld.settings import Amount, Count, Finite, Positive, Range, Share, Whole, settings

StepSize = Annotated[float, Range(0, 1, open_low=True)]


@settings
class PredictionConfig:
    """Settings of methods that judge a policy and choose nothing."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = 0.0
    """Of every cell."""
    learning_rate: StepSize = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: Amount = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""


@settings
class ControlConfig:
    """Settings that control methods share."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = 0.0
    """Of every cell; one that is too good to be true makes the agent try everything."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.3
    """Probability of a random action in the end."""
    exploration_samples: Whole = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""
    learning_rate: StepSize = 0.5
    """Step size of a cell's first update, in (0, 1]."""
    learning_rate_decay: Amount = 0.01
    """Step size / (1 + decay * (visits - 1)); 0 keeps it constant, above 0 averages noise out."""


@settings
class GradientConfig(ControlConfig):
    """Settings of one-step control by gradient descent, on a table or on tiles."""

    tilings: Count = 8
    """Tilings of a continuous observation space: a power of two."""
    tiles: Count = 8
    """Tiles along each dimension of a continuous observation space."""
    tile_limit: Positive = 3.0
    """Tiles end at minus and plus this where observations have no bounds, as Cart Pole's speeds."""
