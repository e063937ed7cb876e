"""Scores of a learner on data: metrics on the test rows."""

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
    """The score of a learner on data.

    Args:
        metrics: Values by their names in `METRICS`, the most important one first.
        train: Number of training rows.
        validation: Number of validation rows.
        test: Number of test rows, on which the metrics are measured.
        notes: Remarks about the rows, in sentences.
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
            ValueError: If no metric is defined, because each test row is the mean of the training
                rows.
        """
        train, validation, test = split
        found = measure(learner, tasks, split, test)
        if not found:
            raise ValueError(
                f"Data set {test.name!r}: all {len(test)} test rows equal the mean of the training "
                "rows, so no metric is defined. Hold back more rows: --set test=0.5"
            )
        return cls(found, len(train), len(validation or ()), len(test), train.notes)

    @property
    def headline(self) -> str:
        """Name of the most important metric."""
        return next(iter(self.metrics))

    @property
    def watched(self) -> str:
        """Name of the rows that score the learner during training."""
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
        """Whether all values that must be numbers are numbers; a file may contain anything."""
        rows = (self.train, self.validation, self.test)
        known = [*rows, *(one.value for one in self.metrics.values())]
        numbers = all(isinstance(number, int | float) for number in known)
        return bool(self.metrics) and self.metrics.keys() <= METRICS.keys() and numbers

    def lines(self) -> list[str]:
        """Return a line for each metric: learner, baseline and best possible value."""
        head = f"{self.train:,} training rows"
        head += f", {self.validation:,} validation rows" if self.validation else ""
        head += f", {self.test:,} test rows"
        best = "best" if any(one.best is not None for one in self.metrics.values()) else ""
        labels = {name: f"{METRICS[name].label}, {METRICS[name].unit}" for name in self.metrics}
        width = max(40, *(len(label) + 1 for label in (head, *labels.values())))
        lines = [_row(head, width, "learner", "baseline", best)]
        for name, one in self.metrics.items():
            numbers = (one.value, one.baseline, one.best)
            cells = ("" if n is None else written(n, METRICS[name]) for n in numbers)
            lines.append(_row(labels[name], width, *cells))
        return [*lines, *self._told(), *(f"  {note}" for note in self.notes)]

    def _told(self) -> list[str]:
        """Explain the columns beside the learner's."""
        found = self.metrics.values()
        guesses = dict.fromkeys(one.guess for one in found if one.baseline is not None)
        bounds = dict.fromkeys(one.bound for one in found if one.best is not None)
        words = [f"baseline: {', '.join(guesses)}"] * bool(guesses)
        words += [f"best possible value, on average: {', '.join(bounds)}"] * bool(bounds)
        return [f"  ({'; '.join(words)})"] if words else []


def _row(label: str, width: int, learner: str, baseline: str, best: str) -> str:
    return f"  {label:<{width}}{learner:>10}{baseline:>12}{best:>12}".rstrip()


def written(value: float, metric: Metric) -> str:
    """Write a number: shares in percent, all others with four digits."""
    return f"{value:.2%}" if metric.percent and math.isfinite(value) else f"{value:.4g}"


class RowEvaluator:
    """Evaluates learners on rows of data: on test rows at the end, on validation rows before.

    Args:
        split: Its test rows score a learner at the end. Its validation rows score it during
            training; without validation rows, the test rows do.
        tasks: Tasks by which a learner is scored here.
    """

    slow = False

    def __init__(self, split: Split, tasks: tuple[str, ...]) -> None:
        self._split, self._tasks = split, tasks
        self._watched = split.test if split.validation is None else split.validation
        self._generates = tasks[0] == "generation"  # else no samples are drawn on the way
        self._watched_by = tuple(each for each in tasks if self._generates or each != "generation")

    @property
    def evaluations(self) -> int:
        """Number of evaluations during a training."""
        most = 10 if self._generates else SCORES
        return int(np.clip(QUICK // self._watched.inputs.size, 5, most))

    def __call__(self, learner: Predicts) -> DataScore:
        """Return the score of a learner on the test rows."""
        return DataScore.of(learner, self._tasks, self._split)

    def row(self, learner: Predicts) -> dict[str, float]:
        """Return a row of scores.csv, without samples and seconds."""
        found = measure(learner, self._watched_by, self._split, self._watched)
        return {name: one.value for name, one in found.items()}
