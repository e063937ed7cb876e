"""Bandits: a greedy agent stays with the wrong arm.

Ten arms pay rewards with deviation 1 around means drawn from N(0, 1), for 1,000 pulls. An
estimate is the mean of the rewards so far. Exploring in a tenth of all steps finds the best arm
sooner. Exploring in a hundredth becomes better in the long run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from spielfeld.tutorials.figures.drawing import (
    BAND_WIDTH,
    SOURCE_RUNS,
    Outcome,
    Repeat,
    Row,
    book_line,
    canvas,
    lines,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spielfeld.agents.bandit import ExplorationBandit
    from spielfeld.agents.bandit.learner import BanditLearner
    from spielfeld.agents.bandit.many_runs import Curves

SOURCE = "figure 2.2"
RUNS = 2_000
QUESTION = "Which agent is ahead after 5,000 steps? Change STEPS."

Name = TypeVar("Name")
STEPS, LAST = 1_000, 100


def explorer(exploration_rate: float, **settings: float) -> ExplorationBandit:
    """Return the bandit learner with random exploration."""
    from spielfeld.agents.bandit import ExplorationBandit, ExplorationConfig

    return ExplorationBandit(ExplorationConfig(exploration_rate=exploration_rate, **settings))


def play(
    repeat: Repeat, learners: Mapping[Name, BanditLearner], mean: float = 0.0
) -> dict[Name, Curves]:
    """Let each learner play the same problems; return its `Curves`."""
    from spielfeld.agents.bandit import testbed

    curves = {}
    for name, learner in learners.items():
        curves[name] = testbed(learner, repeat.runs, STEPS, mean=mean)
        repeat.tell(len(curves), len(learners))
    return curves


def optimal_row(name: str, curves: Curves, published: float | None, error: float = 0.0) -> Row:
    """Compare the share of best arms in the last 100 steps with a published one."""
    ours = curves.optimal[-LAST:].mean().item()
    ours_error = curves.optimal_error[-LAST:].mean().item()  # counts a run's 100 steps as one
    if published is not None:
        error = error or math.sqrt(published * (1 - published) / SOURCE_RUNS)
    band = BAND_WIDTH * math.hypot(error, ours_error)
    return Row(f"{name}: share of best pulls in the last 100", published, ours, ours_error, band)


def draw_optimal(axes: Axes, curves: Mapping[str, Curves]) -> None:
    """Draw the share of runs that pull the best arm, over steps."""
    axes.set(xlabel="step", ylabel="pulls of the best arm in %", xlim=(1, STEPS), ylim=(0, 100))
    lines(axes, range(1, STEPS + 1), {name: 100 * one.optimal for name, one in curves.items()})


def draw_reward(axes: Axes, curves: Mapping[str, Curves]) -> None:
    """Draw the mean reward over steps."""
    axes.set(xlabel="step", ylabel="mean reward", xlim=(1, STEPS), ylim=(0, 1.6))
    lines(axes, range(1, STEPS + 1), {name: one.reward for name, one in curves.items()})


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    published = {"explore .1": 0.800, "explore .01": 0.590, "greedy": 0.356}
    learners = dict(zip(published, map(explorer, (0.1, 0.01, 0.0)), strict=True))
    curves = play(repeat, learners)
    picture, (above, below) = canvas("Ten-armed testbed", 2, 1, 6.4, sharex=True)
    draw_reward(above, curves)
    above.set_xlabel("")
    draw_optimal(below, curves)
    for share in published.values():
        book_line(below, 100 * share, f"book {100 * share:g} %", at=0.4)
    rows = [optimal_row(name, curves[name], share) for name, share in published.items()]
    return Outcome(picture, rows)
