"""The gradient bandit: learn not what arms pay but how much to prefer each, by gradient ascent.

The one method of this folder that *is* a gradient step: it climbs the expected reward along
(reward - baseline) * gradient of log policy(arm), whose mean is the expected reward's gradient.
This is REINFORCE (section 13.3) in a world of one state. Differs from all others here by choosing
from probabilities, in which only differences of preferences count.

    policy(a) = exp(H(a)) / sum over b of exp(H(b))
    H(a) <- H(a) + learning_rate * (reward - baseline) * ((1 if a is the arm, else 0) - policy(a))

with the mean of all rewards before this one as baseline, and the first reward as its own; or 0
without a baseline, which still climbs on average but stumbles where all rewards are large.

Source: Williams (1992); Sutton & Barto, 2nd edition, section 2.8, equations 2.11 and 2.12.
"""

from __future__ import annotations

import math

import numpy as np

from spielfeld.agents.bandit.greedy import moved
from spielfeld.agents.bandit.learner import BanditLearner, Memory, Numbers
from spielfeld.agents.loop import Rates, Transition
from spielfeld.arrays import Array
from spielfeld.settings import Positive, settings


@settings
class GradientConfig:
    """Settings of the gradient bandit."""

    learning_rate: Positive = 0.1
    """Step size along the gradient."""
    baseline: bool = True
    """Compare rewards with their mean so far, not with 0."""


def softmax(preferences: Array, policy: Array) -> None:
    """Fill `policy` with exp(preference) / sum of all (Sutton & Barto, equation 2.11).

    Args:
        preferences: Only their differences count. Shape [arms].
        policy: Filled with probabilities. Shape [arms].
    """
    highest = preferences[0]
    for arm in range(1, preferences.size):
        highest = max(highest, preferences[arm])
    total = 0.0
    for arm in range(preferences.size):
        policy[arm] = math.exp(preferences[arm] - highest)  # at most 1: no overflow
        total += policy[arm]
    for arm in range(preferences.size):
        policy[arm] /= total


def climb(preferences: Array, policy: Array, arm: int, advantage: float, rate: float) -> None:
    """Take one step of gradient ascent, in place (Sutton & Barto, equation 2.12).

    Args:
        preferences: Changed in place. Shape [arms].
        policy: The softmax of the preferences. Shape [arms].
        arm: Which was pulled.
        advantage: Reward - baseline.
        rate: Step size.
    """
    for other in range(preferences.size):
        slope = (1.0 if other == arm else 0.0) - policy[other]
        preferences[other] += rate * advantage * slope


def choose_by_preference(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pull each arm with its probability; one draw."""
    softmax(memory.values, memory.scores)
    draw = agent.random()
    for arm in range(memory.scores.size - 1):
        draw -= memory.scores[arm]
        if draw < 0.0:
            return arm
    return memory.scores.size - 1


def update_preferences(
    memory: Memory,
    numbers: Numbers,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Climb by a reward, with the policy from which the arm was chosen; then move the baseline."""
    arm, reward = transition.action, transition.reward
    pulls = 1
    for other in range(memory.counts.size):
        pulls += memory.counts[other]
    if pulls == 1:
        memory.baseline[0] = reward
    advantage = reward - memory.baseline[0] if numbers.baseline else reward
    climb(memory.values, memory.scores, arm, advantage, numbers.learning_rate)
    memory.baseline[0] = moved(memory.baseline[0], reward, 1.0 / pulls)
    memory.counts[arm] += 1


class GradientBandit(BanditLearner):
    """Gradient bandit: preferences by gradient ascent; `predict` returns probabilities.

    Args:
        config: Settings; see `GradientConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    config_class = GradientConfig
    pick = staticmethod(choose_by_preference)
    update = staticmethod(update_preferences)

    @property
    def action_values(self) -> Array:
        """Probabilities of the arms. Shape [1, arms]."""
        policy = np.empty_like(self.memory.values)
        softmax(self.memory.values, policy)
        return policy[None]
