"""What a learner on rows remembers between two days: its state, saved and restored bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import MiniBatches
from spielfeld.learning.data_sets.standardiser import Standardiser
from spielfeld.learning.early_stopping import EarlyStopping
from spielfeld.learning.learner import GradientLearner
from spielfeld.learning.named import prefixed, section
from spielfeld.learning.saved import require_moments, table


class ResumableLearner(GradientLearner):
    """A learner by gradient on rows that can go on where it, or its twin, has stopped.

    Args:
        config: Settings.
        seed: Of all that is random.
    """

    def __init__(self, config: Any, seed: int) -> None:
        self.config: Any = config
        self.seed = seed
        self.measures: dict[str, Standardiser] = {}
        self._stopping = EarlyStopping()
        self._data: DataSet | None = None
        self._batches: MiniBatches | None = None

    def _begun(self, source: DataSet | Split) -> MiniBatches:
        """Make what is missing from the first rows, and hold to these rows from then on."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return what predictions and the next step depend on, as arrays and JSON values."""
        if self._batches is None:
            return {}
        return {
            **prefixed("parameters", {k: v.copy() for k, v in self.function.parameters.items()}),
            **prefixed("optimizer", self.optimizer.state()),
            **{
                f"measure.{name}.{key}": array.copy()
                for name, measure in self.measures.items()
                for key, array in measure.state().items()
            },
            **prefixed("stopping", self._stopping.state()),
            **self._batches.state(),
        }

    def restore(self, state: dict[str, Any], source: DataSet | Split) -> None:
        """Continue from what `state()` returned, bit for bit.

        Args:
            state: Of a learner with the same settings and seed.
            source: What it learned from.

        Raises:
            ValueError: If the state does not fit the settings or the rows.
        """
        self._data = self._batches = None
        state = table(state)
        if not state:
            return
        batches = self._begun(source)
        for name, value in self.state().items():
            if name not in state or not _fits(name, value, state[name]):
                self._refuse_state(name)
        require_moments(section(state, "optimizer"), self.function.parameters)
        for name, parameter in self.function.parameters.items():
            parameter[...] = state[f"parameters.{name}"]
        self.optimizer.restore(section(state, "optimizer"))
        self._stopping.restore(section(state, "stopping"))
        batches.restore(state)

    def _refuse_state(self, name: str) -> None:
        self._data = self._batches = None
        raise ValueError(
            f"The saved {name!r} does not fit: expected the state of a {type(self).__name__} "
            "with the same settings that learned from the same rows."
        )


def _fits(name: str, made: Any, saved: Any) -> bool:
    """Whether a saved value can replace a beginner's, or where nothing is learned equals it."""
    if name.startswith("measure."):
        return np.array_equal(made, saved)
    if not name.startswith(("parameters.", "stopping.")):
        return True
    kinds = np.asarray(made).dtype, np.asarray(saved).dtype
    alike = np.shape(made) == np.shape(saved) and np.can_cast(kinds[1], kinds[0], "same_kind")
    return alike and bool(np.isfinite(np.asarray(saved)).all())
