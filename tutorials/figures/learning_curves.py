"""Training and validation loss, and when to stop.

A network with two hidden layers of 64 units learns two moons with much noise from 60 rows. The
training loss falls all the time. The loss on validation rows, which are not trained on, falls and
then rises: the network becomes too sure. Early stopping keeps the parameters of the least
validation loss: a dot for each run.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.tutorials.figures.drawing import (
    BAND,
    ORANGE,
    Outcome,
    Repeat,
    bands,
    canvas,
    estimate,
)

SOURCE = "the workshop"
RUNS = 20
QUESTION = "When does the validation loss rise if there are 600 training rows? Change FEW."

FEW, FRESH, EPOCHS = 60, 1_000, 200


def moons(seed: int) -> list[DataSet]:
    """Return a few training rows, and many validation rows and test rows."""
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


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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
