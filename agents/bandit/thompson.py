"""Thompson sampling: pulls each arm with the probability that it is the best.

A learner with an update function, not a gradient step. Rewards have a normal distribution with a
*known* deviation. The mean of each arm has a normal prior. After n rewards, its posterior
distribution is also normal and known exactly (normal-normal update). For each pull the agent draws
a mean from each posterior, and pulls the arm with the highest one. Differs from the upper
confidence bound by this random draw in place of a fixed bonus.

    weight = (reward deviation / prior deviation)^2, the number of rewards that the prior replaces
    mean(arm) <- mean(arm) + (reward - mean(arm)) / (n + weight), with n the arm's rewards so far
    draw(a) from N(mean(a), reward deviation^2 / (n + weight));  arm = argmax over a of draw(a)

Source: Thompson (1933); Russo et al. (2018), "A tutorial on Thompson sampling"; Sutton & Barto, 2nd
edition, section 2.9 ("posterior sampling").
"""

from __future__ import annotations

import math

import numpy as np

from spielfeld.agents.bandit.greedy import greedy_arm, moved
from spielfeld.agents.bandit.learner import BanditLearner, Memory, Numbers
from spielfeld.agents.loop import Rates, Transition
from spielfeld.envs.tabular import normal_draw
from spielfeld.settings import Finite, Positive, settings


@settings
class ThompsonConfig:
    """Settings of Thompson sampling: the prior, and the deviation of rewards."""

    initial_value: Finite = 0.0
    """Mean of the prior: expected mean reward of every arm before its first pull."""
    prior_deviation: Positive = 1.0
    """Standard deviation of the prior: expected differences between the arms."""
    reward_deviation: Positive = 1.0
    """Standard deviation of an arm's rewards, which must be known."""


def prior_weight(prior_deviation: float, reward_deviation: float) -> float:
    """Return the number of rewards that have the same weight as the prior."""
    return reward_deviation * reward_deviation / (prior_deviation * prior_deviation)


def choose_by_guess(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Draw a mean from each posterior, and pull the arm of the highest; one draw for each arm."""
    weight = prior_weight(numbers.prior_deviation, numbers.reward_deviation)
    for arm in range(memory.values.size):
        deviation = numbers.reward_deviation / math.sqrt(memory.counts[arm] + weight)
        memory.scores[arm] = normal_draw(memory.values[arm], deviation, agent.random())
    return greedy_arm(memory.scores, agent)


def update_belief(
    memory: Memory,
    numbers: Numbers,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Learn from a reward: the step size is its share of all rewards and of the prior."""
    arm, reward = transition.action, transition.reward
    memory.counts[arm] += 1
    weight = prior_weight(numbers.prior_deviation, numbers.reward_deviation)
    memory.values[arm] = moved(memory.values[arm], reward, 1.0 / (memory.counts[arm] + weight))


class ThompsonBandit(BanditLearner):
    """Thompson sampling: pulls each arm with the probability that it is the best.

    Args:
        config: Settings; see `ThompsonConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = ThompsonConfig
    pick = staticmethod(choose_by_guess)
    update = staticmethod(update_belief)
