"""Testbed: the mean results of a bandit method over many problems, as in the book's figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from spielfeld.agents.bandit.learner import (
    BANDIT,
    BanditLearner,
    BanditWorld,
    Memory,
    Numbers,
    highest,
)
from spielfeld.agents.loop import Episodes, Position, Rates, loop
from spielfeld.agents.progress import NO_RATES, Progress
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.bandit.dynamics import problem_means

BLOCK = 200_000  # largest number of pulls whose rewards are kept


@dataclass(frozen=True, eq=False)
class Curves:
    """Averages over runs, one number for each step, and their standard errors.

    Args:
        reward: Mean reward. Shape [steps].
        reward_error: Its standard error. Shape [steps].
        optimal: Share of runs in which the best arm was pulled, from 0 to 1. Shape [steps].
        optimal_error: Its standard error. Shape [steps].
    """

    reward: Array
    reward_error: Array
    optimal: Array
    optimal_error: Array


def testbed(
    learner: BanditLearner,
    runs: int = 2_000,
    steps: int = 1_000,
    *,
    arms: int = 10,
    mean: float = 0.0,
    spread: float = 1.0,
    deviation: float = 1.0,
    drift: float = 0.0,
    seed: int = 0,
) -> Curves:
    """Run many problems from the start, compiled (Sutton & Barto, section 2.3).

    Run k has problem `seed + k` of `spielfeld/TenArmedTestbed-v0`. With spread 0 and drift .01 it
    is the drifting bandit of exercise 2.5. The first run equals, bit for bit, a run of a learner
    with the same seed in that environment.

    Args:
        learner: The method with its settings; its learned values are neither used nor changed.
        runs: Number of problems, each learned from the start.
        steps: Number of pulls in each problem.
        arms: Number of arms of each problem.
        mean: Mean of the true means; 4 in section 2.8.
        spread: Standard deviation of the true means.
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the change of each mean after every pull.
        seed: Seed of the rewards and of the choices, and number of the first problem.

    Raises:
        ValueError: If there is no run, step or arm.

    >>> from spielfeld.agents.bandit import ExplorationBandit
    >>> curves = testbed(ExplorationBandit(), runs=50, steps=20)
    >>> curves.reward.shape
    (20,)
    """
    if min(runs, steps, arms) < 1:
        raise ValueError(f"runs, steps and arms must be 1 or more, not {runs}, {steps}, {arms}.")
    world, progress, nothing = np.random.default_rng(seed), Progress(seed), np.empty(0)
    finished, best = Episodes(nothing, nothing, nothing, np.zeros(1, np.int64)), np.empty(1)
    world.random(2)  # the draws of a learner's two resets: with its seed, and for its first episode
    sums = np.zeros((3, steps))  # rewards, squares of rewards, best arms
    all_means = problems(seed, runs, arms, mean, spread)
    for means in np.array_split(all_means, -(-runs * steps // BLOCK)):
        memory = Memory(*(np.stack([one] * len(means)) for one in learner.new_memory(arms)))
        rewards, optimal = np.empty((len(means), steps)), np.empty((len(means), steps), np.bool_)
        play = playing(learner.pick, learner.update)
        play(
            means.copy(), deviation, drift, memory, learner.numbers, NO_RATES, world,
            progress.generator, rewards, optimal, progress.position, finished, best,
        )  # fmt: skip
        sums += rewards.sum(axis=0), (rewards * rewards).sum(axis=0), optimal.sum(axis=0)
    reward, square, share = sums / runs
    variance = np.maximum(0.0, square - reward * reward)
    return Curves(reward, np.sqrt(variance / runs), share, np.sqrt(share * (1.0 - share) / runs))


def play_problems(
    means: Array, deviation: float, drift: float, memory: Memory, numbers: Numbers, rates: Rates,
    random: np.random.Generator, agent: np.random.Generator, rewards: Array, optimal: Array,
    position: Position, finished: Episodes, best: Array,
) -> None:  # fmt: skip
    """Run the loop once for each problem; means and memory have one row each. [runs, ...]."""
    steps = rewards.shape[1]
    for run in range(rewards.shape[0]):
        best[0] = highest(means[run])
        position.state[0], position.action[0] = 0, -1  # begun, no action picked yet
        position.length[0], position.samples[0] = 0, 0
        world = BanditWorld(
            means[run], means[run], 0.0, deviation, drift, best, steps + 1, rewards[run],
            optimal[run],
        )  # fmt: skip
        own = Memory(
            memory.values[run], memory.counts[run], memory.scores[run], memory.baseline[run]
        )
        loop(world, own, numbers, rates, position, finished, random, agent, steps, steps)


@cache
def playing(pick: Callable[..., int], update: Callable[..., None]) -> Callable[..., None]:
    """Compile `play_problems` with the rules of a method."""
    return compiled(play_problems, allocates=False, pick=pick, update=update, **BANDIT)


@lru_cache(maxsize=8)  # the methods of one figure use the same problems
def problems(first: int, runs: int, arms: int, mean: float, spread: float) -> Array:
    """Return the true means of problems from number `first` on, for reading only. [runs, arms]."""
    return np.stack([problem_means(first + run, arms, mean, spread) for run in range(runs)])


testbed.__test__ = False  # type: ignore[attr-defined]  # no test, whatever its name begins with
