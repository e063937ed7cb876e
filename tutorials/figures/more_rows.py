"""More rows: error over the number of training rows.

Left: polynomials of two degrees. The straight line has the same error on training rows and on
fresh ones: more rows do not help. Degree 9 needs many rows; then its error falls to the
noise. Right: test accuracy of softmax regression and a network on digits, with 20,000 rows drawn
from the training rows.
"""

from __future__ import annotations

import numpy as np

from spielfeld.protocols import Learner
from spielfeld.tutorials.figures.drawing import (
    BAND,
    Outcome,
    Repeat,
    bands,
    book_line,
    canvas,
    estimate,
    on_a_log_scale,
)
from spielfeld.tutorials.figures.underfitting import NOISE, polynomial_errors

SOURCE = "the workshop, and Bishop, figure 1.6"
RUNS = 20
QUESTION = "How many rows does a polynomial of degree 3 need? Change the 9 in SHOWN."

ROWS = (10, 15, 20, 30, 50, 100, 200, 500, 1_000)
SHOWN = (1, 9)  # degrees
DIGITS = (20, 50, 100, 200, 500, 1_000)


def digits_accuracy(seed: int, hidden: bool, rows: int) -> float:
    """Return the accuracy on 500 test digits after training on `rows` other digits."""
    from spielfeld.learning.data_sets import find_data_set
    from spielfeld.learning.metrics import accuracy
    from spielfeld.learning.supervised import LogisticRegression, NeuralNetwork

    data = find_data_set("digits")
    order = np.random.default_rng(seed).permutation(len(data))
    train, test = data.take(order[500 : 500 + rows]), data.take(order[:500])
    learner: Learner = (NeuralNetwork if hidden else LogisticRegression)(seed=seed)
    learner.learn(train, 20_000)
    return accuracy(learner.predict(test.inputs), np.asarray(test.targets))


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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
