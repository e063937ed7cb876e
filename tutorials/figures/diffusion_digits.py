"""Diffusion: digits out of noise, and the share that is recognised.

The digits have 8 x 8 pixels; 1,000 are drawn. One half of the digits trains diffusion and the
mixture, the other half trains an independent network, the recogniser. A picture is recognised if
one of ten classes is at least as probable as all else together. Networks are often sure of noise,
as the last numbers show. So this network was trained on an eleventh class as well, pixels at
random. *Confidence* is its mean probability of the class that it predicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.tutorials.figures.diffusion_shapes import drawer, mixture
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, canvas, estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SOURCE = "Spielfeld"
RUNS = 3
QUESTION = "Are more digits recognised if the mixture has 50 components? Change CLASSES."

SAMPLES = 1_000  # digits drawn for each seed
CLASSES = 10  # number of classes, and of components of the mixture of digits
NARROWEST = 0.0005  # regularisation of the mixture, as a share of the pixels' mean variance
GREYS = 16  # value of the darkest pixel
EPOCHS = 40


def halves(seed: int) -> tuple[DataSet, DataSet]:
    """Return two halves of the digits with equal numbers of every class."""
    from spielfeld.learning.data_sets import find_data_set

    train, _, test = find_data_set("digits").split(test=0.5, seed=seed)
    return train, test


def nonsense(rows: Array, generator: np.random.Generator) -> Array:
    """Return as many pictures without digits: mixed pixels of other pictures, or random greys."""
    mixed = generator.permuted(rows, axis=0)
    return np.where(
        np.arange(len(rows))[:, None] % 2, mixed, generator.uniform(0, GREYS, rows.shape)
    )


class Recogniser:
    """Independent network that recognises digits, and pictures without a digit.

    Args:
        rows: Training digits.
        seed: Seed of the network, and of the pictures without a digit.
        warned: Whether as many pictures without a digit are an eleventh class.
    """

    def __init__(self, rows: DataSet, seed: int, warned: bool = True) -> None:
        from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig

        inputs, targets, names = rows.inputs, np.asarray(rows.targets), rows.class_names
        if warned:
            more = nonsense(inputs, np.random.default_rng(seed))
            inputs = np.concatenate([inputs, more])
            targets = np.concatenate([targets, np.full(len(more), len(names))])
            names = (*names, "none")
        config = NeuralNetworkConfig(
            hidden=(100,), learning_rate=0.003, weight_decay=0.0001, standardise=False
        )
        shown = DataSet(
            "digits", "classification", inputs / GREYS, targets, rows.feature_names, names
        )
        self.network = NeuralNetwork(config, seed)
        self.network.learn(shown, EPOCHS * len(shown))

    def probabilities(self, rows: Array) -> Array:
        """Return the probabilities of the ten digits. Shape [rows, 10]."""
        return self.network.predict(rows / GREYS)[:, :10]

    def recognised(self, rows: Array) -> tuple[float, int]:
        """Return the share of rows with a class of p >= 0.5, and the number of classes."""
        seen = self.probabilities(rows)
        sure = seen.max(axis=1) >= 0.5
        return float(sure.mean()), len(np.unique(seen.argmax(axis=1)[sure]))

    def calibration(self, rows: DataSet) -> tuple[float, float]:
        """Return the accuracy on rows and the mean confidence, which should be equal."""
        seen = self.probabilities(rows.inputs)
        right = seen.argmax(axis=1) == rows.targets
        return float(right.mean()), float(seen.max(axis=1).mean())


def drawn_digits(seed: int) -> tuple[dict[str, Array], Recogniser]:
    """Return sets of pictures, and a recogniser that was trained on other digits."""
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
    """Return shares and classes that the recogniser finds in each set of pictures.

    Returns:
        Three numbers for each set of pictures: the share that is recognised, the number of classes,
        and the share that a network without the eleventh class recognises. The last two numbers are
        the recogniser's accuracy and its mean confidence. Shape [3 sets + 2].
    """
    sets, judge = drawn_digits(seed)
    naive = Recogniser(halves(seed)[1], seed, warned=False)
    found = [(*judge.recognised(rows), naive.recognised(rows)[0]) for rows in sets.values()]
    return np.array([*np.ravel(found), *judge.calibration(halves(seed)[0])])


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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


def digits_picture(shares: dict[str, float]) -> Figure:
    """Draw digits of the first seed: held-out ones, from noise to digit, and drawn ones."""
    taught, others = halves(0)
    generator = np.random.default_rng(0)
    model = drawer("digits", taught, 0)
    stages = np.array(list(model.drawing(40, generator)))  # [steps + 1, digits, pixels]
    some = np.linspace(0, len(stages) - 1, 10).astype(int)
    mixed = mixture(CLASSES, taught, 0, NARROWEST).sample(40, generator)
    title = "Diffusion: new digits from noise"
    picture, panels = canvas(title, 2, 2, height=4.4)
    mosaic(panels[0, 0], others.inputs[:40], "digits not used for training")
    mosaic(panels[0, 1], stages[some, :4].swapaxes(0, 1).reshape(40, -1), "from noise to digit")
    told = f"drawn by diffusion: {shares['diffusion']:.0%} recognised"
    mosaic(panels[1, 0], stages[-1], told)
    label = f"mixture of {CLASSES}"
    mosaic(panels[1, 1], mixed, f"drawn by a {label} bells: {shares[label]:.0%}")
    return picture


def mosaic(axes: Axes, digits: Array, title: str) -> None:
    """Draw forty digits [40, 64] in four rows of ten."""
    tiles = np.pad(digits.reshape(4, 10, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
    axes.imshow(tiles.swapaxes(1, 2).reshape(40, 100), cmap="gray_r", vmin=0, vmax=16)
    axes.set_title(title, fontsize=10)
    axes.set(xticks=[], yticks=[])
