"""Diffusion: points in the plane, beside those of Gaussian mixtures.

The panels show training rows, the way from noise to shape, and points drawn by a mixture. Each
seed draws 1,000 training rows and makes 20 two-sample tests (energy distance, 199 permutations,
level .05). A test compares 500 drawn points with 500 fresh rows that were not trained on. A perfect
learner passes 95 % of the tests, as fresh rows beside other fresh rows do on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.sources import settings_for
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import Generates
from spielfeld.tutorials.figures.drawing import BLUE, ORANGE, Outcome, Repeat, canvas, estimate

if TYPE_CHECKING:
    from spielfeld.learning.generative import Diffusion
    from spielfeld.learning.unsupervised import GaussianMixture

SOURCE = "Spielfeld"
RUNS = 5
QUESTION = "How do the shapes look after a tenth of the training? Change SHORTENED to 0.1."

SHAPES = ("two-moons", "circles", "blobs")
ROWS, TESTS, SIZE = 1_000, 20, 500  # training rows; tests for each seed; rows in each test
PERMUTATIONS = 199
COMPONENTS = (3, 10)  # of the mixtures: the default number, and more
ITERATIONS = 200  # iterations of a mixture
SHORTENED = 1.0  # share of the full training
STAGES = (0, 25, 40)  # stages out of 50, shown on the path from noise to shape


def drawer(name: str, rows: DataSet, seed: int) -> Diffusion:
    """Return a diffusion model that was trained on rows with its default settings."""
    from spielfeld.learning.generative import Diffusion, DiffusionConfig

    settings = settings_for("diffusion", name)
    samples = int(settings.pop("samples") * SHORTENED)
    if "hidden" in settings:
        settings["hidden"] = tuple(settings["hidden"])
    learner = Diffusion(DiffusionConfig(**settings), seed)
    learner.learn(rows, samples)
    return learner


def mixture(
    components: int, rows: DataSet, seed: int, regularisation: float = 1e-6
) -> GaussianMixture:
    """Return a Gaussian mixture that was trained on rows."""
    from spielfeld.learning.unsupervised import GaussianMixture, GaussianMixtureConfig

    config = GaussianMixtureConfig(components, regularisation=regularisation, one_scale=True)
    learner = GaussianMixture(config, seed)
    learner.learn(rows, ITERATIONS * len(rows))
    return learner


def shape(name: str, seed: int) -> Split:
    """Return training rows, and a test part with enough new rows for all tests."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set(name, rows=ROWS + 2 * TESTS * SIZE)
    return data.split(test=2 * TESTS * SIZE / len(data), seed=seed)


def passed(seed: int, name: str) -> Array:
    """Return the shares of tests that find no difference between samples and new rows.

    Returns:
        Shares of new rows, of diffusion, and of each mixture. Shape [2 + mixtures].
    """
    from spielfeld.learning.two_sample import two_sample_test

    split, generator = shape(name, seed), np.random.default_rng(seed)
    fresh, others = np.split(generator.permutation(split.test.inputs), 2)
    learners: list[Generates] = [drawer(name, split.train, seed)]
    learners += [mixture(components, split.train, seed) for components in COMPONENTS]
    sets = [others, *(learner.sample(len(fresh), generator) for learner in learners)]
    values = [
        [
            two_sample_test(one, other, generator, PERMUTATIONS)
            for one, other in zip(np.split(rows, TESTS), np.split(fresh, TESTS), strict=True)
        ]
        for rows in sets
    ]
    shares: Array = (np.array(values) > 0.05).mean(axis=1)
    return shares


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    found = repeat(passed, [(name,) for name in SHAPES])  # for each shape [runs, kinds of rows]
    who = ("fresh rows", "diffusion", *(f"mixture of {count}" for count in COMPONENTS))
    rows = [
        estimate(f"{name}, {label}: tests passed", None, shares[:, column])
        for name, shares in (*zip(SHAPES, found, strict=True), ("all", np.mean(found, axis=0)))
        for column, label in enumerate(who)
    ]
    title = "Diffusion: new points from noise"
    picture, axes = canvas(title, len(SHAPES), 6, height=4.6, sharex="row", sharey="row")
    for line, name, shares in zip(axes, SHAPES, found, strict=True):
        show_shape(line, name, dict(zip(who, shares.mean(axis=0), strict=True)))
    return Outcome(picture, rows)


def show_shape(line: Array, name: str, shares: dict[str, float]) -> None:
    """Draw the training rows of the first seed, the path from noise, and the drawn points."""
    rows, generator = shape(name, 0).train, np.random.default_rng(0)
    stages = list(drawer(name, rows, 0).drawing(ROWS, generator))
    mixed = mixture(COMPONENTS[0], rows, 0).sample(ROWS, generator)
    panels = [("data", rows.inputs)]
    panels += [("noise" if not step else f"step {step}", stages[step]) for step in STAGES]
    panels += [("drawn", stages[-1]), (f"mixture of {COMPONENTS[0]}", mixed)]
    passes = {4: shares["diffusion"], 5: shares[f"mixture of {COMPONENTS[0]}"]}
    for column, (axes, (label, points)) in enumerate(zip(line, panels, strict=True)):
        axes.plot(*points.T, ".", ms=1.2, color=ORANGE if 0 < column < 5 else BLUE)
        axes.set(xticks=[], yticks=[], aspect="equal", box_aspect=1)
        if name == SHAPES[0]:
            axes.set_title(label, fontsize=9)
        if column in passes:
            axes.set_xlabel(f"passes {passes[column]:.0%}", fontsize=9)
    low, high = rows.inputs.min(axis=0), rows.inputs.max(axis=0)
    reach, middle = 0.6 * (high - low).max(), (low + high) / 2
    line[0].set(xlim=middle[0] + [-reach, reach], ylim=middle[1] + [-reach, reach])
    line[0].set_ylabel(name, fontsize=9)
