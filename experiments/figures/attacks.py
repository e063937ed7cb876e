"""The workshop's attacks on a learner: its labels are poisoned, and its function is stolen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.bands import BAND, bands, on_a_log_scale, share_of_rows
from spielfeld.experiments.figures.outcome import Outcome, estimate
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import book_point, canvas
from spielfeld.learning.data_sets.data_set import DataSet

SAMPLES = 30_000  # rows drawn, 33 epochs
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6)
QUERIES = (10, 20, 50, 100, 200, 500, 1_000, 2_000)
METHODS = ("neural network", "logistic regression")


def moons() -> tuple[DataSet, DataSet]:
    """Return the workshop's two moons: 900 training rows and 100 test rows."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set("two-moons")
    order = np.random.RandomState(42).permutation(len(data))  # as published figures were split
    return data.take(order[100:]), data.take(order[:100])


def learned(method: str, rows: DataSet, seed: int) -> Any:
    """Return a learner with default settings that has learned from such rows."""
    from spielfeld.learning.supervised import LogisticRegression, NeuralNetwork

    learner = (NeuralNetwork if method == METHODS[0] else LogisticRegression)(seed=seed)
    learner.learn(rows, SAMPLES)
    return learner


def classes(learner: Any, inputs: Array) -> Array:
    """Return the most probable class of each row."""
    most: Array = learner.predict(inputs).argmax(axis=1)
    return most


def poisoned(rows: DataSet, share: float, generator: np.random.Generator) -> DataSet:
    """Flip the labels of a share of the rows, which are drawn at random."""
    targets = np.array(rows.targets)
    flipped = generator.permutation(len(rows))[: round(share * len(rows))]
    targets[flipped] = 1 - targets[flipped]
    return replace(rows, targets=targets)


def poisoned_accuracy(seed: int, method: str, share: float) -> float:
    """Return the share of test rows that are told apart after learning from poisoned labels."""
    train, test = moons()
    learner = learned(method, poisoned(train, share, np.random.default_rng(seed)), seed)
    return float((classes(learner, test.inputs) == test.targets).mean())


def data_poisoning(repeat: Repeat) -> Outcome:
    """Two moons, where a share of the training labels was flipped; accuracy on true test labels.

    Some wrong labels hardly matter, since neighbours outvote them. At one half, labels say nothing:
    whoever learns from them guesses, and beyond that one learns the opposite. The workshop's
    numbers are of one run with its 100 test rows.
    """
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


def agreement(seed: int, method: str, queries: int) -> Array:
    """Return how often a stolen copy says what the original says: on test rows, and anywhere."""
    train, test = moons()
    original, generator = learned(METHODS[0], train, seed), np.random.default_rng(seed)
    low, high = train.inputs.min(axis=0), train.inputs.max(axis=0)
    asked, anywhere = (generator.uniform(low, high, (count, 2)) for count in (queries, 10_000))
    stolen = replace(train, inputs=asked, targets=classes(original, asked))
    copy = learned(method, stolen, seed + 1_000)
    places = (test.inputs, anywhere)
    return np.array([(classes(copy, rows) == classes(original, rows)).mean() for rows in places])


def model_stealing(repeat: Repeat) -> Outcome:
    """A network on two moons is asked for the classes of random points; a copy learns the answers.

    The thief has none of the training rows: queries are uniform in their range. Agreement is the
    share of rows to which original and copy give the same class. The workshop's number is of one
    run and 100 rows.
    """
    settings = [(method, queries) for method in METHODS for queries in QUERIES]
    found = np.array(repeat(agreement, settings)).reshape(2, len(QUERIES), -1, 2)
    picture, axes = canvas(f"Model stealing ({BAND})")
    axes.set(xlabel="queries", ylabel="agreement with the original", ylim=(0.6, 1.02))
    on_a_log_scale(axes, (QUERIES[0], 5_000), QUERIES)
    curves = {
        "network, test rows": found[0, :, :, 0].T,
        "network, anywhere": found[0, :, :, 1].T,
        "logistic, test rows": found[1, :, :, 0].T,
    }
    bands(axes, QUERIES, curves)
    book_point(axes, 1_000, 0.99, "workshop: 0.99")
    samples = curves["network, test rows"]
    rows = [share_of_rows("agreement after 1,000 queries", 0.99, samples[:, QUERIES.index(1_000)])]
    for queries in (10, 100):
        what = f"agreement after {queries} queries"
        rows.append(estimate(what, None, samples[:, QUERIES.index(queries)]))
    what = "agreement after 1,000 queries, anywhere"
    rows.append(estimate(what, None, curves["network, anywhere"][:, QUERIES.index(1_000)]))
    return Outcome(picture, rows)
