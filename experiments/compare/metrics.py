"""By which metric learners are compared in a data set: one that all of them have."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from spielfeld.experiments.compare.contestants import Contestant
from spielfeld.experiments.data_metrics import METRICS, names
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.sources import fits
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import tasks_of


def chosen_metrics(
    contestants: Sequence[Contestant], sources: Mapping[str, Any], wanted: str | None
) -> dict[str, str]:
    """Return a metric for each data set in which all learners that fit have one in common.

    Args:
        contestants: Learners, of which some may not fit.
        sources: Environments and splits by their names.
        wanted: A metric by its name; None for the first in common.

    Raises:
        ValueError: If there is no such metric, or no source is a data set.
    """
    splits = {name: given for name, given in sources.items() if isinstance(given, Split)}
    if wanted is not None:
        name = wanted.replace("-", "_").lower()
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(METRICS)}."
            raise ValueError(f"There is no metric {wanted!r}. {hint}")
        if not splits:
            raise ValueError("--metric is for data sets; worlds are scored by --measure.")
        return dict.fromkeys(splits, name)
    common = {name: _common(contestants, split.train) for name, split in splits.items()}
    return {name: metric for name, metric in common.items() if metric}


def _common(contestants: Sequence[Contestant], data: DataSet) -> str | None:
    """Return the first metric of the first learner that all others have as well."""
    tasks = [tasks_of(find_learner(one.learner)) or () for one in contestants]
    found = [names([task for task in each if fits(task, data)], data) for each in tasks]
    found = [each for each in found if each]
    first, *others = found or [[]]
    return next((name for name in first if all(name in each for each in others)), None)
