"""The workshop on descent: the surface of the loss, the way down, and when to stop."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.bands import BAND, bands
from spielfeld.experiments.figures.outcome import Outcome, estimate
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import BLACK, COLOURS, GREY, ORANGE, canvas
from spielfeld.learning.data_learner import OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet

OPTIMIZERS = {"sgd": 0.1, "momentum": 0.05, "adam": 0.2}  # and their step sizes
MARKS = ("o", "^", "s")
STEPS, BATCH = 100, 10
FEW, FRESH, EPOCHS = 60, 1_000, 200


def line() -> DataSet:
    """Return a hundred rows around target = 6 - 2 x, where x is 1 to 3, far from 0."""
    generator = np.random.default_rng(0)
    place = generator.uniform(1, 3, 100)
    targets = generator.normal(6 - 2 * place, 0.5)
    return DataSet("line", "regression", place[:, None], targets, ("x",))


def path(seed: int, optimizer: OptimizerName, standardise: bool) -> Array:
    """Return weight and bias after each step, and the loss on all rows. Shape [steps + 1, 3]."""
    from spielfeld.learning.supervised import LinearRegression

    config = LinearRegression.config_class(
        learning_rate=OPTIMIZERS[optimizer], batch_size=BATCH, optimizer=optimizer,
        standardise=standardise,
    )  # fmt: skip
    learner, data, places = LinearRegression(config, seed), line(), []
    for step in range(STEPS + 1):
        learner.learn(data, BATCH if step else 0)
        here = [float(learner.function.parameters[name].item()) for name in ("weights", "bias")]
        places.append([*here, losses(features(standardise), *here)])
    return np.array(places)


def features(standardise: bool) -> Array:
    """Return the line's feature as the learner sees it. Shape [rows]."""
    from spielfeld.learning.data_sets import Standardiser

    inputs = line().inputs
    return (Standardiser.learned_from(inputs)(inputs) if standardise else inputs)[:, 0]


def losses(feature: Array, weight: Any, bias: Any) -> Any:
    """Return half the mean squared error on all rows, for one weight and bias or for arrays."""
    targets = np.asarray(line().targets)
    error = np.multiply.outer(weight, feature) + np.asarray(bias)[..., None] - targets
    return 0.5 * np.square(error).mean(axis=-1)


def loss_surface(repeat: Repeat) -> Outcome:
    """Loss of a line over its weight and bias, and the first 100 steps of three ways down.

    Left: the feature as it is, between 1 and 3, so that weight and bias can make up for each other:
    the surface is a narrow valley, steep across and nearly level along. Right: the same feature
    standardised, which makes the valley a round bowl. Batches of ten rows, a mark every ten steps;
    paths of one run, means of all.
    """
    picture, panels = canvas("The surface of the loss, and three ways down", 1, 2, 4.6)
    rows = []
    for axes, standardise in zip(panels, (False, True), strict=True):
        feature = features(standardise)
        found = repeat(path, [(name, standardise) for name in OPTIMIZERS])
        lowest = np.polyfit(feature, np.asarray(line().targets), 1)  # weight, bias
        floor = float(losses(feature, *lowest))
        draw_surface(axes, feature, lowest)
        for k, (name, paths) in enumerate(zip(OPTIMIZERS, found, strict=True)):
            style = {"color": COLOURS[k], "lw": 1.0, "marker": MARKS[k], "ms": 5, "markevery": 10}
            axes.plot(*paths[0, :, :2].T, label=name, **style)
            what = f"{name}, {'' if standardise else 'not '}standardised: loss above the least"
            rows.append(estimate(what, None, paths[:, -1, 2] - floor))
        axes.set_title("standardised" if standardise else "as it is")
    panels[0].legend(loc="lower left", fontsize=9)
    return Outcome(picture, rows)


def draw_surface(axes: Any, feature: Array, lowest: Array) -> None:
    """Draw lines of equal loss around the least one."""
    weight, bias = np.linspace(-4, 2.5, 131), np.linspace(-0.5, 7.5, 161)
    surface = losses(feature, *np.meshgrid(weight, bias))
    levels = np.geomspace(0.15, 40, 12)
    axes.contour(weight, bias, surface, levels=levels, colors=GREY, linewidths=0.6)
    axes.plot(*lowest, "x", color=BLACK, ms=9, mew=2, zorder=5)
    axes.set(xlabel="weight", ylabel="bias", aspect="equal")


def moons(seed: int) -> list[DataSet]:
    """Return few rows to learn from, and many to see by when to stop and how good that was."""
    from spielfeld.learning.data_sets import find_data_set

    return [
        find_data_set("two-moons", rows=rows, noise=0.3, seed=1_000 * k + seed)
        for k, rows in enumerate((FEW, FRESH, FRESH))
    ]


def losses_on_the_way(seed: int) -> Array:
    """Return training loss, validation loss and test accuracy, all [epochs], in three rows."""
    from spielfeld.learning.metrics import accuracy, cross_entropy
    from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig

    learner = NeuralNetwork(NeuralNetworkConfig(hidden=(64, 64)), seed)
    train, validation, test = moons(seed)
    found = []
    for _ in range(EPOCHS):
        learner.learn(train, FEW)
        losses = [
            cross_entropy(learner.predict(part.inputs), np.asarray(part.targets))
            for part in (train, validation)
        ]
        found.append([*losses, accuracy(learner.predict(test.inputs), np.asarray(test.targets))])
    return np.array(found).T


def learning_curves(repeat: Repeat) -> Outcome:
    """A network of 64 + 64 hidden units learns two moons with much noise from 60 rows.

    The loss on its rows falls and falls; the loss on validation rows, which teach nothing, falls
    and then rises: the network grows sure of what it cannot know. Stopping early means to keep the
    parameters of the moment when it was least: a dot for each run.
    """
    found = repeat(losses_on_the_way, [()])[0]  # [runs, 3, epochs]
    epochs = np.arange(1, EPOCHS + 1)
    picture, axes = canvas(f"Learning curves ({BAND})")
    axes.set(xlabel="epoch", ylabel="cross-entropy in nats", xlim=(1, EPOCHS), ylim=(0, 1))
    bands(axes, epochs, {"training": found[:, 0], "validation": found[:, 1]})
    best, runs = found[:, 1].argmin(axis=1), np.arange(len(found))
    axes.plot(epochs[best], found[runs, 1, best], "o", color=ORANGE, ms=4, alpha=0.6, label="_")
    rows = [
        estimate("epoch of the least validation loss", None, epochs[best].astype(float)),
        estimate("validation loss at that moment", None, found[runs, 1, best]),
        estimate("validation loss in the end", None, found[:, 1, -1]),
        estimate("test accuracy at that moment", None, found[runs, 2, best]),
        estimate("test accuracy in the end", None, found[:, 2, -1]),
    ]
    return Outcome(picture, rows)
