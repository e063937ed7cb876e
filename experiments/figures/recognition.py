"""An independent judge of drawn digits: a network that may also say "this is none"."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet

GREYS = 16  # the darkest pixel
EPOCHS = 40


def halves(seed: int) -> tuple[DataSet, DataSet]:
    """Return two halves of the digits, each with as many of every class."""
    from spielfeld.learning.data_sets import find_data_set

    train, _, test = find_data_set("digits").split(test=0.5, seed=seed)
    return train, test


def nonsense(rows: Array, generator: np.random.Generator) -> Array:
    """Return as many pictures of no digit: each pixel of another picture, or any grey at all."""
    mixed = generator.permuted(rows, axis=0)
    return np.where(
        np.arange(len(rows))[:, None] % 2, mixed, generator.uniform(0, GREYS, rows.shape)
    )


class Recogniser:
    """A network that has learned which digit is which, and if it was warned, what is none.

    Args:
        rows: Digits to learn from.
        seed: Of the network, and of the nonsense.
        warned: Whether it is also shown as much nonsense, as an eleventh class.
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
        """Return how probable each of the ten digits is. Shape [rows, 10]."""
        return self.network.predict(rows / GREYS)[:, :10]

    def recognised(self, rows: Array) -> tuple[float, int]:
        """Return the share of rows with a digit of probability .5 or more, and how many digits."""
        seen = self.probabilities(rows)
        sure = seen.max(axis=1) >= 0.5
        return float(sure.mean()), len(np.unique(seen.argmax(axis=1)[sure]))

    def calibration(self, rows: DataSet) -> tuple[float, float]:
        """Return the accuracy on rows, and the mean confidence, which is to equal it."""
        seen = self.probabilities(rows.inputs)
        right = seen.argmax(axis=1) == rows.targets
        return float(right.mean()), float(seen.max(axis=1).mean())
