"""Array types that all packages use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]
Booleans = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


def unit_of(values: Floats) -> float:
    """Return what tolerances of values are relative to, so that small rewards do not vanish in one.

    It is 1, or the largest size of a value where all are smaller.
    """
    size = np.abs(np.where(np.isfinite(values), values, 0.0)).max()
    return min(1.0, float(size))
