"""The workshop on mistakes: which ones are made, and which of them are worse."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.bands import BAND, bands
from spielfeld.experiments.figures.outcome import Outcome, estimate, to_the_digits
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import BLACK, GREY, ORANGE, canvas
from spielfeld.learning.data_sets.data_set import DataSet

EPOCHS = 30
MISSED, ALARM = 10.0, 1.0  # what a missed malignant tumour costs, and a false alarm
MALIGNANT = 0  # its class
THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-6, 6, 121)))
TICKS = (0.01, 0.1, 0.5, 0.9, 0.99)


def halves() -> tuple[DataSet, DataSet]:
    """Return the first half of the digits to learn from, and the second half to judge by."""
    from spielfeld.learning.data_sets import find_data_set

    data = find_data_set("digits")
    half = len(data) // 2
    return data.take(slice(None, half)), data.take(slice(half, None))


def counted(learner: Any) -> Array:
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
    """Return the confusion matrix of scikit-learn's support vector machine, as published."""
    from spielfeld.learning.baselines.sklearn_supervised import SklearnSVM, SupportVectorConfig

    return counted(SklearnSVM(SupportVectorConfig(gamma=0.001, standardise=False)))


def confusion(repeat: Repeat) -> Outcome:
    """Which digit is taken for which, on the second half after learning from the first.

    Left: a network with 100 hidden units, mean counts of the runs. Right: scikit-learn's support
    vector machine with gamma 0.001, whose accuracy is published. Grey: what is right; coloured:
    mistakes.
    """
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


def draw_matrix(axes: Any, counts: Array, title: str, form: str) -> None:
    """Draw counts by true and predicted class, with mistakes in colour."""
    mistakes = np.where(np.eye(10, dtype=bool), np.nan, counts)
    axes.imshow(np.where(mistakes > 0, mistakes, np.nan), cmap="cividis_r", vmin=0, vmax=12)
    for (row, column), count in np.ndenumerate(counts):
        if count == 0:
            continue
        words = f"{count:.0f}" if row == column else form.format(count)
        colour = GREY if row == column else "white" if count > 6 else BLACK
        axes.text(column, row, words, color=colour, ha="center", va="center", fontsize=7)
    axes.set(xticks=range(10), yticks=range(10), title=title)
    axes.set(xlabel="predicted", ylabel="true")


def judged(seed: int) -> Array:
    """Return shares missed, shares of false alarms, and the threshold chosen on validation rows.

    Returns:
        Of malignant tumours, how many are missed at each threshold; of benign ones, how many are
        alarmed about; cost of a patient; 1 at the chosen threshold. Shape [4, thresholds].
    """
    from spielfeld.learning.data_sets import find_data_set
    from spielfeld.learning.supervised import LogisticRegression

    split = find_data_set("breast-cancer").split(validation=0.25, test=0.25, seed=seed)
    learner = LogisticRegression(seed=seed)
    learner.learn(split, 100 * len(split.train))
    validation, test = (counts_at(learner, part) for part in (split.validation, split.test))
    chosen = np.zeros(len(THRESHOLDS))
    cheapest = np.flatnonzero(validation[2] == validation[2].min())
    chosen[cheapest[len(cheapest) // 2]] = 1  # the middle of those that cost the same
    return np.vstack([test, chosen])


def counts_at(learner: Any, part: Any) -> Array:
    """Return shares missed and alarmed about, and cost of a patient. Shape [3, thresholds]."""
    probability = learner.predict(part.inputs)[:, MALIGNANT]
    malignant = part.targets == MALIGNANT
    alarmed = probability >= THRESHOLDS[:, None]  # [thresholds, rows]
    missed, alarms = ~alarmed & malignant, alarmed & ~malignant
    cost = (MISSED * missed + ALARM * alarms).mean(axis=1)
    shares = missed.sum(axis=1) / malignant.sum(), alarms.sum(axis=1) / (~malignant).sum()
    return np.array([*shares, cost])


def threshold(repeat: Repeat) -> Outcome:
    """Breast cancer: from which probability on shall a tumour be called malignant?

    Which mistake is worse depends on the use: here a missed malignant tumour costs as much as ten
    false alarms. If the probabilities of logistic regression were true, the best threshold would be
    1/11, where both mistakes cost the same on average. It can also be chosen for the least cost on
    validation rows, which are few. Each run divides the 569 rows anew: a half to learn from, a
    quarter to choose by, a quarter to judge by.
    """
    found = repeat(judged, [()])[0]  # [runs, 4, thresholds]
    runs, chosen = np.arange(len(found)), found[:, 3].argmax(axis=1)
    at_choice = found[runs, :3, chosen]  # [runs, 3]
    fixed = {
        f"threshold {at:.2g}": found[:, :3, np.abs(THRESHOLDS - at).argmin()]
        for at in (0.5, ALARM / (ALARM + MISSED))
    }
    picture, (left, right) = canvas(f"Threshold of a diagnosis ({BAND})", 1, 2, 4.4)
    for axes in (left, right):
        axes.set(xlabel="threshold of the probability", xscale="logit", xlim=THRESHOLDS[[0, -1]])
        axes.set_xticks(TICKS, TICKS)
        axes.minorticks_off()
    left.set(ylabel="share in %", ylim=(0, 30), title="mistakes")
    shares = {"missed": 100 * found[:, 0], "alarms": 100 * found[:, 1]}
    bands(left, THRESHOLDS, shares)
    right.set(ylabel="cost of a patient", ylim=(0, 1), title="a miss costs as much as ten alarms")
    bands(right, THRESHOLDS, {"": found[:, 2]})
    dots = {"color": ORANGE, "alpha": 0.6, "label": "_", "zorder": 4}
    right.plot(THRESHOLDS[chosen], at_choice[:, 2], "o", ms=4, **dots)
    words = "dots: chosen on validation rows,\none in each run"
    right.annotate(words, (0.0035, 0.88), color=ORANGE, fontsize=8)
    rows = []
    for name, at in {**fixed, "chosen threshold": at_choice}.items():
        rows.append(estimate(f"{name}: malignant tumours missed in %", None, 100 * at[:, 0]))
        rows.append(estimate(f"{name}: false alarms in %", None, 100 * at[:, 1]))
        rows.append(estimate(f"{name}: cost of a patient", None, at[:, 2]))
    rows.append(estimate("chosen threshold, on average", None, THRESHOLDS[chosen]))
    return Outcome(picture, rows)
