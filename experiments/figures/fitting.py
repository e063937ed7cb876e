"""The workshop on under- and overfitting: how much to learn, from how much."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.bands import BAND, bands, on_a_log_scale
from spielfeld.experiments.figures.outcome import Outcome, Row, estimate
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import book_line, canvas
from spielfeld.learning.data_sets.data_set import DataSet

NOISE = 0.3  # standard deviation around the curve
FEW, FRESH = 10, 1_000  # rows
DEGREES = range(10)
UNITS = (1, 2, 4, 8, 16, 32, 64)
STEPS = 2_000
ROWS = (10, 15, 20, 30, 50, 100, 200, 500, 1_000)
SHOWN = (1, 9)  # degrees
DIGITS = (20, 50, 100, 200, 500, 1_000)


def curve(rows: int, seed: int) -> tuple[DataSet, DataSet]:
    """Return some rows of the noisy curve to learn from, and fresh ones to judge by."""
    from spielfeld.learning.data_sets import find_data_set

    train = find_data_set("noisy-curve", rows=rows, noise=NOISE, seed=seed)
    return train, find_data_set("noisy-curve", rows=FRESH, noise=NOISE, seed=1_000_000 + seed)


def powers(inputs: Array, degree: int) -> Array:
    """Return the powers 1 to `degree` of 2 x - 1, from -1 to 1. Shape [rows, degree or 1]."""
    return (2 * inputs - 1) ** np.arange(1, max(degree, 1) + 1) * (degree > 0)


def root_mean_square(prediction: Array, part: DataSet) -> float:
    """Return the root of the mean squared error, in units of the target."""
    from spielfeld.learning.metrics import mean_squared_error

    return math.sqrt(mean_squared_error(prediction, np.asarray(part.targets)))


def polynomial_errors(seed: int, degree: int, rows: int) -> Array:
    """Return root mean squared errors of a least squares fit: on its rows, and on fresh ones."""
    from spielfeld.learning.supervised import least_squares

    train, fresh = curve(rows, seed)
    weights, bias = least_squares(powers(train.inputs, degree), np.asarray(train.targets))
    return np.array([
        root_mean_square(powers(part.inputs, degree) @ weights + bias, part)
        for part in (train, fresh)
    ])  # fmt: skip


def network_errors(seed: int, units: int) -> Array:
    """Return the same of a network with so many hidden units, after many steps on all rows."""
    from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig

    train, fresh = curve(FEW, seed)
    config = NeuralNetworkConfig(hidden=(units,), activation="tanh", batch_size=FEW)
    learner = NeuralNetwork(config, seed)
    learner.learn(train, STEPS * FEW)
    return np.array([
        root_mean_square(learner.predict(part.inputs), part) for part in (train, fresh)
    ])  # fmt: skip


def underfitting(repeat: Repeat) -> Outcome:
    """Errors on ten training rows and on fresh ones, over how much a function can bend.

    One period of a sine through noise of 0.3. Left: polynomials by least squares; the one of degree
    9 goes through all ten points, and is far off elsewhere. Right: networks with one hidden
    layer (tanh) after 2,000 steps of Adam on all rows, which overfit more gently.
    """
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


def digits_accuracy(seed: int, hidden: bool, rows: int) -> float:
    """Return the share of 500 test digits that are read after learning from so many others."""
    from spielfeld.learning.data_sets import find_data_set
    from spielfeld.learning.metrics import accuracy
    from spielfeld.learning.supervised import LogisticRegression, NeuralNetwork

    data = find_data_set("digits")
    order = np.random.default_rng(seed).permutation(len(data))
    train, test = data.take(order[500 : 500 + rows]), data.take(order[:500])
    learner: Any = (NeuralNetwork if hidden else LogisticRegression)(seed=seed)
    learner.learn(train, 20_000)
    return accuracy(learner.predict(test.inputs), np.asarray(test.targets))


def more_rows(repeat: Repeat) -> Outcome:
    """What more rows are good for: errors of fits to the noisy curve, and of reading digits.

    Left: polynomials of two degrees. A stiff one errs as much on its rows as on fresh ones, and
    more rows do not help; one that bends needs many, and comes down to the noise. Right: test
    accuracy of softmax regression and a network on digits, 20,000 rows drawn from those there are.
    """
    settings = [(degree, rows) for degree in SHOWN for rows in ROWS]
    found = np.array(repeat(polynomial_errors, settings)).reshape(2, len(ROWS), -1, 2)
    kinds = {"softmax": False, "network": True}
    read = repeat(digits_accuracy, [(kind, rows) for kind in kinds.values() for rows in DIGITS])
    digits = np.array(read).reshape(2, len(DIGITS), -1)
    picture, (left, right) = canvas(f"More rows ({BAND})", 1, 2, 4.4)
    left.set(xlabel="training rows", ylabel="root mean squared error", ylim=(0, 1.2))
    on_a_log_scale(left, ROWS, (10, 30, 100, 300, 1_000))
    book_line(left, NOISE, "noise", at=0.6)
    bands(left, ROWS, {
        f"degree {degree}, {part}": found[k, :, :, at].T
        for k, degree in enumerate(SHOWN) for at, part in ((1, "fresh"), (0, "trained"))
    })  # fmt: skip
    right.set(xlabel="training rows", ylabel="test accuracy on digits", ylim=(0.4, 1))
    on_a_log_scale(right, DIGITS, DIGITS)
    bands(right, DIGITS, {name: digits[k].T for k, name in enumerate(kinds)})
    rows = [
        estimate(f"degree {degree}, {count:,} rows: error on fresh rows", None, found[k, at, :, 1])
        for k, degree in enumerate(SHOWN) for at, count in ((ROWS.index(20), 20), (-1, ROWS[-1]))
    ]  # fmt: skip
    for k, name in enumerate(kinds):
        for at in (0, -1):
            what = f"{name}, {DIGITS[at]:,} digits: accuracy"
            rows.append(estimate(what, None, digits[k, at]))
    return Outcome(picture, rows)
