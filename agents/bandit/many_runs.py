"""The testbed: how a bandit method does on average over many problems (the book's figures)."""

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

BLOCK = 200_000  # pulls whose rewards are kept at a time


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
    """Play many problems from the start, compiled (Sutton & Barto, section 2.3).

    Run k plays problem `seed + k` of `spielfeld/TenArmedTestbed-v0`; spread 0 and drift .01 make it
    the drifting bandit of exercise 2.5. The first run is, bit for bit, what a learner of the same
    seed does in that environment.

    Args:
        learner: The method with its settings; what it knows itself is neither used nor changed.
        runs: How many problems, each learned from scratch.
        steps: Pulls in each.
        arms: Of each problem.
        mean: Around which the true means are drawn; 4 in section 2.8.
        spread: Standard deviation of the true means.
        deviation: Standard deviation of a reward.
        drift: Standard deviation of the step that each mean takes after every pull.
        seed: Of the rewards and the learner's choices, and number of the first problem.

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
    world.random(2)  # as a learner's two resets draw them: by its seed, and for its first episode
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
    """Run the loop once for each problem; means and memory have a row for each. [runs, ...]."""
    steps = rewards.shape[1]
    for run in range(rewards.shape[0]):
        best[0] = highest(means[run])
        position.state[0], position.action[0] = 0, -1  # under way, with no arm picked already
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


@lru_cache(maxsize=8)  # the methods of one figure meet the same problems
def problems(first: int, runs: int, arms: int, mean: float, spread: float) -> Array:
    """Return the true means of problems from number `first` on; read them only. [runs, arms]."""
    return np.stack([problem_means(first + run, arms, mean, spread) for run in range(runs)])


testbed.__test__ = False  # type: ignore[attr-defined]  # no test, whatever its name begins with
