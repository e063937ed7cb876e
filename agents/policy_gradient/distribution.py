"""From a network's outputs to actions: what is drawn, how probable it was, and its slopes.

A policy is a function whose outputs are the parameters of a distribution over actions: preferences
of which the softmax makes probabilities, or the mean and the spread of a bell curve. All that
policy gradients need of it is the logarithm of the probability of an action, and its derivative by
the outputs, the *score*.

Source: Sutton & Barto, 2nd edition, sections 13.1 and 13.7; Williams (1992), section 6.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.logits import log_softmax

ILLEGAL = -1e9  # a preference at which exp gives exactly 0, and 0 * preference is still a number


class Distribution(Protocol):
    """One distribution over actions for each row of a network's outputs."""

    def draw(self, generator: np.random.Generator) -> Array:
        """Return an action for each row."""
        ...

    def best(self) -> Array:
        """Return what `predict` promises: probabilities [rows, actions], or the mean action."""
        ...

    def log_probability(self, action: Array) -> Array:
        """Return log p(action), or of its density. Shape [rows]."""
        ...

    def score(self, action: Array) -> Array:
        """Return d log p(action) / d outputs. Shape [rows, outputs]."""
        ...

    def entropy(self) -> Array:
        """Return how undecided each row is, in nats. Shape [rows]."""
        ...

    def entropy_slope(self) -> Array:
        """Return d entropy / d outputs. Shape [rows, outputs]."""
        ...


class Categorical:
    """p(action) = softmax(preferences) among the legal actions.

    Args:
        preferences: A network's outputs. Shape [rows, actions].
        legal: Which actions are; None for all. Shape [rows, actions].
    """

    def __init__(self, preferences: Array, legal: Array | None = None) -> None:
        if legal is not None:
            preferences = np.where(legal, preferences, preferences.dtype.type(ILLEGAL))
        self.logs = log_softmax(preferences)
        self.probabilities = np.exp(self.logs)

    def draw(self, generator: np.random.Generator) -> Array:
        """Return action indices [rows].

        The first of several bells to ring, each of which rings at a rate of p(action), is each of
        them with probability p(action).
        """
        waits = generator.standard_exponential(self.probabilities.shape, self.probabilities.dtype)
        action: Array = (self.probabilities / (waits + np.finfo(waits.dtype).tiny)).argmax(axis=1)
        return action

    def best(self) -> Array:
        """Return probabilities [rows, actions]."""
        return self.probabilities

    def log_probability(self, action: Array) -> Array:
        """Return log p(action). Shape [rows]."""
        taken: Array = self.logs[np.arange(len(action)), action]
        return taken

    def score(self, action: Array) -> Array:
        """Return 1 - p for the action taken, -p for the others (Sutton & Barto, exercise 13.3)."""
        slope = -self.probabilities
        slope[np.arange(len(action)), action] += 1
        return slope

    def entropy(self) -> Array:
        """Return -sum p log p. Shape [rows]."""
        entropy: Array = -(self.probabilities * self.logs).sum(axis=1)
        return entropy

    def entropy_slope(self) -> Array:
        """Return -p (log p + entropy), [rows, actions]."""
        slope: Array = -self.probabilities * (self.logs + self.entropy()[:, None])
        return slope


class Gaussian:
    """p(action) = a bell curve for each number of an action, with mean and log(deviation) learned.

    Args:
        outputs: Means, then logarithms of standard deviations. Shape [rows, 2 * numbers].
        legal: None; continuous actions are all legal.
    """

    def __init__(self, outputs: Array, legal: Array | None = None) -> None:
        self.mean, self.log_deviation = np.split(outputs, 2, axis=1)
        self.deviation = np.exp(self.log_deviation)

    def draw(self, generator: np.random.Generator) -> Array:
        """Return actions [rows, numbers]; they may lie beyond the bounds of the space."""
        noise = generator.standard_normal(self.mean.shape, self.mean.dtype)
        return np.asarray(self.mean + self.deviation * noise)

    def best(self) -> Array:
        """Return the mean [rows, numbers]."""
        return self.mean

    def log_probability(self, action: Array) -> Array:
        """Return the sum over numbers of -z^2/2 - log(deviation) - log(2 pi)/2, where
        z = (action - mean) / deviation. Shape [rows].
        """  # noqa: D205
        z = (action - self.mean) / self.deviation
        each = -0.5 * z * z - self.log_deviation - 0.5 * math.log(2 * math.pi)
        return np.asarray(each.sum(axis=1))

    def score(self, action: Array) -> Array:
        """Return z / deviation for the means, z^2 - 1 for the log(deviation)s."""
        z = (action - self.mean) / self.deviation
        return np.concatenate([z / self.deviation, z * z - 1], axis=1)

    def entropy(self) -> Array:
        """Return the sum of log(deviation) + (1 + log(2 pi))/2. Shape [rows]."""
        return np.asarray((self.log_deviation + 0.5 * (1 + math.log(2 * math.pi))).sum(axis=1))

    def entropy_slope(self) -> Array:
        """Return 0 for the means, 1 for the log(deviation)s."""
        return np.concatenate([np.zeros_like(self.mean), np.ones_like(self.mean)], axis=1)
