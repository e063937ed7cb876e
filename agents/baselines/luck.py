"""Generators of the whole process, with separate states for a library that draws from them."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Any

import numpy as np


class OwnLuck:
    """Separate states of the generators of `random`, NumPy and torch, used inside `with`.

    Stable-Baselines3 seeds and uses these generators. Draws inside `with` do not change the numbers
    outside, and draws outside do not change the numbers inside. Inside, torch uses one thread,
    because small networks are fastest with one.
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
    """Return the state of each generator, and the number of threads of torch."""
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
