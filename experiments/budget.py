"""How many samples a run has, where nobody has said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spielfeld.experiments.data_source import default_samples
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.settings import SAMPLES
from spielfeld.experiments.sources import make_source
from spielfeld.learning.data_sets.data_set import Split


def default_budget(
    learner: str, source: str, options: Mapping[str, Any], own: Sequence[str] = ()
) -> int:
    """Return the number of samples that follows from a data set's training rows.

    Raises:
        ValueError: If the source cannot be made.
    """
    given = make_source(source, options, own=own)
    return default_samples(given, find_learner(learner)) if isinstance(given, Split) else SAMPLES
