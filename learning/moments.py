"""What a saved optimizer must hold: moments of the parameters that it goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learning.function import Parameters
from learning.one_vector import ALL

SIZES = ("mean", "square", "velocity")  # what Adam and Momentum remember


def require_moments(state: Mapping[str, Any], parameters: Parameters) -> None:
    """Refuse the saved state of an optimizer that does not fit the parameters.

    Args:
        state: Moments by the names "kind.parameter", and a number of steps.
        parameters: What the optimizer changes.

    Raises:
        ValueError: If a moment has another shape than its parameter, or holds no numbers.
    """
    shapes = {name: array.shape for name, array in parameters.items()}
    shapes[ALL] = (sum(array.size for array in parameters.values()),)
    for key, saved in state.items():
        kind, _, name = key.partition(".")
        if key == "steps":
            _require(type(saved) is int and 0 <= saved < 2**62, key)
            continue
        fits = kind in SIZES and name in shapes and isinstance(saved, np.ndarray)
        fits = fits and saved.shape == shapes[name] and saved.dtype.kind == "f"
        _require(fits and bool(np.isfinite(saved).all()), key)
        _require(kind != "square" or bool((saved >= 0).all()), key)
    means, squares = ({key.partition(".")[2] for key in state if key.startswith(f"{kind}.")}
                      for kind in ("mean", "square"))  # fmt: skip
    _require(means == squares, "mean")


def _require(holds: bool, key: str) -> None:
    if not holds:
        raise ValueError(f"The saved 'optimizer.{key}' does not fit the parameters.")
