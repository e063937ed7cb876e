"""Saving worlds that nobody prepared for it, where plain data is all that they are made of.

Gymnasium's Mountain Car, Cart Pole, Acrobot and blackjack keep a few numbers in attributes, and
those are their state. A simulator that keeps more, in objects of its own, is recognised and left.
"""

from __future__ import annotations

import copy
from types import FunctionType
from typing import Any

import numpy as np
from gymnasium import Env
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Space
from gymnasium.vector import VectorEnv

from spielfeld.snapshot import restored

FIXED = (Space, EnvSpec, FunctionType, type)  # no step changes them
FIXED_NAMES = ("render_mode",)
LISTS = (list, tuple)
MOST_BYTES = 4096  # of one number or word in an array


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


def lacks(world: Any, state: dict[str, Any]) -> bool:
    """Tell whether a world has made fewer attributes of its own than a state names."""
    return isinstance(state, dict) and not vars(world).keys() >= state.keys()


def restore_plain(world: Any, state: dict[str, Any]) -> None:
    """Set a world's attributes to what `plain_state` returned; arrays stay arrays.

    A state comes from a file, which may be a stranger's: it changes numbers and words that the
    world keeps, and nothing else.

    Args:
        world: One like that of the state, at any step of an episode.
        state: Values by the names of the world's own attributes.

    Raises:
        ValueError: If the world has no such attribute, or it is another kind of value.
    """
    for name, value in require_plain(world, state).items():
        now = vars(world)[name]
        if isinstance(now, np.random.Generator):
            now.bit_generator.state = value
        else:
            setattr(world, name, value)


def require_plain(world: Any, state: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a world's attributes in a saved state, and change nothing.

    Raises:
        ValueError: As `restore_plain`.
    """
    if not isinstance(state, dict):
        raise ValueError(
            f"the state of {type(world).__name__} must be a table, not {str(state)[:60]!r}"
        )
    if "_np_random" in state and isinstance(world, Env | VectorEnv):
        _ = world.np_random  # made when it is first asked for
    return {name: _told(world, name, value) for name, value in state.items()}


def _told(world: Any, name: str, told: Any) -> Any:
    """Return what an attribute is to be, if that is a value such as the world keeps there."""
    if name not in vars(world):
        raise ValueError(f"{type(world).__name__} keeps nothing in {name!r}")
    now = vars(world)[name]
    if isinstance(now, np.random.Generator):
        kind = now.bit_generator.state["bit_generator"]
        if isinstance(told, dict) and told.get("bit_generator") == kind:
            restored({name: copy.deepcopy(now)}, {name: told})  # refuses numbers that are no state
            return told
    elif not _is_plain(now):
        if told is None:  # such as a space that is only made when it is asked for
            return now
    else:
        value = _unlisted(told)
        if _alike(now, value) and (name not in FIXED_NAMES or value == now):
            return value
    raise ValueError(f"{name} of {type(world).__name__} cannot be {str(told)[:60]!r}")


def _alike(now: Any, value: Any) -> bool:
    """Tell whether two values are of one kind: a place may be empty, and a list may grow."""
    if now is None or value is None:
        return True
    if isinstance(now, LISTS) and isinstance(value, LISTS):
        return True
    return np.shape(now) == np.shape(value) and _kind(now) == _kind(value)


def _kind(value: Any) -> type:
    """Return bool, float for any number, str, or what else an array holds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float  # which may be larger than any of NumPy's, such as a seed
    kind = np.asarray(value).dtype.kind
    return {"b": bool, "i": float, "u": float, "f": float, "U": str}.get(kind, object)


def _unlisted(value: Any) -> Any:
    """Return what `_listed` made a JSON value of; a tuple stays a list."""
    if isinstance(value, list):
        return [_unlisted(item) for item in value]
    if not isinstance(value, dict):
        return value
    try:
        kind = np.dtype(str(value["dtype"]))
        if kind.kind in "biufU" and kind.itemsize <= MOST_BYTES:
            return np.array(value["array"], kind)
    except (TypeError, ValueError, LookupError, OverflowError):
        pass
    raise ValueError(f"a state holds no array such as {str(value)[:60]!r}")


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
