"""UCB bandit: pulls the arm with the highest upper confidence bound.

A learner with an update function, not a gradient step. Differs from the epsilon-greedy bandit by
its exploration: it is not random. The agent pulls the arm with the highest sum of estimate and
bonus. The bonus is high for arms with few pulls. An arm without pulls comes first.

    arm = argmax over a of Q(a) + confidence * sqrt(log(t) / N(a))
    Q(arm) <- Q(arm) + step size * (reward - Q(arm))

Here t is the number of this pull, from 1, and N(a) the number of earlier pulls of arm a.

Source: Auer, Cesa-Bianchi & Fischer (2002); Sutton & Barto, 2nd edition, section 2.7, eq. 2.10.
"""

from __future__ import annotations

import math

import numpy as np

from spielfeld.agents.bandit.greedy import GreedyConfig, greedy_arm, update_estimate
from spielfeld.agents.bandit.learner import BanditLearner, Memory, Numbers
from spielfeld.settings import Amount, settings


@settings
class UpperConfidenceConfig(GreedyConfig):
    """Settings of the upper-confidence-bound bandit."""

    confidence: Amount = 2.0
    """Weight of the bonus for arms with few pulls; 2 in figure 2.4."""


def upper_bound(value: float, count: int, pull: int, confidence: float) -> float:
    """Return value + confidence * sqrt(log(pull) / count), the bracket of equation 2.10.

    Args:
        value: Estimate of the arm.
        count: Pulls of the arm so far; with 0 the bound is infinite.
        pull: Number of the next pull, counted over all arms from 1.
        confidence: Weight of the bonus.
    """
    if count == 0:
        return math.inf
    return value + confidence * math.sqrt(math.log(pull) / count)


def choose_by_upper_bound(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pull the arm with the highest upper confidence bound."""
    pull = 1
    for arm in range(memory.counts.size):
        pull += memory.counts[arm]
    for arm in range(memory.values.size):
        memory.scores[arm] = upper_bound(
            memory.values[arm], memory.counts[arm], pull, numbers.confidence
        )
    return greedy_arm(memory.scores, agent)


class UpperConfidenceBandit(BanditLearner):
    """UCB bandit: pulls the arm with the highest upper confidence bound.

    Args:
        config: Settings; see `UpperConfidenceConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = UpperConfidenceConfig
    pick = staticmethod(choose_by_upper_bound)
    update = staticmethod(update_estimate)
