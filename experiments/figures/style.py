"""How all figures look: colours that all can tell apart, and lines named at their ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# Okabe & Ito; each comes with a line style of its own, so that colour is never needed.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
YELLOW, SKY, BLACK, GREY = "#e69f00", "#56b4e9", "#000000", "#666666"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY, BLACK, GREY)
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (1, 1)))
BOOK = {"color": GREY, "ls": (0, (4, 3)), "lw": 1.0, "zorder": 1}
WIDTH, PIXELS = 8.0, 100  # inches, pixels in an inch


def canvas(
    title: str, rows: int = 1, columns: int = 1, height: float = 4.2, **options: Any
) -> tuple[Any, Any]:
    """Return a picture of 800 pixels' width, and its panels. [rows, columns] without sides of 1."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(WIDTH, height), dpi=PIXELS, layout="constrained")
    picture.suptitle(title, fontsize=12)
    return picture, picture.subplots(rows, columns, **options)


def lines(axes: Any, places: npt.ArrayLike, curves: Mapping[str, npt.ArrayLike]) -> None:
    """Draw curves, each in a colour and style of its own, and name them at their right ends."""
    for k, (label, curve) in enumerate(curves.items()):
        style = {"color": COLOURS[k % len(COLOURS)], "ls": DASHES[k % len(DASHES)]}
        axes.plot(places, curve, label=label, lw=1.6, **style)
    axes.grid(alpha=0.3)
    name_ends(axes)


def name_ends(axes: Any, apart: float = 0.055) -> None:
    """Write each curve's label beside its last point that is shown, none upon another.

    Args:
        axes: What holds the curves; those whose label begins with "_" stay without a name.
        apart: Least distance of two labels, as a share of the height.
    """
    low, high = axes.get_ylim()
    logarithmic = axes.get_yscale() == "log"
    scale = np.log if logarithmic else np.asarray
    ends = []
    for curve in axes.get_lines():
        heights = np.asarray(curve.get_ydata(), float)
        shown = np.flatnonzero(np.isfinite(heights))
        if shown.size and not str(curve.get_label()).startswith("_"):
            end = (scale(heights[shown[-1]]) - scale(low)) / (scale(high) - scale(low))
            ends.append((float(np.clip(end, 0.0, 1.0)), curve))
    ends.sort(key=lambda pair: pair[0])
    for height, curve in zip(spread([end for end, _ in ends], apart), ends, strict=True):
        axes.annotate(
            curve[1].get_label(), (1.0, height), (5, 0), xycoords="axes fraction",
            textcoords="offset points", color=curve[1].get_color(), va="center", fontsize=9,
        )  # fmt: skip


def spread(heights: list[float], apart: float) -> list[float]:
    """Move sorted heights from each other until neighbours are far enough apart, within 0 to 1."""
    placed = list(heights)
    for k in range(1, len(placed)):
        placed[k] = max(placed[k], placed[k - 1] + apart)
    for k in range(len(placed) - 1, -1, -1):
        above = placed[k + 1] - apart if k + 1 < len(placed) else 1.0
        placed[k] = min(placed[k], above)
    return placed


def book_line(axes: Any, height: float, label: str = "book", at: float = 0.0) -> None:
    """Mark a published number by a dashed line; its label stands at a share of the width."""
    axes.axhline(height, **BOOK)
    axes.annotate(
        label, (at, height), (4, 2), xycoords=("axes fraction", "data"),
        textcoords="offset points", color=GREY, fontsize=8, va="bottom",
    )  # fmt: skip


def book_point(
    axes: Any, place: float, height: float, label: str = "book", below: bool = False
) -> None:
    """Mark a published number by a cross, with a label to its right, above it or below."""
    axes.plot(place, height, "x", color=BLACK, ms=7, mew=1.6, clip_on=False, label="_", zorder=5)
    offset = (7, -11) if below else (7, 4)
    axes.annotate(label, (place, height), offset, textcoords="offset points", fontsize=8)


def number_grid(axes: Any, numbers: npt.ArrayLike, form: str = "{:.2f}", **options: Any) -> Any:
    """Draw a table of numbers as coloured cells with the numbers in them; NaN stays empty."""
    table = np.asarray(numbers, float)
    image = axes.imshow(table, cmap="cividis", **options)
    low, high = image.get_clim()
    for (row, column), number in np.ndenumerate(table):
        if np.isfinite(number):
            bright = number > low + 0.55 * (high - low)
            colour = "black" if bright else "white"
            axes.text(
                column, row, form.format(number), color=colour, ha="center", va="center", fontsize=9
            )
    axes.set(xticks=[], yticks=[])
    return image


def save(picture: Any, path: Path) -> None:
    """Write a picture as a PNG of at most 64 colours: sharp, and small."""
    import io

    from PIL import Image

    from spielfeld.files import write_atomically

    drawn, small = io.BytesIO(), io.BytesIO()
    picture.savefig(drawn, format="png")
    image = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(small, "png", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, small.getvalue())
