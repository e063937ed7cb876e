"""Ways to paint what a learner says about rows: regions, curves, and what rows are taken for."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.experiments.data_panel import Panel
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import Standardiser

MOST = 1_000  # dots of a part; evenly spaced rows where there are more
IMAGES = 8  # in a line, and lines
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

    def image(self, row: Array, line: int, column: int) -> None:
        """Draw a row of pixels as a square image at a place in a grid of `IMAGES` x `IMAGES`."""
        train = self.split.train.inputs
        side, size = math.isqrt(len(row)), self.box.width // IMAGES
        grey = 255 * (1 - np.clip((row - train.min()) / (np.ptp(train) or 1.0), 0, 1))
        pixels = np.repeat(grey.reshape(side, side).T[..., None], 3, axis=2).astype(np.uint8)
        image = pygame.transform.scale(pygame.surfarray.make_surface(pixels), (size - 4, size - 4))
        self.picture.blit(image, (self.box.x + column * size + 2, self.box.y + line * size + 2))


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


def regions(view: View) -> str:
    """Colour every place by what is said there; mark the means of clusters."""
    panel, learner = view.around(view.split.train.inputs), view.learner
    places = panel.grid()
    shares = said(learner, places.reshape(-1, 2))
    if shares is not None:
        colours = PALE * 255 + (1 - PALE) * blend(shares)
        panel.fill(colours.reshape(*places.shape[:2], 3))
    clustering = "clustering" in learner.tasks
    if view.points:
        rows(panel, view.split, coloured=not clustering)
    if shares is not None and clustering:
        means = np.unique(learner.predict(places.reshape(-1, 2)), axis=0)
        panel.crosses(means, palette.WHITE, 9, 7)
        panel.crosses(means, palette.BLACK, 8, 4)
    return f"{'crosses: means; ' * clustering}{RINGS}"


def rows(panel: Panel, split: Split, coloured: bool) -> None:
    """Draw training rows as dots and test rows with rings, in the colours of their classes."""
    for part, ringed in ((some(split.train), False), (some(split.test), True)):
        colours = np.tile(PLAIN, (len(part), 1))
        if coloured:
            colours = COLOURS[np.asarray(part.targets) % len(COLOURS)]
        panel.dots(part.inputs, colours, ringed)


def projection(view: View) -> str:
    """Put rows where their two principal components are, in the colour of what they are said to be.

    Those of another class are crossed.
    """
    train, test = some(view.split.train), some(view.split.test)
    scale = Standardiser.learned_from(train.inputs)
    components = np.linalg.svd(scale(train.inputs), full_matrices=False)[2][:2]
    components = np.pad(components, ((0, 2 - len(components)), (0, 0)))  # of a single feature
    panel = view.around(scale(train.inputs) @ components.T)
    judged = "clustering" not in view.learner.tasks
    for part, ringed in ((train, False), (test, True)):
        shares, places = said(view.learner, part.inputs), scale(part.inputs) @ components.T
        guess = None if shares is None else shares.argmax(axis=1)
        if view.points:
            plain = np.tile(PLAIN, (len(part), 1))
            panel.dots(places, plain if guess is None else COLOURS[guess % len(COLOURS)], ringed)
        if guess is not None and judged:
            panel.crosses(places[guess != part.targets], palette.BLACK)
    return f"2 components; {'crossed: wrong; ' * judged}{RINGS}"


def curve(view: View) -> str:
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
    return f"over {train.feature_names[0]}; {RINGS}"


def against_the_truth(view: View) -> str:
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
    return f"predicted, over true; {RINGS}"


def reconstruction(view: View) -> str:
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


def drawn_rows(view: View) -> str:
    """Draw rows that the learner makes up beside those that it learned from."""
    panel = view.around(view.split.train.inputs)
    if view.points:
        train = some(view.split.train)
        panel.dots(train.inputs, np.tile(PLAIN, (len(train), 1)))
    if said(view.learner, view.split.train.inputs[:1]) is not None:
        drawn = view.learner.sample(DRAWN, np.random.default_rng(0))
        panel.dots(drawn, np.tile(palette.RED, (DRAWN, 1)))
    return "grey: rows; red: rows that the learner makes up"


def images(view: View) -> str:
    """Draw test rows of pixels as images, and below each its reconstruction."""
    given = view.split.test.inputs[: IMAGES**2 // 2]
    found = said(view.learner, given)
    for number, row in enumerate(given):
        line, column = divmod(number, IMAGES)
        view.image(row, 2 * line, column)
        if found is not None:
            view.image(found[number], 2 * line + 1, column)
    return "test rows, and below each its reconstruction"


def drawn_images(view: View) -> str:
    """Draw images that the learner makes up."""
    if said(view.learner, view.split.train.inputs[:1]) is not None:
        for number, row in enumerate(view.learner.sample(IMAGES**2, np.random.default_rng(0))):
            view.image(row, *divmod(number, IMAGES))
    return "rows that the learner makes up"
