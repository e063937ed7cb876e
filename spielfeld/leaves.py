"""Leaves of an object: its arrays, numbers, texts and generators, by dotted names.

A walk enters dataclasses, named tuples, dicts with string keys, lists and tuples. It also enters
objects whose class lists its saved attributes. Annotations state the allowed values of a leaf.
`snapshot.restored` checks them, because a saved dict may come from a stranger.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from spielfeld.arrays import Array
from spielfeld.settings import Finite, Range

Leaf = Any  # an array, a number, a text, None, or the state of a generator as a JSON object
State = dict[str, Leaf]


@dataclass(frozen=True)
class Index:
    """A whole number that is an index: 0 or more, and below its bound.

    Args:
        bound: The bound, or its name in the `index_bounds` of an object that contains the leaf.
        none: Whether -1 is allowed, for no index.
        unique: Whether all numbers of an array must be different.
    """

    bound: int | str
    none: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Grows:
    """An array of variable length: its dtype and its other axes are fixed.

    `restored` replaces such an array instead of changing it in place.

    Args:
        most: The greatest length, or its name in the `index_bounds`; None for no limit.
        least: The smallest length, or its name.
        axis: The axis of variable length; arrays without this axis are fixed.
    """

    most: int | str | None = None
    least: int | str = 0
    axis: int = 0


@dataclass(frozen=True)
class Fixed:
    """A leaf that must be equal to the present one, such as the scale of the same rows."""


Counter = Annotated[int, Range(0, 2**62, open_high=True)]
"""A number of samples, steps or visits, or an array of them."""
Values = Annotated[Array, Finite]
"""An array of finite numbers."""
Counts = Annotated[Array, Counter]
"""An array of numbers of samples, steps or visits."""


@runtime_checkable
class Saved(Protocol):
    """An object whose class lists the attributes to save."""

    saved: ClassVar[tuple[str, ...]]


@runtime_checkable
class Bounded(Protocol):
    """An object that states the bounds of the indices in it."""

    def index_bounds(self) -> Mapping[str, int]:
        """Return the bounds by name."""
        ...


def leaves(thing: object) -> State:
    """Return the arrays, numbers, texts and generator states of an object, by dotted names.

    An attribute may be declared in the class, listed in `saved` and not set yet. Then the arrays of
    the object do not exist yet, and the walk skips the object.

    Raises:
        TypeError: If a part cannot be saved, or two parts have the same name. The message names the
            part.
    """
    found: State = {}
    for name, leaf in _walk(thing, ""):
        if name in found:
            raise TypeError(f"Two parts of a {type(thing).__name__} are named {name!r}.")
        found[name] = leaf
    return found


def _walk(thing: object, name: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(thing, np.random.Generator):
        yield name, as_json(thing.bit_generator.state)
    elif isinstance(thing, np.ndarray):
        if thing.dtype.kind not in "biuf":
            raise TypeError(f"{name or 'This array'} holds {thing.dtype}, which cannot be saved.")
        yield name, thing.copy()
    elif isinstance(thing, np.generic):
        yield name, thing.item()
    elif thing is None or isinstance(thing, bool | int | float | str):
        yield name, thing
    else:
        for key, part in parts_of(thing, name).items():
            yield from _walk(part, dotted(name, key))


def parts_of(thing: object, name: str) -> dict[Any, Any]:
    """Return the parts of a structure by their keys."""
    if isinstance(thing, dict):
        for key in thing:
            if not isinstance(key, str):
                raise TypeError(f"{name or 'A dict'} has the key {key!r}; expected words.")
        return dict(thing)
    if isinstance(thing, Saved):
        unset = any(_is_unset(thing, each) for each in thing.saved)
        return {} if unset else {each: attrgetter(each)(thing) for each in thing.saved}
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: attrgetter(field.name)(thing) for field in dataclasses.fields(thing)}
    if isinstance(thing, tuple) and type(thing) is not tuple:
        return dict(zip(attrgetter("_fields")(thing), thing, strict=True))
    if isinstance(thing, list | tuple):
        return dict(enumerate(thing))
    raise TypeError(
        f"{name or 'This'} is a {type(thing).__name__}, which cannot be saved: expected arrays, "
        "numbers, generators, dataclasses, or an object with a list `saved`."
    )


def as_json(state: object) -> object:
    """Return the state of a bit generator without arrays."""
    if isinstance(state, Mapping):
        return {key: as_json(part) for key, part in state.items()}
    return state.tolist() if isinstance(state, np.ndarray | np.generic) else state


def _is_unset(thing: object, name: str) -> bool:
    """Return whether an attribute is declared in the class and not set yet."""
    here = inspect.getattr_static(thing, name, dataclasses.MISSING)
    declared = any(name in inspect.get_annotations(base) for base in type(thing).__mro__)
    return here is dataclasses.MISSING and declared


def dotted(name: str, key: object) -> str:
    """Return the dotted name of a part: the name of the whole, a dot, and the key."""
    return f"{name}.{key}" if name else str(key)
