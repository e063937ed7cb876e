"""Curves of many runs: the median, and a band that holds the middle half of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Row, estimate
from spielfeld.experiments.figures.style import lines

BAND = "medians, bands with the middle half of the runs"


def bands(axes: Any, places: npt.ArrayLike, found: Mapping[str, Array]) -> None:
    """Draw the median of runs over places, within the band between their quartiles.

    Args:
        axes: What is drawn on; its limits must be set before, since names stand at ends of curves.
        places: Shape [places].
        found: What each run gave, by the curve's name. Shape [runs, places].
    """
    lines(axes, places, {name: np.median(runs, axis=0) for name, runs in found.items()})
    curves = axes.get_lines()[-len(found) :]
    for curve, runs in zip(curves, found.values(), strict=True):
        low, high = np.quantile(runs, (0.25, 0.75), axis=0)
        axes.fill_between(places, low, high, color=curve.get_color(), alpha=0.15, lw=0)


def on_a_log_scale(axes: Any, places: Sequence[float], marked: Sequence[float]) -> None:
    """Let the horizontal axis reach from the first place to the last, with marks at some."""
    axes.set(xscale="log", xlim=(places[0], places[-1]))
    axes.set_xticks(marked, [f"{place:,}" for place in marked])
    axes.minorticks_off()


def share_of_rows(what: str, published: float, samples: Array, rows: int = 100) -> Row:
    """Compare the mean of many runs with a share of test rows that somebody found in one run."""
    error = math.sqrt(published * (1 - published) / rows)
    return estimate(what, published, samples, error)
