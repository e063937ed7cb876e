"""Checks of numbers and arrays from outside, before a compiled loop uses them.

Compiled loops do not check their indices. A state number beyond the end of a table would read or
overwrite other memory. So these functions first check the arguments of callers and the values in
files. A compiled loop gets only checked numbers. All checks come before the first write.

This file imports only NumPy and `arrays.py`. Each function raises a ValueError of one sentence. The
sentence contains the name of the value (`what`), the value that was found, and the values that are
allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array

MOST = 2**62  # limit of a count or a number of steps: the sum of two of them fits 64 bits
MOST_ROWS = 2**20  # rows of a vector environment
MOST_ARMS = 2**24  # arms of a bandit
LONGEST = 60  # characters of a value in an error message


def shown(value: object) -> str:
    """Return a value as text for an error message: on one line, with at most 60 characters."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python does not write whole numbers of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def whole(what: str, value: object, low: int = 0, high: int = MOST) -> int:
    """Return a whole number from `low` to below `high` as an int; refuse a bool."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        given = int(value)
        if low <= given < high:
            return given
    limits = f"from {low:,} to {'2^62 - 1' if high == MOST else f'{high - 1:,}'}"
    _refuse(what, f"a whole number {limits}", value)


def steps(value: object) -> int | None:
    """Return a time limit of an episode in environment steps, 1 or more; None for no limit."""
    return None if value is None else whole("max_episode_steps", value, 1)


def number(what: str, value: object, low: float = -np.inf, high: float = np.inf) -> float:
    """Return a finite number from `low` to `high` as a float; refuse a bool."""
    given = np.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        try:
            given = float(value)
        except OverflowError:
            given = np.inf
    if not (np.isfinite(given) and low <= given <= high):
        below = "" if high == np.inf else f" to {high:g}"
        limits = "" if low == -np.inf else f" from {low:g}{below}"
        _refuse(what, f"a finite number{limits}", value)
    return given


def table(what: str, value: object) -> Mapping[str, Any]:
    """Return a dict of names and values; refuse any other object."""
    if not isinstance(value, Mapping):
        _refuse(what, "a table of names and values", value)
    return value


def entry(state: object, name: str) -> Any:
    """Return a value of a saved state by its name."""
    saved = table("The saved state", state)
    if name not in saved:
        raise ValueError(f"The saved state has no {name!r}.")
    return saved[name]


def as_array(what: str, value: object) -> Array:
    """Return an array of numbers or bools, or a list of them, as an array."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        _refuse(what, "an array of numbers", value)
    return array


def within(what: str, array: Array, low: float | None = None, high: float | None = None) -> None:
    """Refuse an array with a number below `low`, or of `high` or more; report its index."""
    for wrong, limit in ((_below(array, low), f"{low} or more"),
                         (_from(array, high), f"below {high}")):  # fmt: skip
        if wrong.any():
            place = np.argwhere(wrong)[0].tolist()
            raise ValueError(f"{what} holds {array[tuple(place)]} at {place}; expected {limit}.")


def require(holds: bool | np.bool_, sentence: str) -> None:
    """Raise a ValueError with this sentence if a condition is false."""
    if not holds:
        raise ValueError(sentence)


def integers(what: str, value: object, count: int) -> npt.NDArray[np.int64]:
    """Return `count` whole numbers of 64 bits; an array of int64 is returned as it is.

    The compiled loop compares each number with the legal ones. So this check takes the same time
    for any number of rows, except for unsigned numbers.
    """
    try:
        given = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        given = np.asarray(None)
    if given.shape != (count,) or given.dtype.kind not in "iu":
        raise ValueError(f"{what} must be {count} integers, not {given.dtype} {given.shape}.")
    if given.dtype.kind == "u" and given.max() >= MOST:  # would become negative as int64
        row = int(given.argmax())
        raise ValueError(f"{what} must fit 63 bits, but row {row} has {given[row]}.")
    return np.ascontiguousarray(given, np.int64) if given.flags.aligned else given.astype(np.int64)


def indices(what: str, value: object, count: int) -> npt.NDArray[np.int64]:
    """Return whole numbers from 0 to below `count` as int64; any shape is allowed."""
    given = as_array(what, value)
    if given.dtype.kind not in "iu":
        raise ValueError(f"{what} must be whole numbers, not {given.dtype}.")
    if given.size and not (given.min() >= 0 and given.max() < count):
        wrong = given.min() if given.min() < 0 else given.max()
        raise ValueError(f"{what} must be from 0 to {count - 1:,}, not {wrong}.")
    return given.astype(np.int64)


def mask(what: str, value: object, rows: int) -> npt.NDArray[np.bool_]:
    """Return an array of `rows` bools; at least one of them must be true."""
    try:
        given = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        given = np.asarray(None)
    if given.dtype != np.bool_ or given.shape != (rows,):
        raise ValueError(
            f"{what} must be {rows} bools, one a row, not {given.dtype} {given.shape}."
        )
    if not given.any():
        raise ValueError(f"{what} must be true for at least one of the {rows} rows.")
    return np.require(given, np.bool_, ("C", "A"))


def seeds(value: object, rows: int) -> Sequence[int | None]:
    """Return one seed for each row, None or a whole number; a single number counts up."""
    if value is None:
        return [None] * rows
    if isinstance(value, int | np.integer):
        first = _seed("seed", value)
        return range(first, first + rows)
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = list(value)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        _refuse("seed", "a whole number, None or a list of them", value)
    if len(value) != rows:
        raise ValueError(f"{len(value)} seeds were given for {rows} environments.")
    return [None if one is None else _seed(f"seed of row {row}", one)
            for row, one in enumerate(value)]  # fmt: skip


def _seed(what: str, value: object) -> int:
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 0:
        return int(value)
    _refuse(what, "a whole number of 0 or more", value)


def _below(array: Array, low: float | None) -> Array:
    return np.zeros(array.shape, bool) if low is None else ~(array >= low)


def _from(array: Array, high: float | None) -> Array:
    return np.zeros(array.shape, bool) if high is None else ~(array < high)


def _refuse(what: str, expected: str, value: object) -> NoReturn:
    raise ValueError(f"{what} must be {expected}, not {shown(value)}.")
