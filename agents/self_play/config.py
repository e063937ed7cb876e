"""Settings of learners that play against themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SelfPlayConfig:
    """Settings of learning by self-play."""

    learning_rate: float = 1.0
    """Step size, in (0, 1]; in a game without dice there is no noise to be averaged out."""
    exploration_rate: float = 1.0
    """Probability of a random move; who only plays what seems best never sees the rest."""
    symmetries: bool = True
    """Whether positions that are the same but for turning the board share what is learned."""
    initial_value: float = 0.0
    """Of every move, from -1 to 1; with 0, a draw is no better than what was never tried."""

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must be in (0, 1], not {self.learning_rate}.")
        if not 0 <= self.exploration_rate <= 1:
            raise ValueError(f"exploration_rate must be from 0 to 1, not {self.exploration_rate}.")
        if not -1 <= self.initial_value <= 1:
            raise ValueError(f"initial_value must be from -1 to 1, not {self.initial_value}.")
