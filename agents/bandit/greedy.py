"""Greedy bandit: always pulls the arm with the highest estimated mean.

A learner with an update function, not a gradient step. With the step size 1/n the estimate is the
mean of the n rewards of the arm. The agent never explores, so it may stay with an arm that is not
the best. Every other method of this folder adds a form of exploration.

    arm = argmax over a of Q(a), ties broken at random
    Q(arm) <- Q(arm) + step size * (reward - Q(arm))

Source: Sutton & Barto, 2nd edition, sections 2.2 (equations 2.1 and 2.2) and 2.4 (equation 2.3);
with a constant step size section 2.5 (equation 2.5), which forgets old rewards.
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.bandit.learner import BanditLearner, Memory, Numbers
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.rules import StepSize
from spielfeld.arrays import Array
from spielfeld.learning.optimizer import decayed_rate
from spielfeld.settings import Amount, Finite, settings


@settings
class GreedyConfig:
    """Settings of all methods that estimate the mean reward of each arm."""

    learning_rate: StepSize = 1.0
    """Step size of an arm's first update, in (0, 1]."""
    learning_rate_decay: Amount = 1.0
    """Step size / (1 + decay * (pulls - 1)): 1 gives the sample average, 0 a constant step."""
    initial_value: Finite = 0.0
    """Estimate for every arm before its first pull."""


def greedy_arm(values: Array, agent: np.random.Generator) -> int:
    """Return an arm of the highest value (Sutton & Barto, equation 2.2).

    Args:
        values: Values of all arms. Shape [arms].
        agent: The learner's generator; one draw, and only if arms are equal.
    """
    highest, best, ties = values[0], 0, 1
    for arm in range(1, values.size):
        value = values[arm]
        if value > highest:
            highest, best, ties = value, arm, 1
        elif value == highest:
            ties += 1
    if ties > 1:
        pick = int(agent.random() * ties)
        while pick > 0:
            best += 1
            pick -= values[best] == highest
    return best


def moved(value: float, target: float, step_size: float) -> float:
    """Return value + step size * (target - value) (Sutton & Barto, equation 2.3)."""
    return value + step_size * (target - value)


def update_estimate(
    memory: Memory,
    numbers: Numbers,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Move the estimate of the pulled arm towards the reward."""
    arm, reward = transition.action, transition.reward
    memory.counts[arm] += 1
    rate = decayed_rate(numbers.learning_rate, numbers.learning_rate_decay, memory.counts[arm])
    memory.values[arm] = moved(memory.values[arm], reward, rate)


def choose_greedily(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pull the arm with the highest estimate."""
    return greedy_arm(memory.values, agent)


class GreedyBandit(BanditLearner):
    """Greedy bandit: always pulls the arm with the highest estimated mean.

    Args:
        config: Settings; see `GreedyConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = GreedyConfig
    pick = staticmethod(choose_greedily)
    update = staticmethod(update_estimate)
