"""Pictures of what a learner knows about rows of data: regions, curves, and what it takes for what.

In two dimensions every place has the colour of what the learner says there, and rows are dots: of
the training part plain, of the test part ringed. With more features, rows lie where their first two
principal components put them, in the colour of what they are taken for; numbers that are predicted
from more than one feature are shown against the true ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from envs.grid_world import palette
from envs.grid_world.pygame_ce import pygame
from experiments.data_panel import Panel
from learning.batch import Array
from learning.data_sets.data_set import DataSet, Split
from learning.data_sets.standardiser import Standardiser

SIZE = (480, 536)
STRIP = 28  # height in pixels of the lines of text above and below
MOST = 1_000  # dots of a part; evenly spaced rows where there are more
DRAWN = 400  # rows that a generative learner is asked for
COLOURS = np.array([
    palette.BLUE, palette.RED, palette.GREEN, palette.PINK, palette.ORANGE, palette.SKY,
    (110, 80, 40), palette.YELLOW, palette.BLACK, (120, 120, 120),
])  # fmt: skip
PALE = 0.55  # share of white in the colours of regions
PLAIN = (96, 100, 110)  # of rows without a class
RINGS = "rings: test rows"


class View(NamedTuple):
    """What all kinds of pictures are made from."""

    picture: Any
    box: Any
    learner: Any
    split: Split
    points: bool

    def around(self, points: Array) -> Panel:
        """Return a panel that reaches around points [rows, 2]."""
        return Panel.around(self.picture, self.box, points)


def data_picture(
    learner: Any,
    split: Split,
    size: tuple[int, int] = SIZE,
    caption: str = "",
    points: bool = True,
) -> Any:
    """Draw what a learner says about rows; nothing that is passed in is changed.

    Args:
        learner: With `tasks`, `predict`, and what else its tasks need. Where it knows nothing yet,
            rows are drawn alone.
        split: Parts of a data set.
        size: Width and height in pixels.
        caption: A line of text above.
        points: Whether rows are drawn.

    Returns:
        A new `pygame.Surface`.

    Raises:
        ValueError: If nothing can be shown of such a learner and such rows; says why.
    """
    paint = painter(learner.tasks, split.train)
    picture = pygame.Surface(size)
    picture.fill(palette.PAPER)
    box = pygame.Rect(0, STRIP, size[0], size[1] - 2 * STRIP)
    picture.set_clip(box)
    legend = paint(View(picture, box, learner, split, points))
    picture.set_clip(None)
    pygame.draw.rect(picture, palette.GRID, box, 1)
    classes = split.train.class_names if "classification" in learner.tasks else ()
    write(picture, caption, STRIP // 2)
    write(picture, legend, size[1] - STRIP // 2, classes)
    return picture


def write(picture: Any, words: str, middle: int, classes: tuple[str, ...] = ()) -> None:
    """Write a line of text, after the names of classes in their colours."""
    left, room = 6, picture.get_width() - 12
    height = palette.fitting_height("".join([*classes, words]), room - 20 * len(classes), 20)
    if not height:  # too many classes, or too long ones
        height, classes = palette.fitting_height(words, room, 20) or 12, ()
    for name, colour in zip(classes, itertools.cycle(COLOURS.tolist()), strict=False):
        pygame.draw.aacircle(picture, colour, (left + 4, middle), 4)
        left += 12 + write_at(picture, name, height, (left + 12, middle)) + 8
    write_at(picture, words, height, (left, middle))


def write_at(picture: Any, words: str, height: int, place: tuple[int, int]) -> int:
    """Write words to the right of a place; return their width in pixels."""
    written = palette.text(words, height, palette.BLACK)
    picture.blit(written, written.get_rect(midleft=place))
    return int(written.get_width())


def painter(tasks: tuple[str, ...], data: DataSet) -> Callable[[View], str]:
    """Return the function that paints such rows for a learner with such tasks; it says the legend.

    Raises:
        ValueError: If there is none.
    """
    plane = data.features == 2 and data.kind != "ratings"
    if data.kind in ("regression", "ratings") and data.kind in tasks:
        return paint_curve if data.features == 1 else paint_against_the_truth
    if "clustering" in tasks or data.kind == "classification" in tasks:
        return paint_regions if plane else paint_projection
    if plane and "generation" in tasks:
        return paint_drawn_rows
    if plane:
        return paint_reconstruction
    raise ValueError(
        f"There is no picture of what is reconstructed from {data.features} features; "
        "expected 2, as in two-moons."
    )


def said(learner: Any, inputs: Array) -> Array | None:
    """Return what is said about inputs, as shares of classes or clusters; None if nothing yet."""
    try:
        if "clustering" in learner.tasks:
            return np.asarray(np.eye(len(COLOURS))[learner.assign(inputs) % len(COLOURS)])
        return np.asarray(learner.predict(inputs))
    except ValueError:  # nothing has been learned yet
        return None


def blend(shares: Array) -> Array:
    """Mix the colours of classes by their shares [..., classes]; shape [..., 3]."""
    mixed: Array = shares @ COLOURS[np.arange(shares.shape[-1]) % len(COLOURS)]
    return mixed


def some(part: DataSet) -> DataSet:
    """Return evenly spaced rows, if there are too many for a picture."""
    return part.take(slice(None, None, -(-len(part) // MOST)))


def paint_regions(view: View) -> str:
    """Colour every place by what is said there; mark the means of clusters."""
    panel, learner = view.around(view.split.train.inputs), view.learner
    places = panel.grid()
    shares = said(learner, places.reshape(-1, 2))
    if shares is not None:
        colours = PALE * 255 + (1 - PALE) * blend(shares)
        panel.fill(colours.reshape(*places.shape[:2], 3))
    clustering = "clustering" in learner.tasks
    if view.points:
        paint_rows(panel, view.split, coloured=not clustering)
    if shares is not None and clustering:
        means = np.unique(learner.predict(places.reshape(-1, 2)), axis=0)
        panel.crosses(means, palette.WHITE, 9)
        panel.crosses(means, palette.BLACK, 7)
    return f"{'crosses: means; ' * clustering}{RINGS}"


def paint_rows(panel: Panel, split: Split, coloured: bool) -> None:
    """Draw training rows as dots and test rows with rings, in the colours of their classes."""
    for part, ringed in ((some(split.train), False), (some(split.test), True)):
        colours = np.tile(PLAIN, (len(part), 1))
        if coloured:
            colours = COLOURS[np.asarray(part.targets) % len(COLOURS)]
        panel.dots(part.inputs, colours, ringed)


def paint_projection(view: View) -> str:
    """Put rows where their two principal components are, in the colour of what they are said to be.

    Those of another class are crossed.
    """
    scale = Standardiser.learned_from(view.split.train.inputs)
    axes = np.linalg.svd(scale(view.split.train.inputs), full_matrices=False)[2][:2].T
    panel = view.around(scale(view.split.train.inputs) @ axes)
    judged = "clustering" not in view.learner.tasks
    for part, ringed in ((some(view.split.train), False), (some(view.split.test), True)):
        shares, places = said(view.learner, part.inputs), scale(part.inputs) @ axes
        guess = None if shares is None else shares.argmax(axis=1)
        if view.points:
            colours = (
                np.tile(PLAIN, (len(part), 1)) if guess is None else COLOURS[guess % len(COLOURS)]
            )
            panel.dots(places, colours, ringed)
        if guess is not None and judged:
            panel.crosses(places[guess != part.targets], palette.BLACK)
    return f"2 components; {'crossed: wrong; ' * judged}{RINGS}"


def paint_curve(view: View) -> str:
    """Draw numbers over the one feature that they are predicted from, as a curve."""
    train, test = some(view.split.train), some(view.split.test)
    panel = view.around(np.column_stack([train.inputs[:, 0], np.asarray(train.targets)]))
    if view.points:
        for part, ringed in ((train, False), (test, True)):
            places = np.column_stack([part.inputs[:, 0], np.asarray(part.targets)])
            panel.dots(places, np.tile(palette.BLUE, (len(part), 1)), ringed)
    across = np.linspace(panel.low[0], panel.high[0], 400)
    heights = said(view.learner, across[:, None])
    if heights is not None:
        panel.line(np.column_stack([across, heights]), palette.RED)
    return f"over {train.feature_names[0]}   {RINGS}"


def paint_against_the_truth(view: View) -> str:
    """Draw predicted numbers (upwards) over the true ones; on the line they are right."""
    train, test = some(view.split.train), some(view.split.test)
    targets = np.asarray(train.targets)
    panel = view.around(np.column_stack([targets, targets]))
    panel.line(np.array([panel.low, panel.high]), palette.GRID)
    for part, ringed in ((train, False), (test, True)):
        guess = said(view.learner, part.inputs)
        if guess is not None and view.points:
            places = np.column_stack([np.asarray(part.targets), guess])
            panel.dots(places, np.tile(palette.BLUE, (len(part), 1)), ringed)
    return f"predicted, over true   {RINGS}"


def paint_reconstruction(view: View) -> str:
    """Draw a line from each training row to its reconstruction."""
    train = some(view.split.train)
    panel = view.around(train.inputs)
    if view.points:
        panel.dots(train.inputs, np.tile(PLAIN, (len(train), 1)))
    found = said(view.learner, train.inputs)
    if found is not None:
        for pair in np.stack([train.inputs, found], axis=1):
            panel.line(pair, palette.ORANGE, 1)
        panel.dots(found, np.tile(palette.RED, (len(train), 1)))
    return "grey: rows; red: their reconstructions"


def paint_drawn_rows(view: View) -> str:
    """Draw rows that the learner makes up beside those that it learned from."""
    panel = view.around(view.split.train.inputs)
    if view.points:
        train = some(view.split.train)
        panel.dots(train.inputs, np.tile(PLAIN, (len(train), 1)))
    if said(view.learner, view.split.train.inputs[:1]) is not None:
        drawn = view.learner.sample(DRAWN, np.random.default_rng(0))
        panel.dots(drawn, np.tile(palette.RED, (DRAWN, 1)))
    return "grey: rows; red: rows that the learner makes up"
