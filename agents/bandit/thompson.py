"""Thompson sampling: believe in a range of means for each arm, and pull by one guess from each.

A Learner with a pure update function, not a gradient step. Rewards are taken to be normal with a
*known* deviation, and the mean of each arm to come from a normal prior; then what is believed about
it after n rewards is normal as well, and known exactly (normal-normal update). Differs from the
upper confidence bound by its bonus: a random one, as large as the mean is uncertain.

    weight = (reward deviation / prior deviation)^2, the prior's worth in rewards
    mean(arm) <- mean(arm) + (reward - mean(arm)) / (n + weight), with n the arm's rewards so far
    guess(a) from N(mean(a), reward deviation^2 / (n + weight));  arm = argmax over a of guess(a)

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
    """Mean of the prior: what every arm is thought to pay before its first pull."""
    prior_deviation: Positive = 1.0
    """Standard deviation of the prior: how far arms are thought to differ."""
    reward_deviation: Positive = 1.0
    """Standard deviation of an arm's rewards, which is taken to be known."""


def prior_weight(prior_deviation: float, reward_deviation: float) -> float:
    """Return how many rewards the prior is worth."""
    return reward_deviation * reward_deviation / (prior_deviation * prior_deviation)


def choose_by_guess(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Guess each mean from what is believed, and pull the arm of the highest; one draw an arm."""
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
    """Learn from a reward: the step size is its share of all that is known, prior included."""
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
