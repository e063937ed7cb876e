"""How good a learner on data has become: metrics on the test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spielfeld.experiments.data_metrics import METRICS, Found, Measured, measure
from spielfeld.learning.data_sets.data_set import Split


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
    def of(cls, learner: Any, tasks: Sequence[str], split: Split) -> DataScore:
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
