"""Benchmark of deep learners and Stable-Baselines3's: seconds of learning to solve a world."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from spielfeld.benchmarks.comparison import Comparison, Side, Sides
from spielfeld.experiments.run import make_learner, one_thread
from spielfeld.experiments.sources import settings_for
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.tuning import Reached, seconds_to

EVALUATIONS = 40  # number in the smaller of two budgets, at even distances


class Race:
    """A learner that starts again with the next seed at each measurement.

    Args:
        learner: Name of the learner; it has its default settings for this source.
        source: Id of the world.
        every: Environment steps between two evaluations.
        threshold: Return to reach, or share of perfect if `by_share` is true.
        by_share: Whether the threshold is a share of perfect.
        quick: Whether to stop after a few steps.
    """

    def __init__(
        self, learner: str, source: str, every: int, threshold: float, by_share: bool, quick: bool
    ) -> None:
        settings = settings_for(learner, source)
        samples = settings.pop("samples")
        self.samples, self.every = 2_000 if quick else samples, every
        self.specs = self._specs(learner, source, settings)
        self.threshold, self.by_share = threshold, by_share
        self.ways: list[Reached] = []

    def _specs(self, learner: str, source: str, settings: dict[str, Any]) -> Iterator[RunSpec]:
        seed = 0
        while True:
            yield RunSpec(learner, source, self.samples, seed, settings)
            seed += 1

    def measure(self) -> float:
        """Return the seconds of learning until the threshold is reached."""
        spec = next(self.specs)
        self.ways.append(seconds_to(spec, self.threshold, self.every, self.by_share))
        return self.ways[-1].seconds

    def note(self) -> str:
        """Return the number of seeds that reached it, and the median number of steps."""
        ways = self.ways[1:]  # without the first turn, which only warms up
        passed = sum(way.passed for way in ways)
        steps = median(way.samples for way in ways)
        return f"{passed} of {len(ways)} seeds passed, after {steps:,.0f} steps (median)"


def race(ours: str, peer: str, source: str, threshold: float, by_share: bool, quick: bool) -> Sides:
    """Prepare both learners, each with its own settings and budget, evaluated at equal steps."""
    budgets = [int(settings_for(name, source)["samples"]) for name in (ours, peer)]
    every = min(budgets) // EVALUATIONS
    sides = [Race(name, source, every, threshold, by_share, quick) for name in (ours, peer)]
    return Sides(*(Side(name, one.measure, one.note)
                   for name, one in zip((ours, peer), sides, strict=True)))  # fmt: skip


EQUAL: dict[str, Any] = {  # settings of both sides, for steps per second
    "num_envs": 8, "steps": 32, "batch_size": 256, "epochs": 20, "learning_rate": 1e-3,
}  # fmt: skip


def steps_a_second(learner: str, quick: bool) -> float:
    """Learn with equal settings; return the steps per second."""
    import gymnasium

    samples = 512 if quick else 10_240
    agent = make_learner(RunSpec(learner, "CartPole-v1", samples, 0, EQUAL))
    world = gymnasium.make("CartPole-v1")
    with one_thread():
        agent.learn(world, 512)  # warms up
        began = time.perf_counter()
        agent.learn(world, samples)
        return samples / (time.perf_counter() - began)


def equal_settings(quick: bool) -> Sides:
    """Prepare PPO with equal settings on both sides."""
    return Sides(*(Side(name, partial(steps_a_second, name, quick)) for name in ("ppo", "sb3-ppo")))


def _comparison(
    ours: str, peer: str, source: str, threshold: float, target: float, by_share: bool = False
) -> Comparison:
    world = source.partition("/")[2] or source
    return Comparison(
        name=f"deep-{ours}-{world}",
        title=f"{ours} until {world} is solved ({threshold:g}{' of perfect' * by_share})",
        unit="s",
        target=target,
        prepare=partial(race, ours, peer, source, threshold, by_share),
        less_is_better=True,
        needs="sb3_contrib",
        remedy="pip install 'spielfeld[deep]'",
    )


COMPARISONS = (
    Comparison(
        "deep-steps", "PPO on CartPole-v1, equal settings", "steps/s", 3, equal_settings,
        needs="stable_baselines3", remedy="pip install 'spielfeld[deep]'",
    ),
    _comparison("ppo", "sb3-ppo", "CartPole-v1", 475, 4),
    _comparison("a2c", "sb3-a2c", "CartPole-v1", 475, 3),
    _comparison("dqn", "sb3-dqn", "CartPole-v1", 475, 3),
    _comparison("ppo", "sb3-ppo", "spielfeld/FrozenLake8x8-v0", 0.85, 4, by_share=True),
    _comparison("ppo", "sb3-ppo", "spielfeld/FourRooms-v0", 0.95, 4, by_share=True),
)  # fmt: skip
