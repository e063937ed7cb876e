"""Benchmarks of logistic regression and neural networks against scikit-learn's."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds
from spielfeld.benchmarks.growing import Work, growing
from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.metrics import accuracy
from spielfeld.learning.supervised import (
    LogisticRegression,
    LogisticRegressionConfig,
    NeuralNetwork,
    NeuralNetworkConfig,
)

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier

EPOCHS = 200  # both must reach the score within this number
RATE, BATCH = 0.001, 32


def logistic_regressions(data: DataSet) -> tuple[Work, Work]:
    """Return one epoch of plain SGD: ours in minibatches, the peer's row by row and compiled."""
    from sklearn.linear_model import SGDClassifier

    config = LogisticRegressionConfig(standardise=False)
    peer = SGDClassifier(loss="log_loss", max_iter=1, tol=None, random_state=0)
    return (
        lambda: LogisticRegression(config).learn(data, len(data)),
        lambda: peer.fit(data.inputs, data.targets),
    )


def networks(data: DataSet) -> tuple[Work, Work]:
    """Return one epoch of the same network, with the same optimizer and batches."""
    return (
        lambda: our_network((64,), 0).learn(data, len(data)),
        partial(fit, peer_network((64,), 0, epochs=1), data),
    )


def our_network(hidden: tuple[int, ...], seed: int) -> NeuralNetwork:
    """Return our network, with the settings of both sides."""
    settings = NeuralNetworkConfig(RATE, BATCH, "adam", standardise=False, hidden=hidden)
    return NeuralNetwork(settings, seed)


def peer_network(hidden: tuple[int, ...], seed: int, epochs: int) -> MLPClassifier:
    """Return the peer's network: no penalty, and no stop before the last epoch."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden, alpha=0, batch_size=BATCH, learning_rate_init=RATE, max_iter=epochs,
        n_iter_no_change=EPOCHS, random_state=seed,
    )  # fmt: skip


def fit(network: MLPClassifier, data: DataSet) -> None:
    """Fit the peer, without its warning that it has not converged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.fit(data.inputs, data.targets)


def to_score(split: Split, hidden: tuple[int, ...], score: float, seeds: range) -> Sides:
    """Find the epochs that each side needs with each seed, then measure that many epochs.

    Evaluating the score is not timed. The test rows only decide when to stop.
    """
    ours = [our_epochs(split, hidden, score, seed) for seed in seeds]
    theirs = [peer_epochs(split, hidden, score, seed) for seed in seeds]

    def we_learn() -> None:
        for seed, epochs in zip(seeds, ours, strict=True):
            our_network(hidden, seed).learn(split.train, epochs * len(split.train))

    def they_learn() -> None:
        for seed, epochs in zip(seeds, theirs, strict=True):
            fit(peer_network(hidden, seed, epochs), split.train)

    return Sides(
        Side(f"neural-network, {_words(ours)}", lambda: seconds(we_learn) / len(seeds)),
        Side(f"MLPClassifier, {_words(theirs)}", lambda: seconds(they_learn) / len(seeds)),
    )


def our_epochs(split: Split, hidden: tuple[int, ...], score: float, seed: int) -> int:
    """Return the number of epochs after which our network reaches the score."""
    network = our_network(hidden, seed)

    def epoch() -> float:
        network.learn(split.train, len(split.train))
        return accuracy(network.predict(split.test.inputs), np.asarray(split.test.targets))

    return _first(epoch, score)


def peer_epochs(split: Split, hidden: tuple[int, ...], score: float, seed: int) -> int:
    """Return the number of epochs after which the peer reaches the score."""
    network, classes = peer_network(hidden, seed, 1), range(len(split.train.class_names))

    def epoch() -> float:
        network.partial_fit(split.train.inputs, split.train.targets, classes=list(classes))
        return float(network.score(split.test.inputs, split.test.targets))

    return _first(epoch, score)


def _first(epoch: Callable[[], float], score: float) -> int:
    reached = (number for number in range(1, EPOCHS + 1) if epoch() >= score)
    return next(reached, EPOCHS)


def _words(epochs: list[int]) -> str:
    return f"{sum(epochs) / len(epochs):.1f} epochs ({min(epochs)} to {max(epochs)})"


def digits(quick: bool) -> Sides:
    """Compare the time to 92 % of the second half of the digits, learned from the first half."""
    data = find_data_set("digits")
    data = replace(data, inputs=data.inputs / 16)
    half = len(data) // 2
    split = Split(data.take(slice(half)), None, data.take(slice(half, None)))
    return to_score(split, (64,), *((0.3, range(1)) if quick else (0.92, range(10))))


def two_moons(quick: bool) -> Sides:
    """Compare the time to 97 % of a tenth of the moons."""
    split = find_data_set("two-moons").split(test=0.1)
    return to_score(split, (32, 32), *((0.6, range(1)) if quick else (0.97, range(10))))


COMPARISONS = (
    Comparison(
        "neural-network-digits", "network of 64 units to 92 % of the digits, 10 seeds",
        "s", 1, digits, less_is_better=True, needs="sklearn",
    ),
    Comparison(
        "neural-network-two-moons", "network of 32, 32 units to 97 % of two moons, 10 seeds",
        "s", 1, two_moons, less_is_better=True, needs="sklearn",
    ),
    *growing("neural-network", "one epoch of a network of 64 units", "MLPClassifier", networks),
    *growing(
        "logistic-regression", "one epoch of descent", "SGDClassifier, row by row",
        logistic_regressions,
    ),
)  # fmt: skip
