"""Benchmark of the ten-armed testbed (figure 2.2): compiled runs, and NumPy over all runs."""

from __future__ import annotations

import numpy as np

from spielfeld.agents.bandit import ExplorationBandit, ExplorationConfig, testbed
from spielfeld.agents.bandit.many_runs import problems
from spielfeld.arrays import Array
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds

RATES = (0.0, 0.01, 0.1)  # exploration rates of the figure
ARMS = 10


def prepare(quick: bool) -> Sides:
    """Prepare both sides with the same number of runs and steps."""
    runs, steps = (20, 30) if quick else (2_000, 1_000)
    size = f"{runs:,} runs x {steps:,} steps x {len(RATES)} agents"
    return Sides(
        Side(f"testbed(), {size}", lambda: seconds(lambda: our_figure(runs, steps))),
        Side("NumPy over all runs at once", lambda: seconds(lambda: plain_figure(runs, steps))),
    )


def our_figure(runs: int, steps: int) -> list[tuple[Array, Array]]:
    """Return mean reward and share of optimal pulls of each agent, both [steps]."""
    problems.cache_clear()  # drawing the problems is part of the time
    agents = [ExplorationBandit(ExplorationConfig(exploration_rate=rate)) for rate in RATES]
    curves = [testbed(agent, runs, steps, arms=ARMS) for agent in agents]
    return [(curve.reward, curve.optimal) for curve in curves]


def plain_figure(runs: int, steps: int, seed: int = 0) -> list[tuple[Array, Array]]:
    """Return the same figures, with all runs in one array."""
    random = np.random.default_rng(seed)
    means = random.standard_normal((runs, ARMS))
    return [plain_testbed(means, rate, steps, random) for rate in RATES]


def plain_testbed(
    means: Array, exploration_rate: float, steps: int, random: np.random.Generator
) -> tuple[Array, Array]:
    """Run all agents at once in NumPy: flat arrays, and initial values without ties."""
    runs, arms = means.shape
    rows, cells = np.arange(runs) * arms, means.ravel()
    values = 1e-12 * random.random(runs * arms)  # small differences, so that arms have no ties
    table, counts, best = values.reshape(runs, arms), np.zeros(runs * arms), means.argmax(1) + rows
    reward_curve, optimal_curve = np.empty((2, steps))
    for step in range(steps):
        pulled = table.argmax(1) + rows
        if exploration_rate:
            explorers = np.flatnonzero(random.random(runs) < exploration_rate)
            pulled[explorers] = rows[explorers] + random.integers(arms, size=explorers.size)
        reward = cells[pulled] + random.standard_normal(runs)
        count, value = counts[pulled] + 1, values[pulled]
        counts[pulled], values[pulled] = count, value + (reward - value) / count
        reward_curve[step], optimal_curve[step] = reward.mean(), (pulled == best).mean()
    return reward_curve, optimal_curve


COMPARISON = Comparison(
    "testbed", "ten-armed testbed, figure 2.2", "s", 1, prepare, less_is_better=True
)
