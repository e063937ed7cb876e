"""Settings of learners that play against themselves."""

from __future__ import annotations

from typing import Annotated

from spielfeld.agents.tabular.rules import StepSize
from spielfeld.settings import Range, Share, settings


@settings
class SelfPlayConfig:
    """Settings of learning by self-play."""

    learning_rate: StepSize = 1.0
    """Step size, in (0, 1]; in a game without dice there is no noise to be averaged out."""
    exploration_rate: Share = 1.0
    """Probability of a random move; who only plays what seems best never sees the rest."""
    symmetries: bool = True
    """Whether positions that are the same but for turning the board share what is learned."""
    initial_value: Annotated[float, Range(-1, 1)] = 0.0
    """Of every move, from -1 to 1; with 0, a draw is no better than what was never tried."""
