"""The loss over weight and bias, and the ways of SGD, momentum and Adam.

The function is a line with a weight and a bias; the ways are the first 100 steps. Left: the feature
as it is, between 1 and 3. Weight and bias can replace each other, so the surface is a narrow
valley. Right: the feature standardised, which makes the valley a round bowl. Batches have ten rows,
and there is a mark every ten steps. The paths are of one run, the numbers means of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.data_learner import OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.tutorials.figures.drawing import (
    BLACK,
    COLOURS,
    GREY,
    Outcome,
    Repeat,
    canvas,
    estimate,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "the workshop"
RUNS = 20
QUESTION = "From which step size on does SGD no longer come down? Change the 0.1 in OPTIMIZERS."

OPTIMIZERS = {"sgd": 0.1, "momentum": 0.05, "adam": 0.2}  # and their step sizes
MARKS = ("o", "^", "s")
STEPS, BATCH = 100, 10


def line() -> DataSet:
    """Return a hundred rows around target = 6 - 2 x, with x from 1 to 3, far from 0."""
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
    """Return the line's feature in the learner's scale. Shape [rows]."""
    from spielfeld.learning.data_sets import Standardiser

    inputs = line().inputs
    return (Standardiser.learned_from(inputs)(inputs) if standardise else inputs)[:, 0]


def losses(feature: Array, weight: npt.ArrayLike, bias: npt.ArrayLike) -> Array:
    """Return half the mean squared error on all rows, for one weight and bias or for arrays."""
    targets = np.asarray(line().targets)
    error = np.multiply.outer(weight, feature) + np.asarray(bias)[..., None] - targets
    loss: Array = 0.5 * np.square(error).mean(axis=-1)
    return loss


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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


def draw_surface(axes: Axes, feature: Array, lowest: Array) -> None:
    """Draw lines of equal loss around the minimum."""
    weight, bias = np.linspace(-4, 2.5, 131), np.linspace(-0.5, 7.5, 161)
    surface = losses(feature, *np.meshgrid(weight, bias))
    levels = np.geomspace(0.15, 40, 12)
    axes.contour(weight, bias, surface, levels=levels, colors=GREY, linewidths=0.6)
    axes.plot(*lowest, "x", color=BLACK, ms=9, mew=2, zorder=5)
    axes.set(xlabel="weight", ylabel="bias", aspect="equal")
