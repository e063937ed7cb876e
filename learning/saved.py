"""Checks of a saved learner on rows; those of worlds are in `spielfeld.guard`.

Each function raises a ValueError of one sentence, which names the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spielfeld.learning.function import Parameters
from spielfeld.learning.one_vector import ALL

MOMENTS = ("mean", "square", "velocity")  # what Adam and Momentum remember
MOST = 2**62  # of a count


def table(state: Any) -> dict[str, Any]:
    """Return a saved state, which must be a dict."""
    if not isinstance(state, Mapping):
        raise ValueError(f"A saved state must be a table of names, not a {type(state).__name__}.")
    return dict(state)


def entry(state: Mapping[str, Any], name: str) -> Any:
    """Return a value of a saved state by its name."""
    if name not in state:
        raise ValueError(f"The saved state has no {name!r}.")
    return state[name]


def count(state: Mapping[str, Any], name: str) -> int:
    """Return a whole number of 0 or more of a saved state by its name."""
    value = entry(state, name)
    _require(type(value) is int and 0 <= value < MOST, name)
    return int(value)


def number(state: Mapping[str, Any], name: str) -> float:
    """Return a finite number of a saved state by its name."""
    value = entry(state, name)
    finite = isinstance(value, int | float | np.floating) and abs(float(value)) < np.inf
    _require(finite, name)
    return float(value)


def array_like(state: Mapping[str, Any], name: str, made: Any, finite: bool = True) -> Any:
    """Return a copy of a saved array, of the kind and shape of the one that was `made`."""
    value = entry(state, name)
    fits = isinstance(value, np.ndarray) and value.shape == made.shape
    _require(fits and value.dtype == made.dtype, name)
    _require(bool((np.isfinite(value) if finite else ~np.isnan(value)).all()), name)
    return value.copy()


def take_up(generator: np.random.Generator, state: Mapping[str, Any], name: str) -> None:
    """Let a generator go on from its saved state, once another one has taken that unchanged."""
    trial: Any = type(generator.bit_generator)()
    same = False
    try:
        trial.state = entry(state, name)
        same = bool(trial.state == state[name])
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        pass
    _require(same, name)
    generator.bit_generator.state = state[name]


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
            count(state, key)
            continue
        fits = kind in MOMENTS and name in shapes and isinstance(saved, np.ndarray)
        fits = fits and saved.shape == shapes[name] and saved.dtype.kind == "f"
        _require(fits and bool(np.isfinite(saved).all()), f"optimizer.{key}")
        _require(kind != "square" or bool((saved >= 0).all()), f"optimizer.{key}")
    means, squares = ({key.partition(".")[2] for key in state if key.startswith(f"{kind}.")}
                      for kind in MOMENTS[:2])  # fmt: skip
    _require(means == squares, "optimizer.mean")


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise ValueError(f"The saved {name!r} does not fit this learner.")
