"""n-step TD: error over step sizes, for each n.

The random walk has 19 states and pays -1 at the left end and 1 at the right one. Values begin at
0, and the discount is 1. The error is the root mean square over all states after each episode. The
curves are means over the first ten episodes and all runs. The best n, 4, lies between TD(0) (n = 1)
and Monte Carlo (n without end).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    COLOURS,
    DASHES,
    GREY,
    Outcome,
    Repeat,
    book_point,
    canvas,
    estimate,
    world,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from spielfeld.agents.tabular.prediction import PredictionLearner

SOURCE = "figure 7.2"
RUNS = 200
QUESTION = "Which n is best after a single episode? Change EPISODES to 1."

TRUE = np.arange(-9, 10) / 10
EPISODES, WORST = 10, 10.0  # WORST replaces larger errors, of values that diverge
TOP = 0.56  # upper limit of the pictures
STEP_SIZES = [round(0.05 * k, 2) for k in range(1, 21)]
PUBLISHED = {1: 0.345, 2: 0.277, 4: 0.265, 8: 0.278, 16: 0.313}  # best RMS error


def walk_error(seed: int, learner: type[PredictionLearner], settings: dict[str, Any]) -> float:
    """Return the RMS error over the 19 states, mean over the first ten episodes."""
    config = learner.config_class(discount=1.0, learning_rate_decay=0.0, **settings)
    judge, env = learner(config, seed), world("spielfeld/RandomWalk19-v0")
    errors = np.full(EPISODES, WORST)
    for episode in range(EPISODES):
        try:
            judge.learn_episodes(env, 1)
        except ValueError:  # the values have become too large for floating-point numbers
            break
        missed = (judge.state_values[1:-1] - TRUE).clip(-WORST, WORST)
        errors[episode] = np.sqrt((missed**2).mean())
    return float(errors.mean())


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents import NStepTD

    every = [1, 2, 4, 8, 16, 32, 64, 128, 512]
    settings = [
        (NStepTD, {"steps": n, "learning_rate": step}) for n in every for step in STEP_SIZES
    ]
    found = np.array(repeat(walk_error, settings)).reshape(len(every), len(STEP_SIZES), -1)
    picture, axes = canvas("n-step TD on 19 states", height=5.0)
    means = {f"n = {n}": found[k].mean(axis=1) for k, n in enumerate(every)}
    draw_errors(axes, means)
    name_tops(axes)
    for n, published in PUBLISHED.items():
        at = means[f"n = {n}"].argmin()
        book_point(axes, STEP_SIZES[at], published, "book" if n == 4 else "", below=True)
    rows = []
    for n, published in PUBLISHED.items():
        samples = found[every.index(n)]
        at = int(samples.mean(axis=1).argmin())
        what = f"n = {n}: best RMS error, at step size {STEP_SIZES[at]}"
        rows.append(estimate(what, published, samples[at]))
    return Outcome(picture, rows)


def draw_errors(axes: Axes, curves: dict[str, Array]) -> None:
    """Draw errors over step sizes."""
    axes.set(xlabel="step size", xlim=(0, 1.0), ylim=(0.23, TOP))
    place = axes.get_subplotspec()
    if place is not None and place.is_first_col():
        axes.set_ylabel("RMS error, first ten episodes")
    for k, (name, curve) in enumerate(curves.items()):
        style: dict[str, Any] = {"color": COLOURS[k % len(COLOURS)], "ls": DASHES[k % len(DASHES)]}
        axes.plot(STEP_SIZES, curve, lw=1.5, label=name, **style)
    axes.grid(alpha=0.3, color=GREY)


def name_tops(axes: Axes) -> None:
    """Write each curve's name where it leaves the panel, at the top or at its right end."""
    for curve in axes.get_lines():
        place, height = leaves(STEP_SIZES, np.asarray(curve.get_ydata(), float), TOP)
        axes.annotate(
            str(curve.get_label()), (place, height), (2, 2), textcoords="offset points", fontsize=8,
            color=curve.get_color(), rotation=60 if height == TOP else 0, annotation_clip=False,
        )  # fmt: skip


def leaves(places: Sequence[float], heights: Array, top: float) -> tuple[float, float]:
    """Return the point where a curve finally leaves the panel: at the top, or at its right end."""
    for k in range(len(places) - 1, 0, -1):
        if heights[k - 1] <= top:
            if heights[k] <= top:
                return places[k], float(heights[k])
            share = (top - heights[k - 1]) / (heights[k] - heights[k - 1])
            return places[k - 1] + share.item() * (places[k] - places[k - 1]), top
    return places[0], top
