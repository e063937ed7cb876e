"""Settings of self-play learners."""

from __future__ import annotations

from typing import Annotated

from spielfeld.agents.tabular.rules import StepSize
from spielfeld.settings import Range, Share, settings


@settings
class SelfPlayConfig:
    """Settings of self-play learners."""

    learning_rate: StepSize = 1.0
    """Step size, in (0, 1]; a game without random events has no noise to average out."""
    exploration_rate: Share = 1.0
    """Probability of a random move; greedy moves alone never reach most positions."""
    symmetries: bool = True
    """Whether positions that differ only by a rotation or reflection share one value."""
    initial_value: Annotated[float, Range(-1, 1)] = 0.0
    """Value of every move at the start, from -1 to 1; with 0, a new move is as good as a draw."""
