"""Pictures of a learner's predictions for rows of data, by matplotlib.

With two features, the colour of each point shows the predicted class or cluster. Rows are dots, and
test rows have a ring. With more features, rows are shown by their first two principal components,
beside a confusion matrix. Numbers that are predicted from more than one feature are shown against
the true values. Pixels are shown as images.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array, Floats
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import Standardiser
from spielfeld.protocols import Clusters, Generates, Predicts, tasks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Bytes = npt.NDArray[np.uint8]
SIZE = (560, 600)  # pixels
WIDE = (900, 600)  # with a confusion matrix beside the rows
DPI = 100
MOST = 1_000  # dots of a part; evenly spaced rows where there are more
IMAGES = 8  # in a line, and lines
DRAWN = 400  # rows that a generative learner is asked for
PLACES = 120  # in each direction, at which predictions are made
MARGIN = 0.06  # around the rows, as a share of their range
PALE = 0.55  # share of white in the colours of regions
# Okabe and Ito (2008), safe for every common colour blindness, and four more; shapes help.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6e5028", "#f0e442",
           "#141418", "#787878")  # fmt: skip
SHAPES = "osD^vPX*<>"
PLAIN, ROWS, PREDICTED = "#60646e", COLOURS[0], COLOURS[1]
LONGEST_NAME, NAMES = 30, 12  # letters of a name in a legend, and names there
NUMBERED = 12  # classes, up to which a confusion matrix has room for numbers


class View(NamedTuple):
    """Figure, learner and rows: the input of every kind of picture."""

    figure: Figure
    learner: object
    split: Split
    points: bool

    @property
    def clustering(self) -> bool:
        """Whether the learner's clusters are shown, not its classes."""
        return "clustering" in (tasks_of(self.learner) or ())

    def parts(self) -> list[tuple[DataSet, bool]]:
        """Return training rows and test rows, some if there are many; the latter get rings."""
        return [(_some(self.split.train), False), (_some(self.split.test), True)]


def data_picture(learner: object, split: Split, caption: str = "", points: bool = True) -> Bytes:
    """Draw the predictions of a learner for rows; no argument is changed.

    Args:
        learner: Has `tasks`, `predict`, and the other methods of its tasks. As long as it cannot
            predict, only the rows are drawn.
        split: Parts of a data set.
        caption: Lines of text above.
        points: Whether rows are drawn.

    Returns:
        Red, green and blue, of a size that depends on the kind of picture alone. Shape
        [height, width, 3].

    Raises:
        ValueError: If there is no picture of such a learner and such rows; says why.
    """
    buffer = io.BytesIO()
    data_figure(learner, split, caption, points).savefig(buffer, format="raw")
    width, height = _size(painter(tasks_of(learner) or (), split.train))
    pixels: Bytes = np.frombuffer(buffer.getvalue(), np.uint8).reshape(height, width, 4)
    return pixels[..., :3].copy()


def data_figure(learner: object, split: Split, caption: str = "", points: bool = True) -> Figure:
    """Return the same as a figure of matplotlib; see `data_picture`."""
    from matplotlib.figure import Figure

    paint = painter(tasks_of(learner) or (), split.train)
    width, height = _size(paint)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.subplots_adjust(0.13, 0.19, 0.96, 0.88, 0.32)
    longest = max(map(len, caption.split("\n")))
    figure.suptitle(caption, fontsize=min(10.0, 0.16 * width / max(1, longest) * 6.5), y=0.985)
    paint(View(figure, learner, split, points))
    _draw_legend(figure)
    return figure


def _size(paint: Callable[[View], None]) -> tuple[int, int]:
    return WIDE if paint is classes else SIZE


def painter(tasks: tuple[str, ...], data: DataSet) -> Callable[[View], None]:
    """Return the function that paints such rows for a learner with such tasks.

    Raises:
        ValueError: If there is none.
    """
    plane = data.features == 2 and data.kind != "ratings"
    if data.kind in ("regression", "ratings") and data.kind in tasks:
        return curve if data.features == 1 else against_the_truth
    if "clustering" in tasks:
        return regions if plane else projection
    if data.kind == "classification" in tasks:
        return regions if plane else classes
    made_up = "generation" in tasks
    if all(name.startswith("pixel") for name in data.feature_names):
        return drawn_images if made_up else images
    if plane:
        return drawn_rows if made_up else reconstruction
    raise ValueError(
        f"There is no picture of what is reconstructed from {data.features} features; "
        "expected 2, as in two-moons, or pixels, as in digits."
    )


def regions(view: View) -> None:
    """Colour every point by its prediction; mark the means of clusters."""
    axes, train = view.figure.add_subplot(), view.split.train
    low, high = _around(train.inputs)
    across, up = np.linspace(low, high, PLACES).T
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    shares = _shares(view, places)
    if shares is not None:
        mixed = PALE + (1 - PALE) * shares @ _rgb(shares.shape[1])
        axes.imshow(
            mixed.reshape(PLACES, PLACES, 3).clip(0, 1), origin="lower", aspect="auto",
            extent=(low[0], high[0], low[1], high[1]), interpolation="bilinear",
        )  # fmt: skip
    if view.points:
        for part, ringed in view.parts():
            _dots(axes, part.inputs, None if view.clustering else part.targets, train, ringed)
    elif not view.clustering:
        for name, colour, shape in zip(train.class_names, COLOURS, SHAPES, strict=False):
            _scatter(axes, np.empty((0, 2)), 18, colour, name, shape)  # for the legend
    if shares is not None and view.clustering and isinstance(view.learner, Predicts):
        means = np.unique(view.learner.predict(places), axis=0)
        _scatter(axes, means, 130, "white", shape="X")
        _scatter(axes, means, 70, "black", "mean of a cluster", shape="X")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set(xlabel=train.feature_names[0], ylabel=train.feature_names[1])


def projection(view: View) -> None:
    """Put rows where their principal components are, in the colours of their clusters."""
    _project(view, view.figure.add_subplot())


def classes(view: View) -> None:
    """Put rows where their principal components are, beside the confusion matrix of test rows."""
    left, right = view.figure.subplots(1, 2)
    view.figure.subplots_adjust(0.08, 0.2, 0.97, 0.88, 0.34)
    _project(view, left)
    train, test = view.split.train, view.split.test
    shares = _shares(view, test.inputs)
    counts = np.zeros((len(train.class_names),) * 2)
    if shares is not None:
        np.add.at(counts, (np.asarray(test.targets), shares.argmax(axis=1)), 1)
    draw_confusion(right, counts, train.class_names, f"{len(test):,} test rows")


def _project(view: View, axes: Axes) -> None:
    """Draw rows by their components, in the colours of the predictions; cross mistakes."""
    train = view.split.train
    scale = Standardiser.learned_from(_some(train).inputs)
    components = np.linalg.svd(scale(_some(train).inputs), full_matrices=False)[2][:2]
    components = np.pad(components, ((0, 2 - len(components)), (0, 0)))  # of a single feature
    for part, ringed in view.parts():
        shares, places = _shares(view, part.inputs), scale(part.inputs) @ components.T
        guess = None if shares is None else shares.argmax(axis=1)
        if view.points:
            _dots(axes, places, guess, train, ringed, clusters=view.clustering)
        if guess is not None and not view.clustering:
            wrong = places[guess != part.targets]
            label = "" if ringed else "wrongly predicted"
            across, up = wrong.T
            axes.scatter(across, up, s=36, c="black", marker="x", linewidths=1.2, zorder=3,
                         label=label or "_")  # fmt: skip
    if view.clustering:
        axes.set_title("colours: clusters", fontsize=9)
    else:
        axes.set_title("colours: predicted classes", fontsize=9)
    axes.set(xlabel="first principal component (standardised features)")
    axes.set(ylabel="second principal component")


def draw_confusion(axes: Axes, counts: Floats, names: Sequence[str], title: str) -> None:
    """Draw a confusion matrix; dark cells have a large share.

    Args:
        axes: Axes of the picture.
        counts: Rows of each true class (first index) by predicted class. Shape [classes, classes].
        names: Names of the classes.
        title: Title of the picture.
    """
    from matplotlib.colors import PowerNorm

    rows = counts.sum(axis=1, keepdims=True)
    shares = counts / np.where(rows > 0, rows, 1)
    axes.imshow(
        shares, cmap="Blues", norm=PowerNorm(0.5, 0, 1)
    )  # a root, so that small shares are visible
    if len(counts) <= NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = "white" if shares[row, column] > 0.3 else "black"
                words = axes.text(column, row, f"{count:g}", color=colour, fontsize=9)
                words.set(ha="center", va="center")
        short = [_short(name, 12) for name in names]
        turned = 90 if len(short) * max(map(len, short)) > 45 else 0
        axes.set_xticks(range(len(short)), short, rotation=turned, fontsize=8)
        axes.set_yticks(range(len(short)), short, fontsize=8)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    axes.set_title(f"{title}; dark: a large share of the true class", fontsize=9)


def curve(view: View) -> None:
    """Draw numbers over the one feature that they are predicted from, as a curve."""
    axes, train = view.figure.add_subplot(), view.split.train
    pairs = np.column_stack([train.inputs[:, 0], np.asarray(train.targets)])
    low, high = _around(pairs)
    if view.points:
        for part, ringed in view.parts():
            pair = np.column_stack([part.inputs[:, 0], np.asarray(part.targets)])
            _dots(axes, pair, None, train, ringed, colour=ROWS)
    across = np.linspace(low[0], high[0], 400)
    heights = _predicted(view.learner, across[:, None])
    if heights is not None:
        axes.plot(across, heights, color=PREDICTED, lw=2.5, label="prediction")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set(xlabel=train.feature_names[0], ylabel="target")


def against_the_truth(view: View) -> None:
    """Draw predicted numbers (upwards) over the true ones; on the line they are right."""
    axes, train = view.figure.add_subplot(), view.split.train
    targets = np.asarray(train.targets)
    low, high = (float(end[0]) for end in _around(targets[:, None]))
    axes.plot([low, high], [low, high], color="#999999", lw=1, label="prediction = truth")
    for part, ringed in view.parts():
        guess = _predicted(view.learner, part.inputs)
        if guess is not None and view.points:
            pairs = np.column_stack([np.asarray(part.targets), guess])
            _dots(axes, pairs, None, train, ringed, colour=ROWS)
    what = "rating" if train.kind == "ratings" else "target"
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.set(xlabel=f"true {what}", ylabel=f"predicted {what}")


def reconstruction(view: View) -> None:
    """Draw a line from each training row to its reconstruction."""
    axes, train = _plane(view)
    found = _predicted(view.learner, train.inputs)
    if found is not None:
        ends = np.stack([train.inputs, found, np.full_like(found, np.nan)], axis=1)
        axes.plot(*ends.reshape(-1, 2).T, color=COLOURS[4], lw=0.8)
        _scatter(axes, found, 12, PREDICTED, "their reconstructions")


def drawn_rows(view: View) -> None:
    """Draw rows that the learner generates, beside the training rows."""
    axes, train = _plane(view)
    if (
        isinstance(view.learner, Generates)
        and _predicted(view.learner, train.inputs[:1]) is not None
    ):
        drawn = view.learner.sample(DRAWN, np.random.default_rng(0))
        _scatter(axes, drawn, 12, PREDICTED, "rows drawn by the learner")


def _plane(view: View) -> tuple[Axes, DataSet]:
    """Draw the training rows in the plane."""
    axes, train = view.figure.add_subplot(), _some(view.split.train)
    low, high = _around(view.split.train.inputs)
    if view.points:
        _scatter(axes, train.inputs, 12, PLAIN, "training rows")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set(xlabel=train.feature_names[0], ylabel=train.feature_names[1])
    return axes, train


def images(view: View) -> None:
    """Draw test rows of pixels as images, and below each its reconstruction."""
    given = view.split.test.inputs[: IMAGES**2 // 2]
    found = _predicted(view.learner, given)
    shown: list[Array | None] = [None] * IMAGES**2
    for number, row in enumerate(given):
        line, column = divmod(number, IMAGES)
        shown[2 * line * IMAGES + column] = row
        if found is not None:
            shown[(2 * line + 1) * IMAGES + column] = found[number]
    _mosaic(view, shown, ("test rows", "reconstructed") * (IMAGES // 2))


def drawn_images(view: View) -> None:
    """Draw images that the learner generates."""
    shown: list[Array | None] = [None] * IMAGES**2
    first = view.split.train.inputs[:1]
    if isinstance(view.learner, Generates) and _predicted(view.learner, first) is not None:
        shown = list(view.learner.sample(IMAGES**2, np.random.default_rng(0)))
    _mosaic(view, shown, ())
    view.figure.axes[0].set_xlabel("images drawn by the learner")


def _mosaic(view: View, rows: list[Array | None], labels: Sequence[str]) -> None:
    """Draw rows of pixels as square images with gaps between them; dark is a high value."""
    train, axes = view.split.train.inputs, view.figure.add_subplot()
    view.figure.subplots_adjust(0.17, 0.2, 0.97, 0.9)
    side = math.isqrt(train.shape[1])
    step, gap = side + max(1, side // 5), max(1, side // 5)
    whole = np.full((IMAGES * step + gap,) * 2, np.nan)
    for number, row in enumerate(rows):
        line, column = divmod(number, IMAGES)
        top, left = gap + line * step, gap + column * step
        if row is not None:
            whole[top : top + side, left : left + side] = row.reshape(side, side)
    axes.set_facecolor("#c3d6e4")
    shown = axes.imshow(whole, cmap="gray_r", vmin=train.min(), vmax=train.max() or 1.0)
    places = gap + side / 2 + np.arange(len(labels)) * step
    axes.set_yticks(places, labels, fontsize=8)
    axes.set_xticks([])
    bar = view.figure.add_axes((0.3, 0.09, 0.5, 0.025))
    view.figure.colorbar(shown, cax=bar, orientation="horizontal", label="value of a pixel")


def _predicted(learner: object, inputs: Array) -> Array | None:
    """Return the predictions of a learner; None as long as it has not learned."""
    try:
        return np.asarray(learner.predict(inputs)) if isinstance(learner, Predicts) else None
    except ValueError:
        return None


def _shares(view: View, inputs: Array) -> Array | None:
    """Return shares of classes or clusters; None as long as the learner has not learned."""
    if not view.clustering or not isinstance(view.learner, Clusters):
        return _predicted(view.learner, inputs)
    try:
        found: Array = np.eye(len(COLOURS))[view.learner.assign(inputs) % len(COLOURS)]
        return found
    except ValueError:
        return None


def _rgb(count: int) -> Floats:
    """Return the colours of so many classes, from 0 to 1. Shape [count, 3]."""
    some = [COLOURS[k % len(COLOURS)] for k in range(count)]
    return np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in some]) / 255


def _around(points: Array) -> tuple[Floats, Floats]:
    """Return limits of the axes, a little beyond the points [rows, dimensions]."""
    low, high = points.min(axis=0), points.max(axis=0)
    reach = np.where(high > low, high - low, 1.0)
    return low - MARGIN * reach, high + MARGIN * reach


def _some(part: DataSet) -> DataSet:
    """Return evenly spaced rows, if there are too many for a picture."""
    return part.take(slice(None, None, -(-len(part) // MOST)))


def _dots(
    axes: Axes, places: Array, groups: Array | None, train: DataSet, ringed: bool,
    clusters: bool = False, colour: str = PLAIN,
) -> None:  # fmt: skip
    """Draw rows as dots, of one colour or by class or cluster; test rows get black rings."""
    edge, width, size = ("black", 1.1, 30) if ringed else ("white", 0.5, 18)
    if groups is None:
        label = "test rows" if ringed else "training rows"
        _scatter(axes, places, size, colour, label, edge=edge, width=width)
        return
    names = () if clusters else train.class_names
    for group in range(max(len(names), int(groups.max(initial=0)) + 1)):
        label = "" if ringed or group >= len(names) else names[group]
        shape, hue = SHAPES[group % len(SHAPES)], COLOURS[group % len(COLOURS)]
        _scatter(axes, places[groups == group], size, hue, label, shape, edge, width)
    if ringed:
        _scatter(axes, np.empty((0, 2)), size, "white", "test rows: black rims", "o", edge, width)


def _scatter(
    axes: Axes, places: Array, size: int, colour: str, label: str = "", shape: str = "o",
    edge: str = "face", width: float = 0.5,
) -> None:  # fmt: skip
    """Draw one kind of dots; size in square points."""
    across, up = places.T
    # a legend leaves out labels that begin with an underscore
    axes.scatter(
        across, up, s=size, c=colour, label=label or "_", marker=shape, edgecolors=edge,
        linewidths=width, zorder=3,
    )  # fmt: skip


def _draw_legend(figure: Figure) -> None:
    """Put the legend of the first axes below the picture."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    if not labels:
        return
    known = list(zip(handles, labels, strict=True))
    known = known[: NAMES - 2] + known[NAMES - 2 :][-2:]  # the last ones are no classes
    longest = max(min(len(label), LONGEST_NAME) for _, label in known)
    columns = max(1, int(figure.bbox.width / (45 + 5.5 * longest)))  # of some pixels a letter
    figure.legend(
        [handle for handle, _ in known], [_short(label, LONGEST_NAME) for _, label in known],
        loc="lower center", ncols=min(columns, len(known)), fontsize=8, frameon=False,
    )  # fmt: skip


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 3]}..."
