"""Tools of all figures: comparison with published numbers, repeated runs, common style."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.experiments.compare.runs import ctrl_c_left_to_us
from spielfeld.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

SOURCE_RUNS = 1_000  # assumed runs of a published number without runs or error
BAND_WIDTH = 4.0  # half width of the band, in standard errors of the difference


class Row(NamedTuple):
    """A number of ours and the published one.

    Args:
        what: Name and unit of the number.
        published: Number in the book; None if there is none.
        ours: Number computed here.
        error: Standard error of ours; 0 if it is exact.
        band: Largest difference to the published number that counts as agreement.
    """

    what: str
    published: float | None
    ours: float
    error: float = 0.0
    band: float = 0.0

    @property
    def inside(self) -> bool | None:
        """Whether our number is in the band around the published one; None without a band."""
        return None if self.published is None else abs(self.ours - self.published) <= self.band


class Outcome(NamedTuple):
    """Picture of a figure, made by matplotlib, and its numbers."""

    picture: Figure
    rows: list[Row]


def estimate(
    what: str, published: float | None, samples: Array, source_error: float | None = None
) -> Row:
    """Compare the mean of many runs with a published mean.

    The band is four standard errors of the difference: 4 * sqrt(theirs^2 + ours^2).

    Args:
        what: Name and unit of the mean.
        published: Mean in the book.
        samples: One number for each run. Shape [runs].
        source_error: Standard error of the published mean. By default that of 1,000 runs with
            our standard deviation.
    """
    deviation = samples.std(ddof=1).item() if samples.size > 1 else math.nan
    error = deviation / math.sqrt(samples.size)
    theirs = deviation / math.sqrt(SOURCE_RUNS) if source_error is None else source_error
    return Row(
        what, published, samples.mean().item(), error, BAND_WIDTH * math.hypot(theirs, error)
    )


def to_the_digits(what: str, published: float, ours: float, digits: int) -> Row:
    """Compare an exact number with a published one that has this number of digits."""
    return Row(what, published, ours, band=rounding(digits))


def all_to_the_digits(what: str, published: npt.ArrayLike, ours: npt.ArrayLike, digits: int) -> Row:
    """Compare many exact numbers with published ones; the row is the largest difference."""
    difference = np.abs(np.asarray(ours) - np.asarray(published)).max().item()
    return Row(f"largest difference to {what}", 0.0, difference, band=rounding(digits))


def rounding(digits: int) -> float:
    """Return the largest change of a number that is rounded to this number of digits."""
    return 0.5 * 10.0**-digits + 1e-12


PARTS = 20  # parts of the runs with one setting; progress is shown after each part

Tell = Callable[[int, int], None]  # number of finished parts, number of all parts


def be_quiet(done: int, parts: int) -> None:
    """Show no progress."""


class Repeat(NamedTuple):
    """Repeated measurement with the seeds 0, 1, 2 ...

    Args:
        runs: Number of seeds.
        jobs: Number of processes; 1 for this process only, -1 for one on each core.
        tell: Function that shows progress.
    """

    runs: int
    jobs: int = 1
    tell: Tell = be_quiet

    def __call__(
        self, measure: Callable[..., Any], settings: Sequence[tuple[Any, ...]]
    ) -> list[Array]:
        """Call measure(seed, *setting) for every seed and setting.

        Args:
            measure: Function that returns a number or an array of them.
            settings: Further arguments, for example one tuple for each step size.

        Returns:
            Measurements of each setting. Shape [runs, ...].
        """
        from joblib import Parallel, delayed

        seeds, size = range(self.runs), -(-self.runs // PARTS)
        parts = [seeds[first : first + size] for first in seeds[::size]]
        work = [delayed(_some)(measure, part, setting) for setting in settings for part in parts]
        results = []
        with ctrl_c_left_to_us():
            done = Parallel(n_jobs=self.jobs, return_as="generator")(work)
        for result in done:
            results.append(result)
            self.tell(len(results), len(work))
        count = len(parts)
        return [np.concatenate(results[k * count : (k + 1) * count]) for k in range(len(settings))]


def _some(measure: Callable[..., Any], seeds: range, setting: tuple[Any, ...]) -> Array:
    return np.array([measure(seed, *setting) for seed in seeds])


@cache
def world(name: str, **options: Any) -> Any:
    """Make an environment once; every learner resets it with its own seed."""
    import gymnasium as gym

    from spielfeld import envs  # noqa: F401, registers the environments

    return gym.make(name, **options)


# Colours of Okabe & Ito. Each has its own line style, so that colour is never necessary.
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
YELLOW, SKY, BLACK, GREY = "#e69f00", "#56b4e9", "#000000", "#666666"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY, BLACK, GREY)
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (1, 1)))
BOOK: dict[str, Any] = {"color": GREY, "ls": (0, (4, 3)), "lw": 1.0, "zorder": 1}


def canvas(
    title: str,
    rows: int = 1,
    columns: int = 1,
    height: float = 4.2,
    sharex: bool | Literal["row"] = False,
    sharey: bool | Literal["row"] = False,
) -> tuple[Figure, Any]:
    """Return a picture 800 pixels wide, and its panels [rows, columns]; sides of 1 are left out."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(8.0, height), dpi=100, layout="constrained")
    picture.suptitle(title, fontsize=12)
    return picture, picture.subplots(rows, columns, sharex=sharex, sharey=sharey)


def lines(axes: Axes, places: npt.ArrayLike, curves: Mapping[str, npt.ArrayLike]) -> None:
    """Draw curves, each with its own colour and style, with names at their right ends."""
    for k, (label, curve) in enumerate(curves.items()):
        style: dict[str, Any] = {"color": COLOURS[k % len(COLOURS)], "ls": DASHES[k % len(DASHES)]}
        axes.plot(places, curve, label=label, lw=1.6, **style)
    axes.grid(alpha=0.3)
    name_ends(axes)


def name_ends(axes: Axes, apart: float = 0.055) -> None:
    """Write each curve's label beside its last visible point, without overlap.

    Args:
        axes: Panel with the curves; a curve has no name if its label begins with "_".
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
    placed = spread([end for end, _ in ends], apart)
    for place, (_, curve) in zip(placed, ends, strict=True):
        axes.annotate(
            str(curve.get_label()), (1.0, place), (5, 0), xycoords="axes fraction",
            textcoords="offset points", color=curve.get_color(), va="center", fontsize=9,
        )  # fmt: skip


def spread(heights: list[float], apart: float) -> list[float]:
    """Move sorted heights apart until neighbours are far enough, within 0 to 1."""
    placed = list(heights)
    for k in range(1, len(placed)):
        placed[k] = max(placed[k], placed[k - 1] + apart)
    for k in range(len(placed) - 1, -1, -1):
        above = placed[k + 1] - apart if k + 1 < len(placed) else 1.0
        placed[k] = min(placed[k], above)
    return placed


def book_line(axes: Axes, height: float, label: str = "book", at: float = 0.0) -> None:
    """Draw a dashed line at a published number; `at` is the place of its label, from 0 to 1."""
    axes.axhline(height, **BOOK)
    axes.annotate(
        label, (at, height), (4, 2), xycoords=("axes fraction", "data"),
        textcoords="offset points", color=GREY, fontsize=8, va="bottom",
    )  # fmt: skip


def book_point(
    axes: Axes, place: float, height: float, label: str = "book", below: bool = False
) -> None:
    """Draw a cross at a published number, with a label to its right, above it or below."""
    axes.plot(place, height, "x", color=BLACK, ms=7, mew=1.6, clip_on=False, label="_", zorder=5)
    offset = (7, -11) if below else (7, 4)
    axes.annotate(label, (place, height), offset, textcoords="offset points", fontsize=8)


def number_grid(
    axes: Axes,
    numbers: npt.ArrayLike,
    form: str = "{:.2f}",
    vmin: float | None = None,
    vmax: float | None = None,
) -> AxesImage:
    """Draw a table of numbers in coloured cells; NaN stays empty."""
    table = np.asarray(numbers, float)
    image = axes.imshow(table, cmap="cividis", vmin=vmin, vmax=vmax)
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


def save(picture: Figure, path: Path) -> None:
    """Write a picture as a PNG file with at most 64 colours, which is sharp and small."""
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    picture.savefig(drawn, format="png")
    image = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(small, "png", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, small.getvalue())


BAND = "medians, bands with the middle half of the runs"


def bands(axes: Axes, places: npt.ArrayLike, found: Mapping[str, Array]) -> None:
    """Draw the median of runs at each place, and the band between the quartiles.

    Args:
        axes: Panel; set its limits before, because the names are at the ends of the curves.
        places: Horizontal places. Shape [places].
        found: Numbers of each run, by the curve's name. Shape [runs, places].
    """
    lines(axes, places, {name: np.median(runs, axis=0) for name, runs in found.items()})
    curves = axes.get_lines()[-len(found) :]
    for curve, runs in zip(curves, found.values(), strict=True):
        low, high = np.quantile(runs, (0.25, 0.75), axis=0)
        axes.fill_between(places, low, high, color=curve.get_color(), alpha=0.15, lw=0)


def on_a_log_scale(axes: Axes, places: Sequence[float], marked: Sequence[float]) -> None:
    """Set a logarithmic axis from the first place to the last, with marks at some places."""
    axes.set(xscale="log", xlim=(places[0], places[-1]))
    axes.set_xticks(marked, [f"{place:,}" for place in marked])
    axes.minorticks_off()


def share_of_rows(what: str, published: float, samples: Array, rows: int = 100) -> Row:
    """Compare the mean of many runs with a published share of test rows of one run."""
    error = math.sqrt(published * (1 - published) / rows)
    return estimate(what, published, samples, error)
