"""Bandits: the ten-armed testbed (chapter 2)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spielfeld.experiments.figures.outcome import SOURCE_RUNS, WIDTH, Outcome, Row
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import COLOURS, DASHES, book_line, canvas, lines

STEPS, LAST = 1_000, 100


def explorer(exploration_rate: float, **settings: float) -> Any:
    """Return the bandit that explores at random."""
    from spielfeld.agents.bandit import ExplorationBandit, ExplorationConfig

    return ExplorationBandit(ExplorationConfig(exploration_rate=exploration_rate, **settings))


def play(repeat: Repeat, learners: Mapping[Any, Any], mean: float = 0.0) -> dict[Any, Any]:
    """Let each learner play the same problems; return its `Curves`."""
    from spielfeld.agents.bandit import testbed

    curves = {}
    for name, learner in learners.items():
        curves[name] = testbed(learner, repeat.runs, STEPS, mean=mean)
        repeat.tell(len(curves), len(learners))
    return curves


def optimal_row(name: str, curves: Any, published: float | None, error: float = 0.0) -> Row:
    """Compare how often the best arm was pulled in the last 100 steps."""
    ours = curves.optimal[-LAST:].mean().item()
    ours_error = curves.optimal_error[-LAST:].mean().item()  # as if a run's 100 steps were one
    if published is not None:
        error = error or math.sqrt(published * (1 - published) / SOURCE_RUNS)
    band = WIDTH * math.hypot(error, ours_error)
    return Row(f"{name}: share of best pulls in the last 100", published, ours, ours_error, band)


def draw_optimal(axes: Any, curves: Mapping[str, Any]) -> None:
    """Draw in how many runs the best arm was pulled, over steps."""
    axes.set(xlabel="step", ylabel="pulls of the best arm in %", xlim=(1, STEPS), ylim=(0, 100))
    lines(axes, range(1, STEPS + 1), {name: 100 * one.optimal for name, one in curves.items()})


def draw_reward(axes: Any, curves: Mapping[str, Any]) -> None:
    """Draw the mean reward over steps."""
    axes.set(xlabel="step", ylabel="mean reward", xlim=(1, STEPS), ylim=(0, 1.6))
    lines(axes, range(1, STEPS + 1), {name: one.reward for name, one in curves.items()})


def ten_armed_testbed(repeat: Repeat) -> Outcome:
    """Ten arms that pay around means drawn from N(0, 1), with deviation 1; 1,000 pulls.

    Estimates are means of the rewards so far. Exploring a tenth of the time finds the best arm
    sooner; exploring less will be better in the long run.
    """
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


def optimistic_values(repeat: Repeat) -> Outcome:
    """Estimates that begin at 5, more than any arm pays, against exploring a tenth of the time.

    Both learn with step size 0.1. Whoever is disappointed by every arm tries them all, and is done
    with it early. The book prints the curves without numbers.
    """
    from spielfeld.agents.bandit import OptimisticBandit

    curves = play(
        repeat,
        {
            "optimistic": OptimisticBandit(),
            "explore .1": explorer(0.1, learning_rate=0.1, learning_rate_decay=0.0),
        },
    )
    picture, axes = canvas("Optimistic values instead of exploration")
    draw_optimal(axes, curves)
    return Outcome(picture, [optimal_row(name, one, None) for name, one in curves.items()])


def upper_confidence_bound(repeat: Repeat) -> Outcome:
    """The arm with the highest upper confidence bound, with c = 2, against random exploration.

    Arms that were never pulled come first; the spike in step 11 is when all had their turn.
    """
    from spielfeld.agents.bandit import UpperConfidenceBandit

    curves = play(repeat, {"UCB": UpperConfidenceBandit(), "explore .1": explorer(0.1)})
    picture, (left, right) = canvas("Upper confidence bounds", 2, 1, 6.4, sharex=True)
    draw_reward(left, curves)
    left.set_xlabel("")
    draw_optimal(right, curves)
    book_line(right, 85.5, "book 85.5 %", at=0.4)
    return Outcome(picture, [optimal_row("UCB", curves["UCB"], 0.855)])


def gradient_bandit(repeat: Repeat) -> Outcome:
    """Preferences that climb the expected reward, with arms that pay around 4.

    A baseline, the mean of the rewards so far, tells good rewards from bad ones where all are
    high. Step sizes 0.1 and 0.4.
    """
    from spielfeld.agents.bandit import GradientBandit, GradientConfig

    def learner(rate: float, baseline: bool) -> Any:
        return GradientBandit(GradientConfig(learning_rate=rate, baseline=baseline))

    learners = {
        "step .1, baseline": learner(0.1, True),
        "step .4, baseline": learner(0.4, True),
        "step .1 without": learner(0.1, False),
        "step .4 without": learner(0.4, False),
    }
    curves = play(repeat, learners, mean=4.0)
    picture, axes = canvas("Gradient bandits, with and without a baseline")
    draw_optimal(axes, curves)
    book_line(axes, 84.9, "book 84.9 %", at=0.3)
    book_line(axes, 49, "book 49 %", at=0.3)
    rows = [
        optimal_row("step .1, baseline", curves["step .1, baseline"], 0.849),
        optimal_row("step .1 without", curves["step .1 without"], 0.49, 0.01),
    ]
    return Outcome(picture, rows)


def bandit_parameters(repeat: Repeat) -> Outcome:
    """Mean reward of the first 1,000 steps, for each method over its own parameter.

    Exploration rate of the exploring bandit, step size of the gradient bandit, c of the upper
    confidence bound, initial value of the optimistic greedy one (step size 0.1). Each has a best
    setting in between. The book prints the curves without numbers.
    """
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


def draw_family(axes: Any, k: int, family: str, places: list[float], means: list[float]) -> None:
    """Draw the mean rewards of one method over its parameter, named where they begin."""
    axes.plot(places, means, color=COLOURS[k], ls=DASHES[k], marker=".")
    axes.annotate(
        family, (places[0], means[0]), (-6, 0), textcoords="offset points", color=COLOURS[k],
        ha="right", va="center",
    )  # fmt: skip
    ticks = ["1/128", "1/64", "1/32", "1/16", "1/8", "1/4", "1/2", "1", "2", "4"]
    axes.set_xticks([2.0**power for power in range(-7, 3)], ticks)
    axes.minorticks_off()
    axes.grid(alpha=0.3)


def parameter_families() -> dict[str, tuple[Any, range]]:
    """Return how to make each method from its parameter, and the powers of two to try."""
    from spielfeld.agents.bandit import (
        GradientBandit,
        GradientConfig,
        OptimisticBandit,
        OptimisticConfig,
        UpperConfidenceBandit,
        UpperConfidenceConfig,
    )

    def gradient(value: float) -> Any:
        return GradientBandit(GradientConfig(learning_rate=value))

    def confident(value: float) -> Any:
        return UpperConfidenceBandit(UpperConfidenceConfig(confidence=value))

    def optimistic(value: float) -> Any:
        return OptimisticBandit(OptimisticConfig(initial_value=value))

    return {
        "explore": (explorer, range(-7, -1)),
        "gradient": (gradient, range(-5, 3)),
        "UCB": (confident, range(-4, 3)),
        "optimistic": (optimistic, range(-2, 3)),
    }
