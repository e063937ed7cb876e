"""The leaves of an object: its arrays, numbers, words and generators, by dotted names.

A walk enters dataclasses, named tuples, dicts with string keys, lists and tuples, and objects whose
class names its saved attributes. Marks in their annotations say which values a leaf may have, when
`snapshot.restored` puts back a dict that may come from a stranger.
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

Leaf = Any  # an array, a number, a word, None, or the state of a generator as a JSON object
State = dict[str, Leaf]


@dataclass(frozen=True)
class Index:
    """A whole number that is an index: 0 or more, and below its bound.

    Args:
        bound: The bound, or its name among the `index_bounds` of an object that holds the leaf.
        none: Whether -1 is allowed, for no index.
        unique: Whether the numbers of an array must differ from one another.
    """

    bound: int | str
    none: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Grows:
    """An array whose length may differ: only its dtype and its other axes are fixed.

    It is replaced instead of changed in place.

    Args:
        most: The greatest length, or its name among the `index_bounds`; None for no limit.
        least: The smallest length, or its name.
        axis: Along which it may differ; arrays without such an axis are fixed.
    """

    most: int | str | None = None
    least: int | str = 0
    axis: int = 0


@dataclass(frozen=True)
class Fixed:
    """A leaf that must be equal to the one that is there, such as the scale of the same rows."""


Counter = Annotated[int, Range(0, 2**62, open_high=True)]
"""A number of samples, steps or visits, or an array of them."""
Values = Annotated[Array, Finite]
"""An array of finite numbers."""
Counts = Annotated[Array, Counter]
"""An array of numbers of samples, steps or visits."""


@runtime_checkable
class Saved(Protocol):
    """An object whose class names the attributes that a snapshot holds."""

    saved: ClassVar[tuple[str, ...]]


@runtime_checkable
class Bounded(Protocol):
    """An object that knows the bounds of the indices in it."""

    def index_bounds(self) -> Mapping[str, int]:
        """Return the bounds by name."""
        ...


def leaves(thing: object) -> State:
    """Return the arrays, numbers, words and generator states of an object, by dotted names.

    An object is left out as long as an attribute that `saved` names and its class declares is not
    set: its arrays are still to be made.

    Raises:
        TypeError: If a part cannot be saved, or two parts have the same name; names it.
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
        "numbers, generators, dataclasses, or an object that names its `saved` attributes."
    )


def as_json(state: object) -> object:
    """Return the state of a bit generator without arrays."""
    if isinstance(state, Mapping):
        return {key: as_json(part) for key, part in state.items()}
    return state.tolist() if isinstance(state, np.ndarray | np.generic) else state


def _is_unset(thing: object, name: str) -> bool:
    """Whether an attribute is declared in the class and has not been set yet."""
    here = inspect.getattr_static(thing, name, dataclasses.MISSING)
    declared = any(name in inspect.get_annotations(base) for base in type(thing).__mro__)
    return here is dataclasses.MISSING and declared


def dotted(name: str, key: object) -> str:
    """Return the name of a part: that of the whole, a dot, and the key."""
    return f"{name}.{key}" if name else str(key)
