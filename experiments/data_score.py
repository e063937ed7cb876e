"""How good a learner on data has become: metrics on the test rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from spielfeld.experiments.data_metrics import METRICS, Found, Measured, Metric, measure
from spielfeld.learning.data_sets.data_set import Split
from spielfeld.protocols import Predicts

SCORES = 50  # evaluations of a run on the way, where they are quick
QUICK = 10_000_000  # numbers to predict from, in all evaluations of a run together


@dataclass(frozen=True)
class DataScore:
    """How good a learner on data is.

    Args:
        metrics: By their names in `METRICS`; the first is the one to look at.
        train: How many rows taught.
        validation: How many rows stood by.
        test: How many rows it was measured on.
        notes: What is to be known about the rows, in sentences.
    """

    metrics: Found
    train: int
    validation: int
    test: int
    notes: Sequence[str] = ()

    @classmethod
    def of(cls, learner: Predicts, tasks: Sequence[str], split: Split) -> DataScore:
        """Measure a learner on the test rows.

        Raises:
            ValueError: If these tell nothing, since they all equal the mean of the training rows.
        """
        train, validation, test = split
        found = measure(learner, tasks, split, test)
        if not found:
            raise ValueError(
                f"Data set {test.name!r}: the {len(test)} test rows are the mean of the training "
                "rows, so nothing can be measured on them; --set test=0.5 holds back more."
            )
        return cls(found, len(train), len(validation or ()), len(test), train.notes)

    @property
    def headline(self) -> str:
        """Name of the metric to look at first."""
        return next(iter(self.metrics))

    @property
    def watched(self) -> str:
        """Which rows tell on the way how good the learner is."""
        return "validation" if self.validation else "test"

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

    def lines(self) -> list[str]:
        """Return a row a metric: what the learner, a simple guess and the best guess reach."""
        parts = f"{self.train:,} rows taught"
        parts += f", {self.validation:,} stood by" if self.validation else ""
        best = "at best" if any(one.best is not None for one in self.metrics.values()) else ""
        labels = {name: f"{METRICS[name].label}, {METRICS[name].unit}" for name in self.metrics}
        width = max(40, *(len(label) + 1 for label in labels.values()))
        lines = [_row(f"{parts}, {self.test:,} test", width, "learned", "guessed", best)]
        for name, one in self.metrics.items():
            numbers = (one.value, one.baseline, one.best)
            cells = ("" if n is None else written(n, METRICS[name]) for n in numbers)
            lines.append(_row(labels[name], width, *cells))
        return [*lines, *self._told(), *(f"  {note}" for note in self.notes)]

    def _told(self) -> list[str]:
        """Say what the columns beside the learner's stand for."""
        found = self.metrics.values()
        guesses = dict.fromkeys(one.guess for one in found if one.baseline is not None)
        bounds = dict.fromkeys(one.bound for one in found if one.best is not None)
        words = [f"guessed: {', '.join(guesses)}"] * bool(guesses)
        words += [f"at best, on average: {', '.join(bounds)}"] * bool(bounds)
        return [f"  ({'; '.join(words)})"] if words else []


def _row(label: str, width: int, learned: str, guessed: str, best: str) -> str:
    return f"  {label:<{width}}{learned:>10}{guessed:>12}{best:>12}".rstrip()


def written(value: float, metric: Metric) -> str:
    """Write a number as it is read best: shares in hundredths, all else to four digits."""
    return f"{value:.2%}" if metric.percent and math.isfinite(value) else f"{value:.4g}"


class RowEvaluator:
    """Evaluates learners on rows of data: on the test rows in the end, on the way on others.

    Args:
        split: Its test rows score a learner in the end, its validation rows on the way, where
            there are some.
        tasks: By which a learner is scored here.
    """

    slow = False

    def __init__(self, split: Split, tasks: tuple[str, ...]) -> None:
        self._split, self._tasks = split, tasks
        self._watched = split.test if split.validation is None else split.validation
        self._generates = tasks[0] == "generation"  # else no samples are drawn on the way
        self._watched_by = tuple(each for each in tasks if self._generates or each != "generation")

    @property
    def evaluations(self) -> int:
        """How many evaluations on the way a run can afford."""
        most = 10 if self._generates else SCORES
        return int(np.clip(QUICK // self._watched.inputs.size, 5, most))

    def __call__(self, learner: Predicts) -> DataScore:
        """Return how good a learner is, on the test rows."""
        return DataScore.of(learner, self._tasks, self._split)

    def row(self, learner: Predicts) -> dict[str, float]:
        """Return a row of scores.csv, besides samples and seconds."""
        found = measure(learner, self._watched_by, self._split, self._watched)
        return {name: one.value for name, one in found.items()}
