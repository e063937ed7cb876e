"""The compiled loop of all bandit learners: one run after another, each many pulls long."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.bandit.dynamics import drift_means, pull


class Memory(NamedTuple):
    """What a learner knows, changed in place; one row a run in the loop, no rows in the rules."""

    values: Array  # [arms] estimated means, or preferences
    counts: Array  # [arms] pulls of each arm
    scores: Array  # [arms] what the last choice went by, where that is not the values
    baseline: Array  # [1] mean of all rewards


class Numbers(NamedTuple):
    """The numbers of all configurations; each method reads its own, the others are 0."""

    learning_rate: float
    learning_rate_decay: float
    exploration_rate: float
    confidence: float
    baseline: float  # 1 for yes
    prior_deviation: float
    reward_deviation: float


def new_memory(runs: int, arms: int, initial_value: float = 0.0) -> Memory:
    """Return what is known before the first pull, for many runs."""
    return Memory(
        values=np.full((runs, arms), initial_value),
        counts=np.zeros((runs, arms), np.int64),
        scores=np.zeros((runs, arms)),
        baseline=np.zeros((runs, 1)),
    )


def choose(memory: Memory, numbers: Numbers, agent: np.random.Generator) -> int:
    """Stand in for the method's choice, which `compiled(bandit_loop, choose=...)` sets."""
    raise NotImplementedError


def update(memory: Memory, numbers: Numbers, arm: int, reward: float) -> None:
    """Stand in for the method's update, which `compiled(bandit_loop, update=...)` sets."""
    raise NotImplementedError


def bandit_loop(
    means: Array,
    deviation: float,
    drift: float,
    memory: Memory,
    numbers: Numbers,
    world: np.random.Generator,
    agent: np.random.Generator,
    rewards: Array,
    optimal: Array,
) -> None:
    """Pull and learn, in each run as many times as `rewards` has columns.

    Args:
        means: True means; they drift in place. Shape [runs, arms].
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.
        memory: What is known, changed in place. Shape [runs, ...].
        numbers: Settings of the method.
        world: The environment's generator: one draw a pull, and one an arm if the means drift.
        agent: The learner's generator.
        rewards: Filled. Shape [runs, steps].
        optimal: Filled with whether the best arm was pulled. Shape [runs, steps].
    """
    for run in range(rewards.shape[0]):
        own = Memory(
            memory.values[run], memory.counts[run], memory.scores[run], memory.baseline[run]
        )
        best = highest(means[run])
        for step in range(rewards.shape[1]):
            arm = choose(own, numbers, agent)
            reward = pull(means[run], deviation, arm, world.random())
            update(own, numbers, arm, reward)
            rewards[run, step] = reward
            optimal[run, step] = means[run, arm] == best
            if drift > 0.0:
                drift_means(means[run], drift, world)
                best = highest(means[run])


def highest(means: Array) -> float:
    """Return the greatest of some numbers."""
    best = -float("inf")
    for mean in means:
        best = max(best, mean)
    return best
