"""Data poisoning: test accuracy over the share of flipped labels.

A share of the training labels of two moons is flipped; the test labels are true. A few wrong
labels hardly matter, because their neighbours are right. At one half, labels carry no information.
Beyond one half learners learn the opposite. The workshop's numbers are of one run with its 100 test
rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.protocols import Learner
from spielfeld.tutorials.figures.drawing import (
    BAND,
    Outcome,
    Repeat,
    bands,
    book_point,
    canvas,
    estimate,
    share_of_rows,
)

SOURCE = "the workshop"
RUNS = 10
QUESTION = "Which accuracy do you expect with all labels flipped? Change the 0.6 in SHARES to 1.0."

SAMPLES = 30_000  # rows drawn, 33 epochs
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6)
METHODS = ("neural network", "logistic regression")


def moons() -> tuple[DataSet, DataSet]:
    """Return the workshop's two moons: 900 training rows and 100 test rows."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set("two-moons")
    order = np.random.RandomState(42).permutation(len(data))  # the published split
    return data.take(order[100:]), data.take(order[:100])


def learned(method: str, rows: DataSet, seed: int) -> Learner:
    """Return a learner with default settings that was trained on these rows."""
    from spielfeld.learning.supervised import LogisticRegression, NeuralNetwork

    learner = (NeuralNetwork if method == METHODS[0] else LogisticRegression)(seed=seed)
    learner.learn(rows, SAMPLES)
    return learner


def classes(learner: Learner, inputs: Array) -> Array:
    """Return the most probable class of each row."""
    most: Array = learner.predict(inputs).argmax(axis=1)
    return most


def poisoned(rows: DataSet, share: float, generator: np.random.Generator) -> DataSet:
    """Return rows with flipped labels; the flipped share of the rows is drawn at random."""
    targets = np.array(rows.targets)
    flipped = generator.permutation(len(rows))[: round(share * len(rows))]
    targets[flipped] = 1 - targets[flipped]
    return replace(rows, targets=targets)


def poisoned_accuracy(seed: int, method: str, share: float) -> float:
    """Return the accuracy on test rows after training with flipped labels."""
    train, test = moons()
    learner = learned(method, poisoned(train, share, np.random.default_rng(seed)), seed)
    return float((classes(learner, test.inputs) == test.targets).mean())


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    settings = [(method, share) for method in METHODS for share in SHARES]
    found = np.array(repeat(poisoned_accuracy, settings)).reshape(2, len(SHARES), -1)
    curves = {method: one.T for method, one in zip(METHODS, found, strict=True)}
    picture, axes = canvas(f"Data poisoning ({BAND})")
    axes.set(xlabel="share of flipped training labels", ylabel="test accuracy", ylim=(0, 1.08))
    bands(axes, SHARES, curves)
    rows = []
    for method, share, published in (
        ("neural network", 0.0, 0.98),
        ("neural network", 0.5, 0.52),
        ("logistic regression", 0.0, 0.84),
    ):
        samples = curves[method][:, SHARES.index(share)]
        rows.append(share_of_rows(f"{method}, {share:.0%} flipped: accuracy", published, samples))
        book_point(axes, share, published, f"workshop: {published:g}")
    for share in (0.2, 0.4):
        samples = curves[METHODS[0]][:, SHARES.index(share)]
        rows.append(estimate(f"neural network, {share:.0%} flipped: accuracy", None, samples))
    return Outcome(picture, rows)
