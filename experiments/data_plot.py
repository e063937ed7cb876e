"""The learning curve of a learner on data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.experiments.data_metrics import METRICS
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.plots import BLUE, GREY, ORANGE, finish, groups
from spielfeld.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = {"loss": "loss of the training batches", "validation_loss": "loss of the validation rows"}


def plot_data_curve(
    title: str, path: Path, history: History, scores: History, final: DataScore
) -> None:
    """Draw what was recorded while learning, and below it how good the learner was meanwhile.

    Args:
        title: Above the picture.
        path: PNG file to write.
        history: With the column samples, and loss or whatever else a learner records.
        scores: With columns samples and the headline, measured while learning; may be empty.
        final: What was measured in the end.
    """
    from matplotlib.figure import Figure

    panels = 2 if len(scores) > 1 else 1
    figure = Figure(figsize=(8, 3.2 * panels), layout="constrained")
    rows = figure.subplots(panels, sharex=True, squeeze=False)[:, 0]
    _draw_losses(rows[0], history)
    if panels == 2:
        _draw_scores(rows[1], scores, final)
    for panel in rows:
        panel.grid(alpha=0.3)
        panel.legend(loc="best", framealpha=0.9)
    finish(figure, rows, title, "rows drawn", path)


def _draw_losses(axes: Axes, history: History) -> None:
    names = [name for name in history.columns if name != "samples"]
    for name, colour in zip(names, (BLUE, ORANGE, GREY), strict=False):
        with np.errstate(over="ignore"):  # spreads of losses too large to square are not shown
            centre, mean, _ = groups(history["samples"], history[name])
        axes.plot(centre, mean, color=colour, label=LABELS.get(name, name.replace("_", " ")))
    axes.set_ylabel(names[0].replace("_", " "))


def _draw_scores(axes: Axes, scores: History, final: DataScore) -> None:
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
