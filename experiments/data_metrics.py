"""Metrics of learners on data, by task, measured on test rows beside a simple baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning import metrics
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.two_sample import energy_distance
from spielfeld.protocols import Clusters, Generates, HasDensity, Predicts


class Metric(NamedTuple):
    """A metric: its name, its unit and its direction.

    Args:
        label: The usual name.
        unit: Unit of the number.
        more_is_better: Whether a higher value is better; otherwise a lower one is.
        percent: Whether it is printed in percent.
    """

    label: str
    unit: str
    more_is_better: bool = True
    percent: bool = False


METRICS = {
    "accuracy": Metric("accuracy", "of rows", percent=True),
    "cross_entropy": Metric("cross-entropy", "nats", more_is_better=False),
    "root_mean_squared_error": Metric("RMS error", "units of the target", more_is_better=False),
    "r_squared": Metric("R2", "share of the target's variance"),
    "adjusted_rand": Metric("adjusted Rand index", "1 if clusters are the classes"),
    "explained_variance": Metric("explained variance", "of the inputs", percent=True),
    "log_likelihood": Metric("log-likelihood", "nats a row"),
    "energy_distance": Metric("energy distance", "of samples to rows", more_is_better=False),
}
BELL = "a normal distribution for each feature"
MANY = 1_000  # rows; the distances of all pairs fit into memory


class Measured(NamedTuple):
    """The value of a metric on held-back rows, with the values to compare it with.

    Args:
        value: Value of the learner.
        baseline: Value of the baseline, a trivial prediction; None if there is none.
        guess: Description of the baseline.
        best: Best possible expected value, or None if it is not known.
        bound: Description of the best possible value.
    """

    value: float
    baseline: float | None = None
    guess: str = ""
    best: float | None = None
    bound: str = ""


Found = dict[str, Measured]


def measure(learner: Predicts, tasks: Sequence[str], split: Split, rows: DataSet) -> Found:
    """Return the metrics of a learner on some rows, those of its first task first.

    Args:
        learner: The learner to score.
        tasks: Tasks that fit these rows; see `fitting`.
        split: The baseline is computed from its training rows.
        rows: Rows to score on.
    """
    found: Found = {}
    with np.errstate(over="ignore", invalid="ignore"):  # the metric is then not finite
        for task in tasks:
            more = TASKS[task](learner, split.train, rows)
            found |= {name: one for name, one in more.items() if name not in found}
    return found


def names(tasks: Sequence[str], data: DataSet) -> list[str]:
    """Return the metrics that `measure` has for such tasks and rows, in its order."""
    found = [name for task in tasks for name in METRICS_OF[task]]
    known = data.kind == "classification"
    return list(dict.fromkeys(name for name in found if known or name != "adjusted_rand"))


def _classification(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    targets = np.asarray(rows.targets)
    shares = np.bincount(np.asarray(train.targets), minlength=len(train.class_names)) / len(train)
    blind, seen = np.tile(shares, (len(rows), 1)), learner.predict(rows.inputs)
    return {
        name: Measured(float(judge(seen, targets)), float(judge(blind, targets)), guess)
        for name, judge, guess in (
            ("accuracy", metrics.accuracy, "the most frequent class"),
            ("cross_entropy", metrics.cross_entropy, "the frequencies of the classes"),
        )
    }


def _regression(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    targets, seen = np.asarray(rows.targets), learner.predict(rows.inputs)
    blind = np.full(len(rows), np.mean(np.asarray(train.targets)))
    guess = "the mean"
    error, blind_error = (metrics.mean_squared_error(one, targets) ** 0.5 for one in (seen, blind))
    found = {"root_mean_squared_error": Measured(error, blind_error, guess, *_noise(rows))}
    if np.var(targets) > 0:
        shares = [metrics.r_squared(one, targets) for one in (seen, blind)]
        found["r_squared"] = Measured(shares[0], shares[1], guess)
    return found


def _noise(rows: DataSet) -> tuple[float | None, str]:
    return rows.noise, "" if rows.noise is None else "the noise"


def _clustering(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    found: Found = {}
    if not isinstance(learner, Clusters):
        _lacks(learner, "assign")
    if rows.kind == "classification":
        value = metrics.adjusted_rand(learner.assign(rows.inputs), np.asarray(rows.targets))
        found["adjusted_rand"] = Measured(value, 0.0, "a single cluster")
    return found | _reconstruction(learner, train, rows)


def _reconstruction(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    centre = train.inputs.mean(axis=0)
    if not (rows.inputs != centre).any():
        return {}
    value = metrics.explained_variance(learner.predict(rows.inputs), rows.inputs, centre)
    return {"explained_variance": Measured(value, 0.0, "the mean row")}


def _density(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    if not isinstance(learner, HasDensity):
        _lacks(learner, "log_likelihood")
    mean, deviation = train.inputs.mean(axis=0), train.inputs.std(axis=0)
    value, blind = (
        float(np.mean(learner.log_likelihood(rows.inputs))),
        None,
    )
    if deviation.all():
        squares = np.square((rows.inputs - mean) / deviation) + np.log(2 * np.pi * deviation**2)
        blind = float(-squares.sum(axis=1).mean() / 2)
    return {"log_likelihood": Measured(value, blind, BELL)}


def _generation(learner: Predicts, train: DataSet, rows: DataSet) -> Found:
    """Score as many samples as there are training rows, beside these rows.

    With fewer samples, chance would have more influence on the score.
    """
    if not isinstance(learner, Generates):
        _lacks(learner, "sample")
    generator, known = np.random.default_rng(0), train.inputs
    fresh, real = (_some(each, MANY, generator) for each in (rows.inputs, known))
    blind = generator.normal(known.mean(axis=0), known.std(axis=0), real.shape)
    drawn = learner.sample(len(real), generator)
    values = [energy_distance(one, fresh) for one in (drawn, blind, real)]
    return {"energy_distance": Measured(values[0], values[1], BELL, values[2], "training rows")}


def _lacks(learner: object, method: str) -> NoReturn:
    raise ValueError(f"{type(learner).__name__} names a task that needs {method}(...).")


def _some(rows: Array, count: int, generator: np.random.Generator) -> Array:
    return generator.permutation(rows)[:count]


TASKS: dict[str, Callable[[Predicts, DataSet, DataSet], Found]] = {
    "classification": _classification,
    "regression": _regression,
    "ratings": _regression,
    "clustering": _clustering,
    "reconstruction": _reconstruction,
    "density": _density,
    "generation": _generation,
}
METRICS_OF = {
    "classification": ("accuracy", "cross_entropy"),
    "regression": ("root_mean_squared_error", "r_squared"),
    "ratings": ("root_mean_squared_error", "r_squared"),
    "clustering": ("adjusted_rand", "explained_variance"),
    "reconstruction": ("explained_variance",),
    "density": ("log_likelihood",),
    "generation": ("energy_distance",),
}
