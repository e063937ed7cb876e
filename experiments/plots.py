"""Pictures of what happened while learning."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evaluation import Evaluation
from learning.history import Column, History
from learning.model_file import write_atomically

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#666666"  # Okabe & Ito, safe for the colour-blind
POINTS = 100  # drawn at most


def plot_learning_curve(
    history: History, title: str, path: Path, score: Evaluation | None = None
) -> None:
    """Draw the returns of episodes against environment steps, beside perfect and random.

    Args:
        history: With columns samples and episode_return.
        title: Above the picture.
        path: PNG file to write.
        score: Adds lines for the optimum and for random actions.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    samples, returns = history["samples"], history["episode_return"]
    centre, mean, error = _groups(samples, returns)
    low, high = mean - 2 * error, mean + 2 * error
    axes.fill_between(centre, low, high, color=BLUE, alpha=0.25, lw=0, label="two standard errors")
    axes.plot(centre, mean, color=BLUE, label="mean while learning and exploring")
    if score is not None and score.optimum is not None and score.discount == 1.0:
        axes.axhline(score.optimum, color=ORANGE, ls="--", label=f"perfect: {score.optimum:.4g}")
        axes.axhline(score.value, color=GREY, ls=":", label=f"learned, greedy: {score.value:.4g}")
        _show_what_matters(axes, low, score)
    axes.set(title=title, xlabel="environment steps", ylabel="return of an episode")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", framealpha=0.9)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    write_atomically(path, buffer.getvalue())


def _groups(samples: Column, returns: Column) -> tuple[Column, Column, Column]:
    """Gather episodes into groups of equal count: where, mean, and standard error of each."""
    count = int(np.clip(len(samples) // 10, 1, POINTS))
    parts = np.array_split(np.arange(len(samples)), count)
    centre = np.array([samples[part].mean() for part in parts])
    mean = np.array([returns[part].mean() for part in parts])
    error = np.array([returns[part].std() / np.sqrt(len(part)) for part in parts])
    return centre, mean, error


def _show_what_matters(axes: Any, low: Column, score: Evaluation) -> None:
    """Cut off the first, terrible episodes, which would squeeze the rest into a line."""
    top = max(score.optimum or 0.0, float(np.max(low)))
    bottom = float(np.quantile(low, 0.1))
    margin = 0.06 * (top - bottom or 1.0)
    axes.set_ylim(bottom - margin, top + margin)
