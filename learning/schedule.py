"""How the learning rate changes along the way: far steps at first, fine ones at the end.

Each is a plain function of the samples that were learned from so far, the samples in total and the
first learning rate, so that a learner's `step_size` is one call, and continuing after a checkpoint
needs no memory. After `total` samples the rate stays as it is at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

Schedule = Callable[[float, float, float], float]
ScheduleName = Literal["constant", "linear", "cosine", "step"]


def constant(samples: float, total: float, first: float) -> float:
    """Return `first`, always."""
    return first


def linear(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on a straight line from `first` to `last`.

    >>> linear(75, 100, 0.5)
    0.125
    """
    return first + (last - first) * _progress(samples, total)


def cosine(samples: float, total: float, first: float, last: float = 0.0) -> float:
    """Return the rate on half a cosine wave from `first` to `last`: level at both ends.

    Source: Loshchilov & Hutter (2017), equation 5, without restarts.
    """
    return last + (first - last) * (1 + math.cos(math.pi * _progress(samples, total))) / 2


def step(samples: float, total: float, first: float, factor: float = 0.1, stages: int = 3) -> float:
    """Return `first`, multiplied by `factor` at the start of each of `stages` but the first.

    >>> [step(samples, 90, 1.0, factor=0.5) for samples in (0, 29, 30, 60, 90)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    return first * factor ** min(int(stages * _progress(samples, total)), stages - 1)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant, "linear": linear, "cosine": cosine, "step": step,
}  # fmt: skip


def _progress(samples: float, total: float) -> float:
    return samples / total if samples < total else 1.0
