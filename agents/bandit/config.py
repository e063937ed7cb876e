"""What settings of bandit learners must be."""

from __future__ import annotations

from math import inf
from typing import Any


def require(holds: bool, config: Any, name: str, expected: str) -> None:
    """Refuse a setting.

    Raises:
        ValueError: Unless it holds; names the setting, what was expected and what was given.
    """
    if not holds:
        raise ValueError(f"{name} must be {expected}, not {getattr(config, name)}.")


def require_steps(config: Any) -> None:
    """Refuse step sizes that learn nothing or overshoot."""
    require(0 < config.learning_rate <= 1, config, "learning_rate", "above 0 and at most 1")
    decay = config.learning_rate_decay
    require(0 <= decay < inf, config, "learning_rate_decay", "0 or more")
