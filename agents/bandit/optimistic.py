"""The optimistic bandit: believe that every arm pays more than any can, and be disappointed.

A Learner with a pure update function, not a gradient step. Differs from the greedy bandit by its
settings alone: whatever is pulled disappoints, so all others are tried first, without a single
random pull. The step size is constant, for a sample average would forget its optimism at the first
pull. This explores at the beginning only, which is of no use where means drift.

    Q(a) = initial value at first, far above every mean
    arm = argmax over a of Q(a)
    Q(arm) <- Q(arm) + learning_rate * (reward - Q(arm))

Source: Sutton & Barto, 2nd edition, section 2.6 (figure 2.3).
"""

from __future__ import annotations

from spielfeld.agents.bandit.greedy import GreedyBandit, GreedyConfig
from spielfeld.settings import settings


@settings
class OptimisticConfig(GreedyConfig):
    """Settings of the optimistic bandit, those of figure 2.3."""

    learning_rate: float = 0.1
    """Step size of an arm's first update, in (0, 1]."""
    learning_rate_decay: float = 0.0
    """Step size / (1 + decay * (pulls - 1)): 0 keeps it constant."""
    initial_value: float = 5.0
    """Estimate for every arm before its first pull: more than any arm pays."""


class OptimisticBandit(GreedyBandit):
    """Optimistic bandit: greedy, with initial estimates above the true means.

    Args:
        config: Settings; see `OptimisticConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = OptimisticConfig
