"""The random walk of nineteen states: n-step TD (chapter 7) and TD(lambda) (chapter 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, estimate
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import COLOURS, DASHES, GREY, book_point, canvas

TRUE = np.arange(-9, 10) / 10
EPISODES, WORST = 10, 10.0  # what diverges is cut off there
TOP = 0.56  # of the pictures
STEP_SIZES = [round(0.05 * k, 2) for k in range(1, 21)]
PUBLISHED = {1: 0.345, 2: 0.277, 4: 0.265, 8: 0.278, 16: 0.313}  # best RMS error
TRACES = {"accumulating": "accumulating", "replacing": "replacing", "dutch": "Dutch, true online"}
DECAYS = (0.0, 0.4, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)


def walk_error(seed: int, learner: Any, settings: dict[str, Any]) -> float:
    """Return the RMS error over the 19 states, mean over the first ten episodes."""
    config = learner.config_class(discount=1.0, learning_rate_decay=0.0, **settings)
    judge, env = learner(config, seed), world("spielfeld/RandomWalk19-v0")
    errors = np.full(EPISODES, WORST)
    for episode in range(EPISODES):
        try:
            judge.learn_episodes(env, 1)
        except ValueError:  # values have left the range of numbers
            break
        missed = (judge.state_values[1:-1] - TRUE).clip(-WORST, WORST)
        errors[episode] = np.sqrt((missed**2).mean())
    return float(errors.mean())


def n_step(repeat: Repeat) -> Outcome:
    """Error of n-step TD over the first ten episodes, for each n over step sizes.

    19 states, -1 at the left end and 1 at the right one, values begin at 0, discount 1. The root
    mean square of the errors of all states after each episode; then the mean over episodes and
    runs. In between TD(0) (n = 1) and Monte Carlo (n endless) is best: at n = 4.
    """
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


def traces(repeat: Repeat) -> Outcome:
    """Error of TD(lambda) over the first ten episodes, by kind of trace, lambda and step size.

    The same walk and measure as in figure 7.2. Accumulating traces grow with every visit and
    diverge where replacing and Dutch ones, the latter with "true online" updates, do not. With
    lambda 0 all are TD(0), whose error is published with figure 7.2; the book prints these curves
    without numbers, and has no replacing traces among them.
    """
    from spielfeld.agents import TDLambda

    shape = (len(TRACES), len(DECAYS), len(STEP_SIZES), -1)
    settings = [
        (TDLambda, {"traces": kind, "trace_decay": decay, "learning_rate": step})
        for kind in TRACES for decay in DECAYS for step in STEP_SIZES
    ]  # fmt: skip
    found = np.array(repeat(walk_error, settings)).reshape(shape)
    means, rows = found.mean(axis=3), []
    picture, panels = canvas("TD(lambda) on 19 states", 1, 3, 4.6, sharey=True)
    for k, (kind, title) in enumerate(TRACES.items()):
        curves = {f"{decay:g}": means[k, j] for j, decay in enumerate(DECAYS)}
        draw_errors(panels[k], curves)
        panels[k].set_title(title, fontsize=10)
        at = np.unravel_index(means[k].argmin(), means[k].shape)
        first = int(means[k, 0].argmin())
        book_point(panels[k], STEP_SIZES[first], PUBLISHED[1], below=True)
        what = f"best, at lambda {DECAYS[at[0]]:g}, step size {STEP_SIZES[at[1]]}"
        rows += [
            estimate(f"{kind}, lambda 0: best RMS error", PUBLISHED[1], found[k, 0, first]),
            estimate(f"{kind}: {what}", None, found[k, at[0], at[1]]),
        ]
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside right", title="lambda")
    return Outcome(picture, rows)


def draw_errors(axes: Any, curves: dict[str, Array]) -> None:
    """Draw errors over step sizes."""
    axes.set(xlabel="step size", xlim=(0, 1.0), ylim=(0.23, TOP))
    if axes.get_subplotspec().is_first_col():
        axes.set_ylabel("RMS error, first ten episodes")
    for k, (name, curve) in enumerate(curves.items()):
        style = {"color": COLOURS[k % len(COLOURS)], "ls": DASHES[k % len(DASHES)]}
        axes.plot(STEP_SIZES, curve, lw=1.5, label=name, **style)
    axes.grid(alpha=0.3, color=GREY)


def name_tops(axes: Any) -> None:
    """Name each curve where it leaves the panel, at the top or at its right end."""
    for curve in axes.get_lines():
        place, height = leaves(STEP_SIZES, curve.get_ydata(), TOP)
        axes.annotate(
            curve.get_label(), (place, height), (2, 2), textcoords="offset points", fontsize=8,
            color=curve.get_color(), rotation=60 if height == TOP else 0, annotation_clip=False,
        )  # fmt: skip


def leaves(places: Sequence[float], heights: Array, top: float) -> tuple[float, float]:
    """Return where a curve leaves the panel for good: above, or at its right end."""
    for k in range(len(places) - 1, 0, -1):
        if heights[k - 1] <= top:
            if heights[k] <= top:
                return places[k], float(heights[k])
            share = (top - heights[k - 1]) / (heights[k] - heights[k - 1])
            return places[k - 1] + share.item() * (places[k] - places[k - 1]), top
    return places[0], top
