"""Epsilon-greedy bandit: the best arm so far, and sometimes a random arm.

A learner with an update function, not a gradient step. Differs from the greedy bandit by the random
pulls. The agent pulls every arm again and again, so every estimate becomes right. At most the share
1 - exploration rate + exploration rate / arms of all pulls is optimal.

    arm = a random one with probability `exploration_rate`, else argmax over a of Q(a)
    Q(arm) <- Q(arm) + step size * (reward - Q(arm))

Source: Sutton & Barto, 2nd edition, sections 2.2 and 2.4 (the simple bandit algorithm).
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.bandit.greedy import GreedyConfig, choose_greedily, update_estimate
from spielfeld.agents.bandit.learner import BanditLearner, Memory, Numbers
from spielfeld.settings import Share, settings


@settings
class ExplorationConfig(GreedyConfig):
    """Settings of the epsilon-greedy bandit."""

    exploration_rate: Share = 0.1
    """Probability of a random arm."""


def choose_exploring(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pull a random arm with the exploration rate, otherwise the arm with the highest estimate."""
    if agent.random() < numbers.exploration_rate:
        return int(agent.random() * memory.values.size)
    return choose_greedily(memory, numbers, state, rate, agent)


class ExplorationBandit(BanditLearner):
    """Epsilon-greedy bandit: the best arm so far, and sometimes a random arm.

    Args:
        config: Settings; see `ExplorationConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = ExplorationConfig
    pick = staticmethod(choose_exploring)
    update = staticmethod(update_estimate)
