"""What a saved tabular learner must hold before its arrays may go into the compiled walk.

Kinds, shapes and limits of numbers are checked here. What the arrays of one method must agree on,
the memory of that method knows: `limits` of its fields, and `require_sound` for all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld import guard
from spielfeld.agents.tabular.walk import Episode
from spielfeld.arrays import Array

Limits = tuple[float | None, float | None]  # the least number, and the one that all stay below

FINITE: Limits = (None, None)
COUNT: Limits = (0, guard.MOST)


def saved_memory(fresh: Any, state: Any, names: dict[str, str]) -> Any:
    """Return the memory of a saved state; nothing is written into what it was compared with.

    Args:
        fresh: A memory of the size that the world needs.
        state: What `TabularLearner.state` returned, or a file says that it did.
        names: How sentences call some of the arrays.

    Raises:
        ValueError: If an array is missing, does not fit, or holds an impossible number; names it.
    """
    limits: dict[str, Limits] = {"table": FINITE, "visits": COUNT}
    if fresh.legal.dtype != np.bool_:  # the weights of a policy
        limits["legal"] = (0, np.inf)
    limits |= getattr(fresh, "limits", dict)()
    rooms: tuple[str, ...] = getattr(fresh, "rooms", tuple)()
    arrays = {}
    for name, array in fresh._asdict().items():
        what = names.get(name, f"The saved {name!r}")
        if name not in guard.table("The saved state", state):
            raise ValueError(f"The saved state has no {name!r}: another version wrote it.")
        if name in rooms:
            array = _as_long_as(what, guard.as_array(what, state[name]), array)
        low, high = limits.get(name, FINITE)
        arrays[name] = guard.like(what, state[name], array, low, high, finite=name in limits)
    lengths = {len(arrays[name]) for name in rooms}
    guard.require(len(lengths) < 2, f"The saved {' and '.join(rooms)} differ in length.")
    return type(fresh)(**arrays)


def saved_episode(present: Episode, given: Any, states: int, legal: Array) -> Episode:
    """Return where an agent stood in a saved state.

    Args:
        present: Arrays of the shape that is needed.
        given: Numbers by name, or lists of one number for each tiling.
        states: How many there are, or tiles.
        legal: What the saved memory says is allowed. Shape [states, actions], or [1, actions].

    Raises:
        ValueError: If a number is out of its range, or the action picked is not allowed.
    """
    limits = {"state": (-1, states), "action": (-1, legal.shape[1]), "length": COUNT,
              "total": FINITE}  # fmt: skip
    arrays = {}
    for name, array in present._asdict().items():
        what, value = f"The saved episode's {name}", guard.entry(given, name)
        value = guard.as_array(what, value)
        shaped = value.reshape(array.shape) if value.size == array.size else value
        arrays[name] = guard.like(what, shaped, array, *limits[name])
    episode = Episode(**arrays)
    whole = episode.state.size == 1 or (episode.state < 0).all() or (episode.state >= 0).all()
    guard.require(whole, "The saved episode's state has tiles of some tilings only.")
    state, action = int(episode.state[0]), int(episode.action[0])
    allowed = action < 0 or (state >= 0 and legal[state if len(legal) > 1 else 0, action] > 0)
    guard.require(bool(allowed), f"The saved episode's action {action} is not legal there.")
    return episode


def _as_long_as(what: str, saved: Array, array: Array) -> Array:
    """Return room for as many steps as were saved."""
    guard.require(saved.ndim == 1, f"{what} must be a row of numbers, not of shape {saved.shape}.")
    return np.zeros(len(saved), array.dtype)
