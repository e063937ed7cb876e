"""How good a learner on data has become: metrics on rows that taught nothing, beside a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from learning import metrics
from learning.batch import Array
from learning.data_sets.data_set import DataSet, Split


class Metric(NamedTuple):
    """What a number measures.

    Args:
        label: What people call it.
        unit: What it is a number of.
        more_is_better: Or less is.
        percent: Whether it is written in hundredths.
    """

    label: str
    unit: str
    more_is_better: bool = True
    percent: bool = False


METRICS = {
    "accuracy": Metric("accuracy", "of rows", percent=True),
    "cross_entropy": Metric("cross-entropy", "nats", more_is_better=False),
    "root_mean_squared_error": Metric("RMS error", "units of the target", more_is_better=False),
    "r_squared": Metric("R2", "of the target's variance"),
    "adjusted_rand": Metric("adjusted Rand index", "1 if clusters are the classes"),
    "explained_variance": Metric("explained variance", "of the inputs", percent=True),
    "log_likelihood": Metric("log-likelihood", "nats a row"),
}


class Measured(NamedTuple):
    """A metric on rows that taught nothing.

    Args:
        value: What the learner reaches.
        baseline: What the simplest guess reaches, or None.
        guess: What that guess is.
        floor: What nobody can be expected to be better than, or None.
    """

    value: float
    baseline: float | None = None
    guess: str = ""
    floor: float | None = None


Found = dict[str, Measured]


@dataclass(frozen=True)
class DataScore:
    """How good a learner on data is.

    Args:
        metrics: By their names in `METRICS`; the first is the one to look at.
        train: How many rows taught.
        validation: How many rows stood by.
        test: How many rows it was measured on.
    """

    metrics: Found
    train: int
    validation: int
    test: int

    @property
    def headline(self) -> str:
        """Name of the metric to look at first."""
        return next(iter(self.metrics))

    def summary(self) -> dict[str, Any]:
        """Return it as JSON."""
        metrics = {name: one._asdict() for name, one in self.metrics.items()}
        return {**asdict(self), "metrics": metrics}

    @classmethod
    def read(cls, summary: dict[str, Any]) -> DataScore:
        """Read what `summary` returned."""
        metrics = {name: Measured(**one) for name, one in summary["metrics"].items()}
        return cls(**{**summary, "metrics": metrics})

    @property
    def sound(self) -> bool:
        """Whether it holds numbers where there have to be some: a file may say anything."""
        rows = (self.train, self.validation, self.test)
        known = [*rows, *(one.value for one in self.metrics.values())]
        numbers = all(isinstance(number, int | float) for number in known)
        return bool(self.metrics) and self.metrics.keys() <= METRICS.keys() and numbers


def measure(learner: Any, tasks: Sequence[str], split: Split, rows: DataSet) -> Found:
    """Return the metrics of a learner on some rows, those of its first task first.

    Args:
        learner: What is judged.
        tasks: That fit such rows; see `fitting`.
        split: Its training rows say what the simplest guess would be.
        rows: To judge on.
    """
    found: Found = {}
    with np.errstate(over="ignore", invalid="ignore"):  # the metric tells it: it is not finite
        for task in tasks:
            more = TASKS[task](learner, split.train, rows)
            found |= {name: one for name, one in more.items() if name not in found}
    return found


def _classification(learner: Any, train: DataSet, rows: DataSet) -> Found:
    targets = np.asarray(rows.targets)
    shares = np.bincount(np.asarray(train.targets), minlength=len(train.class_names)) / len(train)
    blind, seen = np.tile(shares, (len(rows), 1)), learner.predict(rows.inputs)
    return {
        name: Measured(float(judge(seen, targets)), float(judge(blind, targets)), guess)
        for name, judge, guess in (
            ("accuracy", metrics.accuracy, "always the most frequent class"),
            ("cross_entropy", metrics.cross_entropy, "how frequent the classes are"),
        )
    }


def _regression(learner: Any, train: DataSet, rows: DataSet) -> Found:
    targets, seen = np.asarray(rows.targets), learner.predict(rows.inputs)
    blind = np.full(len(rows), np.mean(np.asarray(train.targets)))
    guess = "always the mean"
    error, blind_error = (metrics.mean_squared_error(one, targets) ** 0.5 for one in (seen, blind))
    found = {"root_mean_squared_error": Measured(error, blind_error, guess, rows.noise)}
    if np.ptp(targets) > 0:
        shares = [metrics.r_squared(one, targets) for one in (seen, blind)]
        found["r_squared"] = Measured(shares[0], shares[1], guess)
    return found


def _clustering(learner: Any, train: DataSet, rows: DataSet) -> Found:
    found: Found = {}
    if rows.kind == "classification":
        value = metrics.adjusted_rand(learner.assign(rows.inputs), np.asarray(rows.targets))
        found["adjusted_rand"] = Measured(value, 0.0, "all rows in one cluster")
    return found | _reconstruction(learner, train, rows)


def _reconstruction(learner: Any, train: DataSet, rows: DataSet) -> Found:
    centre = train.inputs.mean(axis=0)
    if not (rows.inputs != centre).any():
        return {}
    value = metrics.explained_variance(learner.predict(rows.inputs), rows.inputs, centre)
    return {"explained_variance": Measured(value, 0.0, "always the mean row")}


def _density(learner: Any, train: DataSet, rows: DataSet) -> Found:
    guess = "a normal distribution a feature"
    value = float(np.mean(learner.log_likelihood(rows.inputs)))
    return {"log_likelihood": Measured(value, _independent(train.inputs, rows.inputs), guess)}


def _independent(train: Array, rows: Array) -> float | None:
    """Return the mean log-likelihood under features that know nothing of each other, if any."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    if not deviation.all():
        return None
    squares = np.square((rows - mean) / deviation) + np.log(2 * np.pi * np.square(deviation))
    return float(-squares.sum(axis=1).mean() / 2)


TASKS: dict[str, Callable[[Any, DataSet, DataSet], Found]] = {
    "classification": _classification,
    "regression": _regression,
    "ratings": _regression,
    "clustering": _clustering,
    "reconstruction": _reconstruction,
    "density": _density,
}
