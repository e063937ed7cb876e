"""Breast cancer: which threshold of the probability is best?

The costs of the two mistakes differ: a missed malignant tumour costs as much as ten false alarms.
If the probabilities of logistic regression were exact, the best threshold would be 1/11. There
both mistakes cost the same on average. A threshold can also be chosen for the least cost on
validation rows, which are few. Each run divides the 569 rows again: a half for training, a
quarter for validation, a quarter for testing.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.protocols import Learner
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
RUNS = 50
QUESTION = "Where is the best threshold if a miss costs as much as a hundred alarms? Change MISSED."

MISSED, ALARM = 10.0, 1.0  # costs of a missed malignant tumour, and of a false alarm
MALIGNANT = 0  # class of malignant tumours
THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-6, 6, 121)))
TICKS = (0.01, 0.1, 0.5, 0.9, 0.99)


def judged(seed: int) -> Array:
    """Return shares missed, shares of false alarms, and the threshold chosen on validation rows.

    Returns:
        At each threshold: share of missed malignant tumours, share of false alarms, cost per
        patient, and 1 at the chosen threshold. Shape [4, thresholds].
    """
    from spielfeld.learning.data_sets import find_data_set
    from spielfeld.learning.supervised import LogisticRegression

    split = find_data_set("breast-cancer").split(validation=0.25, test=0.25, seed=seed)
    learner = LogisticRegression(seed=seed)
    learner.learn(split, 100 * len(split.train))
    validation, test = (counts_at(learner, part) for part in (split.validation, split.test))
    chosen = np.zeros(len(THRESHOLDS))
    cheapest = np.flatnonzero(validation[2] == validation[2].min())
    chosen[cheapest[len(cheapest) // 2]] = 1  # the middle of all thresholds with the least cost
    return np.vstack([test, chosen])


def counts_at(learner: Learner, part: DataSet | None) -> Array:
    """Return share missed, share of false alarms, and cost per patient. Shape [3, thresholds]."""
    assert part is not None
    probability = learner.predict(part.inputs)[:, MALIGNANT]
    malignant = np.asarray(part.targets) == MALIGNANT
    alarmed = probability >= THRESHOLDS[:, None]  # [thresholds, rows]
    missed, alarms = ~alarmed & malignant, alarmed & ~malignant
    cost = (MISSED * missed + ALARM * alarms).mean(axis=1)
    shares = missed.sum(axis=1) / malignant.sum(), alarms.sum(axis=1) / (~malignant).sum()
    return np.array([*shares, cost])


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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
