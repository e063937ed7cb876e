"""Bandits: each method over its own parameter.

The curves show the mean reward of the first 1,000 steps. The parameters are the exploration rate,
the step size of the gradient bandit, and c of the upper confidence bound. For the optimistic greedy
agent it is the initial value; its step size is 0.1. Each method is best at a value in the middle.
The book prints the curves without numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spielfeld.tutorials.figures.drawing import COLOURS, DASHES, Outcome, Repeat, Row, canvas
from spielfeld.tutorials.figures.ten_armed_testbed import explorer, play

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spielfeld.agents.bandit.learner import BanditLearner

SOURCE = "figure 2.6"
RUNS = 2_000
QUESTION = "Where is the point of the exploration rate 1/2? Change range(-7, -1) to range(-7, 0)."


def figure(repeat: Repeat) -> Outcome:
    """Return the figure and its numbers."""
    families = parameter_families()
    learners = {
        (family, power): make(2.0**power)
        for family, (make, powers) in families.items()
        for power in powers
    }
    curves = play(repeat, learners)
    picture, axes = canvas("Bandits over their parameters")
    axes.set(xlabel="parameter: exploration rate, step size, c, or initial value")
    axes.set(
        ylabel="mean reward of 1,000 steps", xscale="log", xlim=(1 / 320, 6), ylim=(0.95, 1.55)
    )
    rows = []
    for k, (family, (_, powers)) in enumerate(families.items()):
        means = [curves[family, power].reward.mean().item() for power in powers]
        draw_family(axes, k, family, [2.0**power for power in powers], means)
        best = max(range(len(means)), key=means.__getitem__)
        what = f"{family}: best mean reward, at {2.0 ** powers[best]:g}"
        rows.append(Row(what, None, means[best]))
    return Outcome(picture, rows)


def draw_family(axes: Axes, k: int, family: str, places: list[float], means: list[float]) -> None:
    """Draw a method's mean rewards over its parameter, with its name at the first point."""
    axes.plot(places, means, color=COLOURS[k], ls=DASHES[k], marker=".")
    axes.annotate(
        family, (places[0], means[0]), (-6, 0), textcoords="offset points", color=COLOURS[k],
        ha="right", va="center",
    )  # fmt: skip
    ticks = ["1/128", "1/64", "1/32", "1/16", "1/8", "1/4", "1/2", "1", "2", "4"]
    axes.set_xticks([2.0**power for power in range(-7, 3)], ticks)
    axes.minorticks_off()
    axes.grid(alpha=0.3)


def parameter_families() -> dict[str, tuple[Callable[[float], BanditLearner], range]]:
    """Return, for each method, its constructor and the powers of two to try."""
    from spielfeld.agents.bandit import (
        GradientBandit,
        GradientConfig,
        OptimisticBandit,
        OptimisticConfig,
        UpperConfidenceBandit,
        UpperConfidenceConfig,
    )

    def gradient(value: float) -> BanditLearner:
        return GradientBandit(GradientConfig(learning_rate=value))

    def confident(value: float) -> BanditLearner:
        return UpperConfidenceBandit(UpperConfidenceConfig(confidence=value))

    def optimistic(value: float) -> BanditLearner:
        return OptimisticBandit(OptimisticConfig(initial_value=value))

    return {
        "explore": (explorer, range(-7, -1)),
        "gradient": (gradient, range(-5, 3)),
        "UCB": (confident, range(-4, 3)),
        "optimistic": (optimistic, range(-2, 3)),
    }
