"""Learning curves as pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.experiments.data_metrics import METRICS
from spielfeld.experiments.data_score import DataScore
from spielfeld.files import write_atomically
from spielfeld.history import Column, History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#666666"  # Okabe & Ito, safe for the colour-blind
POINTS = 100  # the most points of a curve
LABELS = {"loss": "loss of the training batches", "validation_loss": "loss of the validation rows"}


def plot_learning_curve(title: str, path: Path, history: History, scores: History) -> None:
    """Draw the score of the greedy policy, and below it the returns during training.

    Args:
        title: Title of the picture.
        path: PNG file to write.
        history: Has the columns samples and episode_return.
        scores: Has the columns samples and share, error or value, measured during training; may
            be empty.
    """
    from matplotlib.figure import Figure

    panels = 2 if len(scores) else 1
    figure = Figure(figsize=(8, 3.2 * panels), layout="constrained")
    rows = figure.subplots(panels, sharex=True, squeeze=False)[:, 0]
    if "error" in scores.columns:
        _draw_errors(rows[0], scores)
    elif "share" in scores.columns and np.isfinite(scores["share"]).any():
        _draw_shares(rows[0], scores)
    elif len(scores):
        _draw_values(rows[0], scores)
    _draw_returns(rows[-1], history)
    finish(figure, list(rows), title, "environment steps", path)


def finish(figure: Figure, rows: Sequence[Axes], title: str, samples: str, path: Path) -> None:
    """Add the title and the label of the samples, and write the file."""
    rows[0].set_title(title)
    rows[-1].set_xlabel(samples)
    rows[-1].xaxis.set_major_formatter("{x:,.0f}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    write_atomically(path, buffer.getvalue())


def _draw_shares(axes: Axes, scores: History) -> None:
    share = 100 * scores["share"]
    axes.axhline(100, color=ORANGE, ls="--", label="perfect")
    axes.axhline(0, color=GREY, ls=":", label="random actions")
    axes.plot(scores["samples"], share, color=BLUE, marker=".", label="greedy policy, exact")
    axes.set(ylabel="share of perfect in %", ylim=(max(-20, min(share.min(), 0) - 5), 108))
    axes.grid(alpha=0.3)
    axes.legend(loc="best", framealpha=0.9)


def _draw_values(axes: Axes, scores: History) -> None:
    played = "greedy policy, mean of 100 episodes"
    axes.plot(scores["samples"], scores["value"], color=BLUE, marker=".", label=played)
    axes.set(ylabel="return of an episode")
    axes.grid(alpha=0.3)
    axes.legend(loc="best", framealpha=0.9)


def _draw_errors(axes: Axes, scores: History) -> None:
    axes.plot(
        scores["samples"], scores["error"], color=BLUE, marker=".", label="all states visited"
    )
    axes.set(ylabel="RMS error of the values", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(loc="best", framealpha=0.9)


def _draw_returns(axes: Axes, history: History) -> None:
    centre, mean, error = groups(history["samples"], history["episode_return"])
    low, high = mean - 2 * error, mean + 2 * error
    axes.fill_between(centre, low, high, color=BLUE, alpha=0.25, lw=0, label="two standard errors")
    axes.plot(centre, mean, color=BLUE, label="mean of episodes during training")
    axes.set(ylabel="return of an episode", ylim=_shown(low, high))
    axes.grid(alpha=0.3)
    axes.legend(loc="best", framealpha=0.9)


def plot_data_curve(
    title: str, path: Path, history: History, scores: History, final: DataScore
) -> None:
    """Draw the losses during training, and below them the scores of the learner.

    Args:
        title: Title of the picture.
        path: PNG file to write.
        history: Has the column samples, and the losses that a learner records.
        scores: Has the columns samples and the headline, measured during training; may be empty.
        final: Score at the end.
    """
    from matplotlib.figure import Figure

    panels = 2 if len(scores) > 1 else 1
    figure = Figure(figsize=(8, 3.2 * panels), layout="constrained")
    rows = figure.subplots(panels, sharex=True, squeeze=False)[:, 0]
    _draw_losses(rows[0], history)
    if panels == 2:
        _draw_data_scores(rows[1], scores, final)
    for panel in rows:
        panel.grid(alpha=0.3)
        panel.legend(loc="best", framealpha=0.9)
    finish(figure, list(rows), title, "rows drawn", path)


def _draw_losses(axes: Axes, history: History) -> None:
    names = [name for name in history.columns if name != "samples"]
    for name, colour in zip(names, (BLUE, ORANGE, GREY), strict=False):
        with np.errstate(over="ignore"):  # spreads of losses too large to square are not shown
            centre, mean, _ = groups(history["samples"], history[name])
        axes.plot(centre, mean, color=colour, label=LABELS.get(name, name.replace("_", " ")))
    axes.set_ylabel(names[0].replace("_", " "))


def _draw_data_scores(axes: Axes, scores: History, final: DataScore) -> None:
    metric, measured = METRICS[final.headline], final.metrics[final.headline]
    scale = 100 if metric.percent else 1
    values = scale * scores[final.headline]
    axes.plot(
        scores["samples"], values, color=BLUE, marker=".", label=f"on the {final.watched} rows"
    )
    lines = (
        (measured.baseline, GREY, ":", measured.guess),
        (measured.best, ORANGE, "--", measured.bound),
    )
    for height, colour, style, label in lines:
        if height is not None:
            axes.axhline(scale * height, color=colour, ls=style, label=label)
    axes.set_ylabel(metric.label + (" in %" if metric.percent else ""))


def groups(samples: Column, returns: Column) -> tuple[Column, Column, Column]:
    """Return centre, mean and standard error of groups with the same number of episodes."""
    count = int(np.clip(len(samples) // 10, 1, POINTS))
    parts = np.array_split(np.arange(len(samples)), count)
    centre = np.array([samples[part].mean() for part in parts])
    mean = np.array([returns[part].mean() for part in parts])
    error = np.array([returns[part].std() / np.sqrt(len(part)) for part in parts])
    return centre, mean, error


def _shown(low: Column, high: Column) -> tuple[float, float]:
    """Return limits of the axis; very bad first episodes are cut off."""
    settled = low[len(low) // 10 :]
    bottom, top = float(settled.min()), float(high.max())
    if low.min() > bottom - 2 * (top - bottom):
        bottom = float(low.min())
    margin = 0.06 * (top - bottom or 1.0)
    return bottom - margin, top + margin
