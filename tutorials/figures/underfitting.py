"""Under- and overfitting: error over degrees and hidden units.

Ten training rows follow one period of a sine with noise of 0.3. Left: polynomials by least
squares; degree 9 meets all ten rows and has a large error on fresh ones. Right: networks with one
hidden layer (tanh) after 2,000 steps of Adam on all rows, which overfit less.
"""

from __future__ import annotations

import math

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.tutorials.figures.drawing import (
    BAND,
    Outcome,
    Repeat,
    Row,
    bands,
    book_line,
    canvas,
    estimate,
    on_a_log_scale,
)

SOURCE = "the workshop, and Bishop, figure 1.5"
RUNS = 20
QUESTION = "Does degree 9 still overfit if there are 40 training rows? Change FEW."

NOISE = 0.3  # standard deviation around the curve
FEW, FRESH = 10, 1_000  # rows
DEGREES = range(10)
UNITS = (1, 2, 4, 8, 16, 32, 64)
STEPS = 2_000


def curve(rows: int, seed: int) -> tuple[DataSet, DataSet]:
    """Return training rows of the noisy curve, and new rows to measure the error."""
    from spielfeld.learning.data_sets import find_data_set

    train = find_data_set("noisy-curve", rows=rows, noise=NOISE, seed=seed)
    return train, find_data_set("noisy-curve", rows=FRESH, noise=NOISE, seed=1_000_000 + seed)


def powers(inputs: Array, degree: int) -> Array:
    """Return the powers 1 to `degree` of 2 x - 1, from -1 to 1. Shape [rows, degree or 1]."""
    return (2 * inputs - 1) ** np.arange(1, max(degree, 1) + 1) * (degree > 0)


def root_mean_square(prediction: Array, part: DataSet) -> float:
    """Return the root mean squared error, in units of the target."""
    from spielfeld.learning.metrics import mean_squared_error

    return math.sqrt(mean_squared_error(prediction, np.asarray(part.targets)))


def polynomial_errors(seed: int, degree: int, rows: int) -> Array:
    """Return the root mean squared errors of a least squares fit: on its rows, on new rows."""
    from spielfeld.learning.supervised import least_squares

    train, fresh = curve(rows, seed)
    weights, bias = least_squares(powers(train.inputs, degree), np.asarray(train.targets))
    return np.array([
        root_mean_square(powers(part.inputs, degree) @ weights + bias, part)
        for part in (train, fresh)
    ])  # fmt: skip


def network_errors(seed: int, units: int) -> Array:
    """Return these errors for a network with `units` hidden units, after many steps."""
    from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig

    train, fresh = curve(FEW, seed)
    config = NeuralNetworkConfig(hidden=(units,), activation="tanh", batch_size=FEW)
    learner = NeuralNetwork(config, seed)
    learner.learn(train, STEPS * FEW)
    return np.array([
        root_mean_square(learner.predict(part.inputs), part) for part in (train, fresh)
    ])  # fmt: skip


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    polynomials = np.array(repeat(polynomial_errors, [(degree, FEW) for degree in DEGREES]))
    networks = np.array(repeat(network_errors, [(units,) for units in UNITS]))  # [units, runs, 2]
    picture, (left, right) = canvas(f"Under- and overfitting ({BAND})", 1, 2, 4.4)
    for axes in (left, right):
        axes.set(ylabel="root mean squared error", ylim=(0, 1.2))
        book_line(axes, NOISE, "noise", at=0.02)
    left.set(xlabel="degree of the polynomial", xticks=DEGREES, xlim=(0, 9))
    bands(left, DEGREES, {"fresh": polynomials[..., 1].T, "trained": polynomials[..., 0].T})
    right.set(xlabel="hidden units", ylabel="")
    on_a_log_scale(right, UNITS, UNITS)
    bands(right, UNITS, {"fresh": networks[..., 1].T, "trained": networks[..., 0].T})
    best = int(np.median(polynomials[..., 1], axis=1).argmin())
    gentle = int(np.median(networks[..., 1], axis=1).argmin())
    last = np.median(polynomials[9], axis=0)
    return Outcome(picture, [
        Row("degree 9: median error on the ten training rows", 0.0, last[0].item(), band=1e-9),
        Row("degree 9: median error on fresh rows", None, last[1].item()),
        estimate(f"degree {best}, the best on fresh rows", None, polynomials[best, :, 1]),
        estimate(f"{UNITS[gentle]} hidden units, the best on fresh rows", None,
                 networks[gentle, :, 1]),
        estimate("64 hidden units, on fresh rows", None, networks[-1, :, 1]),
    ])  # fmt: skip
