"""Generators that a whole process shares: a library that draws from them gets a set of its own."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Any

import numpy as np


class OwnLuck:
    """Inside `with`, the generators of `random`, NumPy and torch are this object's own.

    Stable-Baselines3 seeds and uses them; outside they go on as if nothing had happened, and inside
    as if nobody else had drawn. Torch keeps to one thread meanwhile: small networks run fastest so.
    """

    def __init__(self) -> None:
        self._kept: tuple[Any, ...] = ()

    def __enter__(self) -> None:
        outside = _luck()
        if self._kept:
            _put(self._kept)
        _threads(1)
        self._kept = outside

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        inside = _luck()
        _put(self._kept)
        self._kept = (*inside[:-1], 1)


def _luck() -> tuple[Any, ...]:
    """Return where each generator stands, and how many threads torch uses."""
    import torch

    numbers = np.random.get_state()  # noqa: NPY002, since it is what Stable-Baselines3 draws from
    return random.getstate(), numbers, torch.get_rng_state(), torch.get_num_threads()


def _put(luck: tuple[Any, ...]) -> None:
    import torch

    random.setstate(luck[0])
    np.random.set_state(luck[1])  # noqa: NPY002
    torch.set_rng_state(luck[2])
    _threads(luck[3])


def _threads(count: int) -> None:
    import torch

    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
