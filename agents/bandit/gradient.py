"""Gradient bandit: preferences by gradient ascent; `predict` returns probabilities.

This is the only gradient method in this folder. Each step adds, on average, the gradient of the
expected reward: (reward - baseline) * gradient of log policy(arm). It is REINFORCE (section 13.3)
in a world of one state. Differs from all other bandits by its policy: the agent draws the arm from
probabilities. They depend only on the differences of preferences.

    policy(a) = exp(H(a)) / sum over b of exp(H(b))
    H(a) <- H(a) + learning_rate * (reward - baseline) * ((1 if a is the arm, else 0) - policy(a))

The baseline is the mean of all earlier rewards, and the first reward is its own baseline. Without
a baseline it is 0. The expected step is the same, but its variance is high if rewards are large.

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
        policy: Changed in place to probabilities. Shape [arms].
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
        policy: Softmax of the preferences. Shape [arms].
        arm: The arm that was pulled.
        advantage: Reward - baseline.
        rate: Step size.
    """
    for other in range(preferences.size):
        slope = (1.0 if other == arm else 0.0) - policy[other]
        preferences[other] += rate * advantage * slope


def choose_by_preference(
    memory: Memory, numbers: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Draw an arm with its probability; one draw."""
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
    """Take a gradient step with the policy that drew the arm; then update the baseline."""
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
