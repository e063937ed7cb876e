"""What diffusion draws: shapes in the plane and digits, beside data and Gaussian mixtures."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, estimate
from spielfeld.experiments.figures.recognition import Recogniser, halves, nonsense
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import BLUE, ORANGE, canvas
from spielfeld.experiments.sources import settings_for
from spielfeld.learning.data_sets.data_set import DataSet, Split

SHAPES = ("two-moons", "circles", "blobs")
ROWS, TESTS, SIZE = 1_000, 20, 500  # that teach; two-sample tests of a seed; rows a test
PERMUTATIONS = 199
COMPONENTS = (3, 10)  # of the mixtures: as it ships, and more
SAMPLES = 1_000  # digits drawn for each seed
CLASSES = 10  # and components of the mixture of digits, whose regularisation is
NARROWEST = 0.0005  # of the pixels' mean variance
ITERATIONS = 200  # of a mixture
SHORTENED = 1.0  # share of the budgets that is trained for
STAGES = (0, 25, 40)  # of the 50 steps, shown on the way from noise to shape


def drawer(name: str, rows: DataSet, seed: int) -> Any:
    """Return a diffusion model that has learned from rows with the settings that ship."""
    from spielfeld.learning.generative import Diffusion, DiffusionConfig

    settings = settings_for("diffusion", name)
    samples = int(settings.pop("samples") * SHORTENED)
    if "hidden" in settings:
        settings["hidden"] = tuple(settings["hidden"])
    learner = Diffusion(DiffusionConfig(**settings), seed)
    learner.learn(rows, samples)
    return learner


def mixture(components: int, rows: DataSet, seed: int, regularisation: float = 1e-6) -> Any:
    """Return a Gaussian mixture that has learned from rows."""
    from spielfeld.learning.unsupervised import GaussianMixture, GaussianMixtureConfig

    config = GaussianMixtureConfig(components, regularisation=regularisation, one_scale=True)
    learner = GaussianMixture(config, seed)
    learner.learn(rows, ITERATIONS * len(rows))
    return learner


def shape(name: str, seed: int) -> Split:
    """Return rows that teach, and as test part as many fresh ones as all tests need."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set(name, rows=ROWS + 2 * TESTS * SIZE)
    return data.split(test=2 * TESTS * SIZE / len(data), seed=seed)


def passed(seed: int, name: str) -> Array:
    """Return the shares of tests that do not tell samples from fresh rows.

    Returns:
        Of fresh rows themselves, of diffusion, and of each mixture. Shape [2 + mixtures].
    """
    from spielfeld.learning.two_sample import two_sample_test

    split, generator = shape(name, seed), np.random.default_rng(seed)
    fresh, others = np.split(generator.permutation(split.test.inputs), 2)
    learners = [drawer(name, split.train, seed)]
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


def diffusion_shapes(repeat: Repeat) -> Outcome:
    """Points in the plane: what taught, the way from noise to shape, and what mixtures draw.

    Each seed draws 1,000 rows to learn from, and is put to 20 two-sample tests (energy distance,
    199 permutations, level .05): 500 drawn points beside 500 fresh ones, which taught nobody. A
    perfect learner passes 95 % of them, as fresh points beside other fresh ones do on average.
    """
    found = repeat(passed, [(name,) for name in SHAPES])  # of each shape [runs, who]
    who = ("fresh rows", "diffusion", *(f"mixture of {count}" for count in COMPONENTS))
    rows = [
        estimate(f"{name}, {label}: tests passed", None, shares[:, column])
        for name, shares in (*zip(SHAPES, found, strict=True), ("all", np.mean(found, axis=0)))
        for column, label in enumerate(who)
    ]
    title = "Diffusion: points that nobody has seen, out of noise"
    picture, axes = canvas(title, len(SHAPES), 6, height=4.6, sharex="row", sharey="row")
    for line, name, shares in zip(axes, SHAPES, found, strict=True):
        show_shape(line, name, dict(zip(who, shares.mean(axis=0), strict=True)))
    return Outcome(picture, rows)


def show_shape(line: Any, name: str, shares: dict[str, float]) -> None:
    """Draw what the first seed was taught, and what was drawn after that."""
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


def drawn_digits(seed: int) -> tuple[dict[str, Array], Recogniser]:
    """Return sets of pictures to be recognised, and who has learned from other digits to do so."""
    taught, others = halves(seed)
    generator = np.random.default_rng(seed)
    model = drawer("digits", taught, seed)
    mixed = mixture(CLASSES, taught, seed, NARROWEST)
    mean, covariance = taught.inputs.mean(axis=0), np.cov(taught.inputs.T)
    sets = {
        "held-out digits": taught.inputs,  # the recogniser has not seen them
        "diffusion": model.sample(SAMPLES, generator),
        f"mixture of {CLASSES}": mixed.sample(SAMPLES, generator),
        "one normal distribution": generator.multivariate_normal(mean, covariance, SAMPLES),
        "noise": nonsense(taught.inputs, generator),
    }
    return sets, Recogniser(others, seed)


def recognition(seed: int) -> Array:
    """Return what is recognised, and how.

    Returns:
        For each set of pictures the share that is recognised, the number of classes, and the share
        that is recognised by who has not been shown nonsense; then the recogniser's accuracy and
        its mean confidence. Shape [3 sets + 2].
    """
    sets, judge = drawn_digits(seed)
    naive = Recogniser(halves(seed)[1], seed, warned=False)
    found = [(*judge.recognised(rows), naive.recognised(rows)[0]) for rows in sets.values()]
    return np.array([*np.ravel(found), *judge.calibration(halves(seed)[0])])


def diffusion_digits(repeat: Repeat) -> Outcome:
    """Digits of 8 x 8 pixels, and how many of 1,000 drawn ones an independent network recognises.

    One half of the digits teaches diffusion and the mixture, the other half the recogniser. It says
    "recognised" if one of the ten classes is at least as probable as all else together. Networks
    are often sure of nonsense, as the last numbers show; so this one was shown an eleventh class as
    well, pixels at random, and *confidence* is its mean probability of what it takes for true.
    """
    found = repeat(recognition, [()])[0]
    sets = ("held-out digits", "diffusion", f"mixture of {CLASSES}", "one normal distribution",
            "noise")  # fmt: skip
    table = found[:, :-2].reshape(len(found), len(sets), 3)
    kinds = ("recognised", "classes among them", "recognised by a network without that class")
    rows = [
        estimate(f"{label}: {kind}", None, table[:, place, column])
        for column, kind in enumerate(kinds)
        for place, label in enumerate(sets)
    ]
    for column, kind in ((-2, "accuracy"), (-1, "confidence")):
        rows.append(estimate(f"recogniser on held-out digits: {kind}", None, found[:, column]))
    shares = dict(zip(sets, table[:, :, 0].mean(axis=0), strict=True))
    return Outcome(digits_picture(shares), rows)


def digits_picture(shares: dict[str, float]) -> Any:
    """Draw digits of the first seed: held-out ones, from noise to digit, and drawn ones."""
    taught, others = halves(0)
    generator = np.random.default_rng(0)
    model = drawer("digits", taught, 0)
    stages = np.array(list(model.drawing(40, generator)))  # [steps + 1, digits, pixels]
    some = np.linspace(0, len(stages) - 1, 10).astype(int)
    mixed = mixture(CLASSES, taught, 0, NARROWEST).sample(40, generator)
    title = "Diffusion: digits that nobody has written"
    picture, panels = canvas(title, 2, 2, height=4.4)
    mosaic(panels[0, 0], others.inputs[:40], "digits that did not teach it")
    mosaic(panels[0, 1], stages[some, :4].swapaxes(0, 1).reshape(40, -1), "from noise to digit")
    told = f"drawn by diffusion: {shares['diffusion']:.0%} recognised"
    mosaic(panels[1, 0], stages[-1], told)
    label = f"mixture of {CLASSES}"
    mosaic(panels[1, 1], mixed, f"drawn by a {label} bells: {shares[label]:.0%}")
    return picture


def mosaic(axes: Any, digits: Array, title: str) -> None:
    """Draw forty digits [40, 64] in four rows of ten."""
    tiles = np.pad(digits.reshape(4, 10, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
    axes.imshow(tiles.swapaxes(1, 2).reshape(40, 100), cmap="gray_r", vmin=0, vmax=16)
    axes.set_title(title, fontsize=10)
    axes.set(xticks=[], yticks=[])
