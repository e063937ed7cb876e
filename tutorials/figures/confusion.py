"""Confusion matrices of digits.

Both learners are trained on the first half of the digits and tested on the second. Left: a network
with 100 hidden units, mean counts of the runs. Right: scikit-learn's support vector machine with
gamma 0.001, whose accuracy is published. Right answers are grey, mistakes are coloured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.protocols import Learner
from spielfeld.tutorials.figures.drawing import (
    BLACK,
    GREY,
    Outcome,
    Repeat,
    canvas,
    estimate,
    to_the_digits,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "the workshop"
RUNS = 10
QUESTION = "Which mistakes are there after 3 epochs, and gone after 30? Change EPOCHS."

EPOCHS = 30


def halves() -> tuple[DataSet, DataSet]:
    """Return the first half of the digits for training, and the second half for testing."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set("digits")
    half = len(data) // 2
    return data.take(slice(None, half)), data.take(slice(half, None))


def counted(learner: Learner) -> Array:
    """Count test rows by true class (first index) and predicted class (second)."""
    train, test = halves()
    learner.learn(train, EPOCHS * len(train))
    counts = np.zeros((10, 10))
    cells = np.asarray(test.targets), learner.predict(test.inputs).argmax(axis=1)
    np.add.at(counts, cells, 1)
    return counts


def network_counts(seed: int) -> Array:
    """Return the confusion matrix of a network with 100 hidden units."""
    from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig

    return counted(NeuralNetwork(NeuralNetworkConfig(hidden=(100,)), seed))


def svm_counts() -> Array:
    """Return the published confusion matrix: scikit-learn's support vector machine."""
    from spielfeld.learning.baselines.sklearn_supervised import SklearnSVM, SupportVectorConfig

    return counted(SklearnSVM(SupportVectorConfig(gamma=0.001, standardise=False)))


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    networks, machine = repeat(network_counts, [()])[0], svm_counts()
    right = networks.trace(axis1=1, axis2=2) / networks.sum(axis=(1, 2))
    picture, (left, other) = canvas("Confusion matrices of digits", 1, 2, 4.6)
    draw_matrix(left, networks.mean(axis=0), f"network: {right.mean():.1%} are right", "{:.1f}")
    accuracy = float(machine.trace() / machine.sum())
    draw_matrix(other, machine, f"support vectors: {accuracy:.1%} are right", "{:.0f}")
    other.set_ylabel("")
    mistakes = networks.mean(axis=0) * (1 - np.eye(10))
    true, taken = np.unravel_index(mistakes.argmax(), mistakes.shape)
    what = f"network: times a {true} is taken for a {taken}"
    return Outcome(picture, [
        to_the_digits("support vector machine: accuracy", 0.9689, accuracy, 4),
        estimate("network: accuracy", None, right),
        estimate(what, None, networks[:, true, taken]),
    ])  # fmt: skip


def draw_matrix(axes: Axes, counts: Array, title: str, form: str) -> None:
    """Draw counts by true and predicted class, with mistakes in colour."""
    mistakes = np.where(np.eye(10, dtype=bool), np.nan, counts)
    axes.imshow(np.where(mistakes > 0, mistakes, np.nan), cmap="Blues", vmin=0, vmax=12)
    for (row, column), count in np.ndenumerate(counts):
        if count == 0:
            continue
        words = f"{count:.0f}" if row == column else form.format(count)
        colour = GREY if row == column else "white" if count > 7 else BLACK
        axes.text(column, row, words, color=colour, ha="center", va="center", fontsize=7)
    axes.set(xticks=range(10), yticks=range(10), title=title)
    axes.set(xlabel="predicted", ylabel="true")
