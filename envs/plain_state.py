"""Saving worlds that nobody prepared for it, where plain data is all that they are made of.

Gymnasium's Mountain Car, Cart Pole, Acrobot and blackjack keep a few numbers in attributes, and
those are their state. A simulator that keeps more, in objects of its own, is recognised and left.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Space

FIXED = (Space, EnvSpec, FunctionType, type)  # no step changes them


def plain_state(world: Any, fixed: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """Return a world's attributes as JSON values, its generator's state among them.

    Args:
        world: An environment, or a wrapper.
        fixed: Names of attributes that no step changes.

    Returns:
        None if an attribute is neither a number, a word, an array, nor a list of these.
    """
    state = {}
    for name, value in vars(world).items():
        if name in fixed:
            continue
        if isinstance(value, np.random.Generator):
            state[name] = value.bit_generator.state
        elif _is_plain(value):
            state[name] = _listed(value)
        elif not isinstance(value, FIXED):
            return None
    return state


def restore_plain(world: Any, state: dict[str, Any]) -> None:
    """Set a world's attributes to what `plain_state` returned; arrays stay arrays."""
    for name, value in state.items():
        now = getattr(world, name, None)
        if isinstance(now, np.random.Generator):
            now.bit_generator.state = value
        else:
            array = isinstance(value, dict)
            setattr(world, name, np.array(value["array"], value["dtype"]) if array else value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    numbers = isinstance(value, np.ndarray) and value.dtype != object
    return numbers or value is None or isinstance(value, bool | int | float | str | np.generic)


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": str(value.dtype)}
    return value.item() if isinstance(value, np.generic) else value
