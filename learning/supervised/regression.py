"""What learners of numbers have in common: the loss that they descend."""

from __future__ import annotations

from dataclasses import dataclass

from spielfeld.learning.descent import DecayConfig
from spielfeld.learning.loss import Huber, Loss, SquaredError


@dataclass(frozen=True)
class RegressionConfig(DecayConfig):
    """Settings of regression by descent."""

    loss: str = "squared"
    """For numbers: squared, or huber, by which rows that are far off pull no harder than others."""
    threshold: float = 1.0
    """Of huber: the error from which on the loss is a straight line, in units of the target, which
    networks standardise; above 0."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss not in ("squared", "huber"):
            raise ValueError(f"There is no loss {self.loss!r}: choose one of squared, huber.")
        Huber(self.threshold)

    def regression_loss(self) -> Loss:
        """Return the loss that is named."""
        return Huber(self.threshold) if self.loss == "huber" else SquaredError()
