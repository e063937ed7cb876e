"""Learning curves of several learners, with bands: one or two panels for each world."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.compare.runs import SHARE, Cells, Result, Unit
from spielfeld.experiments.compare.statistics import LEVEL
from spielfeld.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito without yellow, which is lost on white; safe for the colour-blind.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9", "#777777")
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))
ACROSS = 3  # panels in a row
RESAMPLES = 500
FAR = 8  # times as long
Look = dict[str, dict[str, Any]]  # learner -> how its line is drawn
Ends = dict[str, tuple[float, float]]  # learner -> where its line ends
Curves = dict[str, Sequence[Result]]  # learner -> its runs


class Panel(NamedTuple):
    """Content of one frame: curves of a world, along samples or along seconds."""

    world: str
    unit: Unit
    clock: bool
    curves: Curves


def plot_curves(cells: Cells, path: Path) -> None:
    """Draw the interquartile mean over seeds and its 95 % bootstrap band.

    Args:
        cells: Lines of the table, by learner and world.
        path: PNG file to write.
    """
    from matplotlib.figure import Figure

    labels = list(dict.fromkeys(label for label, _ in cells))
    look: Look = {
        label: {
            "color": COLOURS[k % len(COLOURS)],
            "ls": STYLES[(k + k // len(COLOURS)) % len(STYLES)],
        }
        for k, label in enumerate(labels)
    }
    panels = _panels(cells)
    timed = any(lines[0].many for lines in cells.values())
    across = 2 if timed else min(len(panels), ACROSS)
    down = math.ceil(len(panels) / across)
    wide = 4.6 if timed else 3.6
    size = (7.4, 4.2) if across == 1 else (wide * across, 2.6 * down + 0.25 * len(labels) + timed)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for panel, (world, unit, clock, curves) in zip(axes, panels, strict=False):
        ends = _draw(panel, world, unit, curves, look, clock)
        if len(panels) == 1:
            _name_ends(panel, ends, look)
        else:
            panel.tick_params(labelsize=7)
    for panel in axes[len(panels) :]:
        panel.set_axis_off()
    if len(panels) > 1:
        handles = [axes[0].plot([], [], label=label, lw=2, **look[label])[0] for label in labels]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(labels)))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    write_atomically(path, buffer.getvalue())


def _panels(cells: Cells) -> list[Panel]:
    """Group curves by world and unit; also over seconds if a learner acts in many worlds."""
    found: dict[tuple[str, Unit], Curves] = {}
    for (label, world), lines in cells.items():
        found.setdefault((world, lines[0].curve_unit), {})[label] = lines
    panels = []
    for (world, unit), curves in found.items():
        panels.append(Panel(world, unit, False, curves))
        timed = {label: each for label, each in curves.items() if each[0].clock is not None}
        if any(each[0].many for each in timed.values()):
            panels.append(Panel(world, unit, True, timed))
    return panels


def _draw(
    panel: Axes, world: str, unit: Unit, curves: Curves, look: Look, clock: bool = False
) -> Ends:
    """Draw each learner's middle and band; return where the lines end."""
    ends, bands = {}, []
    right = max(lines[0].curve[0].max(initial=0) for lines in curves.values())
    for label, lines in curves.items():
        samples, middle, low, high = _band(lines, 100.0 if unit.percent else 1.0, clock)
        if len(samples) == 1:  # learned all at once: a line to compare with
            samples = np.array([0, right])
            middle, low, high = (np.repeat(one, 2) for one in (middle, low, high))
        if len(samples):
            if len(curves) <= len(COLOURS):  # of more, bands hide the lines
                panel.fill_between(samples, low, high, color=look[label]["color"], alpha=0.15, lw=0)
            panel.plot(samples, middle, lw=2, **look[label])
            ends[label] = (float(samples[-1]), float(middle[-1]))
            bands.append((low, high))
    if bands:
        panel.set_ylim(*_limits(bands, unit))
    title = world.rsplit("/", 1)[-1].replace(":", "\n", 1)  # options below the name
    panel.set_title(title.replace(",", ", "), fontsize=10)
    world_steps = next(iter(curves.values()))[0].drawn is None
    words = "environment steps" if world_steps else "rows drawn"
    if clock:
        words = _by_the_clock(panel, ends)
    panel.set_xlabel(words, fontsize=9)
    panel.set_ylabel(unit.name + (" in %" if unit.percent else ""), fontsize=9)
    panel.xaxis.set_major_formatter(_thousands)
    panel.grid(alpha=0.3)
    return ends


def _by_the_clock(panel: Axes, ends: Ends) -> str:
    """Use a logarithmic time axis if the fastest learner would be invisible."""
    seconds = [end[0] for end in ends.values() if end[0] > 0]
    if not seconds or max(seconds) < FAR * min(seconds):
        return "seconds of learning"
    panel.set_xscale("log")
    return "seconds of learning; every mark is ten times the one before"


def _band(
    lines: Sequence[Result], scale: float, clock: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Return samples or seconds, and middle, low and high end of the scores, point by point."""
    from scipy.stats import trim_mean

    curves = np.array([line.curve[1] for line in lines]) * scale  # [seeds, points]
    curves = curves[np.isfinite(curves).all(axis=1)]  # notes name those that diverged
    if not curves.size:
        return (np.empty(0),) * 4
    drawn = np.random.default_rng(0).integers(0, len(curves), (RESAMPLES, len(curves)))
    middles = trim_mean(curves[drawn], 0.25, axis=1)
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(middles, [tail, 100 - tail], axis=0)
    places: list[Array] = [np.asarray(each.clock if clock else each.curve[0]) for each in lines]
    along = np.mean(places, axis=0)
    found = np.array([along, trim_mean(curves, 0.25, axis=0), low, high])
    samples, middle, low, high = found[:, 1:] if clock and len(along) > 1 else found
    return samples, middle, low, high  # by the clock without the start, which took no time


def _limits(bands: Sequence[tuple[Array, Array]], unit: Unit) -> tuple[float, float]:
    """Return limits of the axis; a very bad first fifth is cut off."""
    lowest = float(min(low.min() for low, _ in bands))
    if unit == SHARE:
        return max(-25.0, min(lowest, 0.0) - 5), 108.0
    top = float(max(high.max() for _, high in bands))
    settled = float(min(low[len(low) // 5 :].min() for low, _ in bands))
    bottom = lowest if lowest > settled - 2 * (top - settled) else settled
    margin = 0.06 * (top - bottom or 1.0)
    return bottom - margin, top + margin


def _name_ends(panel: Axes, ends: Ends, look: Look) -> None:
    """Write each learner's name beside the end of its line, apart from the others."""
    low, high = panel.get_ylim()
    apart, right = 0.062 * (high - low), max((end[0] for end in ends.values()), default=1.0)
    order = sorted(ends, key=lambda label: ends[label][1])
    heights = _spread([float(np.clip(ends[label][1], low, high)) for label in order], apart, high)
    panel.set_xlim(0, right)
    for label, height in zip(order, heights, strict=True):
        panel.annotate(
            label, ends[label], (1.06 * right, height), va="center", annotation_clip=False,
            color=look[label]["color"], fontsize=10, fontweight="bold",
            arrowprops={
                "arrowstyle": "-", "color": look[label]["color"], "lw": 0.8, "relpos": (0, 0.5),
                "shrinkA": 2, "shrinkB": 0,
            },
        )  # fmt: skip


def _spread(heights: list[float], apart: float, top: float) -> list[float]:
    """Move sorted heights as little as is simple, until they are `apart` and below `top`."""
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + apart)
    limit = top
    for k in reversed(range(len(heights))):
        heights[k] = limit = min(heights[k], limit)
        limit -= apart
    return heights


def _thousands(value: float, position: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g} {letter}"
    return f"{value:g}"
