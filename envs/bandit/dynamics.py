"""Dynamics of bandits, as plain functions for the environment and for compiled loops."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.tabular import normal_draw

# Streams differ from those of worlds (seed) and agents ([seed, 1]); problem 0 is a typical one.
PROBLEM_STREAM = 4


def pull(means: Floats, deviation: float, arm: int, draw: float) -> float:
    """Return a reward from N(means[arm], deviation^2) (Sutton & Barto, section 2.3).

    Args:
        means: Mean rewards of all arms at this moment. Shape [arms].
        deviation: Standard deviation of a reward.
        arm: Index of the arm that is pulled.
        draw: A uniform random number from [0, 1).
    """
    return normal_draw(means[arm], deviation, draw)


def drift_means(means: Floats, drift: float, world: np.random.Generator) -> None:
    """Let each mean take a step from N(0, drift^2), in place (Sutton & Barto, exercise 2.5).

    Args:
        means: Changed in place. Shape [arms].
        drift: Standard deviation of a step.
        world: The environment's generator; it draws one number for each arm.
    """
    for arm in range(means.size):
        means[arm] = normal_draw(means[arm], drift, world.random())


def problem_means(problem: int, arms: int = 10, mean: float = 0.0, spread: float = 1.0) -> Floats:
    """Draw the true means of one problem of the testbed (Sutton & Barto, section 2.3).

    Args:
        problem: Number of the problem; the same number gives the same means.
        arms: Number of arms.
        mean: Mean of the distribution of the means; it is 4 in section 2.8.
        spread: Standard deviation of the distribution of the means.

    Returns:
        True means of the arms. Shape [arms].
    """
    return np.random.default_rng([problem, PROBLEM_STREAM]).normal(mean, spread, arms)
