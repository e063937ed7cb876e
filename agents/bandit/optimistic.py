"""Optimistic bandit: greedy, with initial estimates above the true means.

A learner with an update function, not a gradient step. Differs from the greedy bandit only by its
settings. Every first reward is below the estimate, so the estimate of a pulled arm falls. So the
agent tries all other arms first, without random pulls. The step size is constant, because a sample
average would lose the initial value at the first pull. The agent explores only at the start, so
this does not help if the means drift.

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
    """Estimate for every arm before its first pull: above every mean reward."""


class OptimisticBandit(GreedyBandit):
    """Optimistic bandit: greedy, with initial estimates above the true means.

    Args:
        config: Settings; see `OptimisticConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = OptimisticConfig
