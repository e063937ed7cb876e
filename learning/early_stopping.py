"""Early stopping: further steps that only fit the noise of the training rows are not taken.

Once an epoch the loss on rows that teach nothing is measured. The parameters of its lowest point
are kept, and after `patience` epochs without a lower one learning is over.

Source: Prechelt (1998), "Early stopping - but when?", criterion UP with strips of one epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import Any

from spielfeld.learning.function import Function
from spielfeld.learning.named import prefixed, section


@dataclass
class EarlyStopping:
    """What is known of the loss on the validation rows.

    Args:
        patience: Epochs without a lower loss after which learning is over; 0 for never.
        best: Keeps the parameters of the lowest loss; None to keep none.
        loss: As measured last.
        least: The lowest so far.
        waited: Epochs since then.
    """

    patience: int = 0
    best: Function | None = None
    loss: float = nan
    least: float = inf
    waited: int = 0

    @property
    def over(self) -> bool:
        """Whether patience is at its end."""
        return 0 < self.patience <= self.waited

    def look(self, loss: float, function: Function) -> None:
        """Take note of the loss after another epoch; keep the parameters if it is the lowest."""
        better = loss < self.least
        self.loss, self.least = loss, min(self.least, loss)
        self.waited = 0 if better else self.waited + 1
        if better and self.best is not None:
            for name, parameter in self.best.parameters.items():
                parameter[...] = function.parameters[name]

    def state(self) -> dict[str, Any]:
        """Return what was seen and kept, as arrays and JSON values."""
        if not isfinite(self.least):
            return {}
        kept = {} if self.best is None else self.best.parameters
        copies = {name: parameter.copy() for name, parameter in kept.items()}
        numbers = {"loss": self.loss, "least": self.least, "waited": self.waited}
        return {**numbers, **prefixed("best", copies)}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned."""
        for name in ("loss", "least", "waited"):
            setattr(self, name, state.get(name, getattr(self, name)))
        for name, parameter in section(state, "best").items():
            if self.best is not None:
                self.best.parameters[name][...] = parameter
