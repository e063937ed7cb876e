"""Snapshot: save and restore any object made of arrays, numbers and generators.

`leaves` walks through an object. It returns its arrays, numbers and generator states under dotted
names such as "optimizer.mean.weights0". `restored` first checks such a dict completely and then
writes it back. It changes arrays and generators in place, and replaces numbers and texts.

The walk enters dataclasses, named tuples, dicts with string keys, lists and tuples. It also enters
objects whose class lists its saved attributes:

    class Walker:
        saved: ClassVar = ("position", "steps", "path", "generator")
        position: Annotated[Array, Index("states", none=True)]
        steps: Counter
        path: Annotated[Array, Grows(), Index("states")]
        state, restore = snapshot.state, snapshot.restore

        def index_bounds(self) -> dict[str, int]:
            return {"states": self.model.states}

A saved dict may come from a stranger. So each leaf must have the name, kind, dtype and shape of the
leaf that it replaces. Its values must be in the range of its annotation: a `Range` or `Literal` of
`spielfeld.settings`, or `Index`. The range of an array applies to each of its numbers. The range of
a dict, list or tuple applies to all leaves in it.
"""

from __future__ import annotations

import copy
import dataclasses
import reprlib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np

from spielfeld.arrays import Array
from spielfeld.leaves import (
    Bounded,
    Counter,
    Counts,
    Fixed,
    Grows,
    Index,
    Leaf,
    Saved,
    State,
    Values,
    as_json,
    dotted,
    leaves,
    parts_of,
)
from spielfeld.settings import Misfit, Range, Sound, annotations_of, checked

__all__ = [
    "Apart", "Bounded", "Counter", "Counts", "Fixed", "Grows", "Index", "Leaf", "Resumable",
    "Saved", "Sound", "State", "Twinned", "Values", "leaves", "require_names", "restore",
    "restored", "state",
]  # fmt: skip

LONGEST = Range(-(2**63), 2**64 - 1)  # whole numbers that a compiled loop can use


@runtime_checkable
class Twinned(Protocol):
    """A learner that needs more than its settings and seed to be made."""

    def twin(self) -> Resumable:
        """Return a new learner, made in the same way as this one."""
        ...


class Resumable(Protocol):
    """A learner whose class takes settings and a seed."""

    config: object
    seed: int

    def prepare(self, source: object) -> None:
        """Make the arrays that `source` needs, without a step or a reset."""
        ...


@runtime_checkable
class Apart(Protocol):
    """A learner with parts of other authors, which are saved in forms of their own.

    `apart` says how the names of their leaves begin, up to the first dot.
    """

    apart: ClassVar[tuple[str, ...]]

    def told_apart(self) -> State | None:
        """Return the leaves of these parts; None before the learner is prepared for a source."""
        ...

    def take_apart(self, state: State) -> None:
        """Restore these parts, after all others; raise a ValueError if they do not fit."""
        ...


def state(self: object) -> State:
    """Return everything on which the next step depends, as arrays and JSON values by name.

    A class uses this function as its method: `state = snapshot.state`. The state of a learner is
    empty until the learner is prepared for a source.
    """
    told = self.told_apart() if isinstance(self, Apart) else {}
    return {} if told is None else {**leaves(self), **told}


def restore(self: Any, state: Mapping[str, Leaf], source: object = None) -> None:
    """Continue exactly from a saved state, bit for bit.

    A class uses this function as its method: `restore = snapshot.restore`. For a learner, `source`
    is given. The state is then restored into a new learner with the same settings and seed. Its
    attributes replace those of this learner, so earlier learning has no effect.

    Args:
        self: An environment, or a learner with the settings of the saved one.
        state: The result of `state()`.
        source: For learners, the source of further learning. It must be in the state that it had
            when `state()` was called.

    Raises:
        ValueError: If a leaf is missing, unexpected, of another shape or kind, or out of its range.
            The message names the leaf. Then nothing has been restored.
    """
    require_names(state)
    if source is None:
        before = leaves(self)
        restored(self, state)
        try:
            if isinstance(self, Sound):
                self.require_sound()
        except ValueError:
            restored(self, before)
            raise
        return
    learner: Resumable = self
    made = self.twin() if isinstance(self, Twinned) else type(self)(learner.config, learner.seed)
    twin: Resumable = made
    if state:
        twin.prepare(source)
        apart = twin.apart if isinstance(twin, Apart) else ()
        told = {name: leaf for name, leaf in state.items() if str(name).split(".")[0] in apart}
        restored(twin, {name: leaf for name, leaf in state.items() if name not in told})
        if isinstance(twin, Sound):
            twin.require_sound()
        if isinstance(twin, Apart):
            twin.take_apart(told)
    here, there = vars(self), vars(twin)
    for name in (here.keys() & set(self.saved)) - there.keys():
        delattr(self, name)
    for name, value in there.items():
        setattr(self, name, value)


def restored(
    thing: object, saved: Mapping[str, Leaf], bounds: Mapping[str, int] | None = None
) -> Any:
    """Return `thing` with all its leaves replaced, in place where possible.

    Args:
        thing: An object with the same structure as the saved one.
        saved: The result of `leaves`.
        bounds: Bounds of indices by name, in addition to the `index_bounds` of objects.

    Raises:
        ValueError: If `saved` does not fit. The message names the leaf. Then nothing has changed.
        TypeError: If a part of `thing` cannot be saved.
    """
    require_names(saved)
    known = leaves(thing)
    for name in known:
        if name not in saved:
            raise ValueError(f"The saved state has no {name!r}.")
    for name in saved:
        if name not in known:
            given = reprlib.repr(name)
            raise ValueError(f"The saved state has {given}, which is not expected here.")
    writes: list[Callable[[], None]] = []
    new = _planned(thing, "", _Rule(), _Task(saved, bounds or {}, writes))
    for write in writes:
        write()
    return new


def require_names(state: object) -> None:
    """Refuse a state that does not hold parts by name.

    Raises:
        ValueError: If the state is not a mapping. The message contains it.
    """
    if not isinstance(state, Mapping):
        given = reprlib.repr(state)
        raise ValueError(f"A saved state must be arrays and numbers by name, not {given}.")


@dataclass(frozen=True)
class _Rule:
    """The kind and the marks of a part, from its annotation."""

    kind: object = None
    marks: tuple[Any, ...] = ()

    @classmethod
    def of(cls, annotation: object, marks: tuple[Any, ...] = ()) -> _Rule:
        """Read an annotation, including the form `X | None`."""
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Annotated:
            return cls.of(arguments[0], (*marks, *_marks(arguments)))
        if origin in (typing.Union, types.UnionType):
            structures = [each for each in arguments if not _is_scalar(each)]
            return cls.of(structures[0], marks) if structures else cls(annotation, marks)
        return cls(annotation, marks)

    def inner(self, key: str | int) -> _Rule:
        """Return the rule for one part of a dict, a list or a tuple."""
        origin, arguments = typing.get_origin(self.kind), typing.get_args(self.kind)
        if origin is tuple and arguments and arguments[-1] is not Ellipsis:
            return _Rule.of(arguments[int(key)], self.marks)
        if origin is not None and issubclass(origin, Mapping):
            return _Rule.of(arguments[1], self.marks)
        if origin in (list, tuple):
            return _Rule.of(arguments[0], self.marks)
        return _Rule(None, self.marks)


class _Task(NamedTuple):
    """The leaves to restore, the bounds of indices, and the planned writes."""

    leaves: Mapping[str, Leaf]
    bounds: Mapping[str, int]
    writes: list[Callable[[], None]]


def _planned(thing: object, name: str, rule: _Rule, task: _Task) -> object:
    """Check a part, plan its writes, and return the new part."""
    if isinstance(thing, np.random.Generator):
        return _planned_generator(thing, name, task)
    if isinstance(thing, np.ndarray):
        return _planned_array(thing, name, rule, task)
    if thing is None or isinstance(thing, bool | int | float | str | np.generic):
        return _new_scalar(thing, name, rule, task)
    if isinstance(thing, Bounded):
        task = task._replace(bounds={**task.bounds, **thing.index_bounds()})
    rules = _rules(thing, rule)
    parts = parts_of(thing, name)
    new = {key: _planned(part, dotted(name, key), rules(key), task) for key, part in parts.items()}
    changed = {key: part for key, part in new.items() if part is not parts[key]}
    return _with(thing, new, changed, task.writes) if changed else thing


def _with(
    thing: object, new: dict[Any, Any], changed: dict[Any, Any], writes: list[Callable[[], None]]
) -> object:
    """Plan the changes of a structure; make a new one if it cannot be changed in place."""
    if type(thing) is tuple:
        return tuple(new.values())
    if isinstance(thing, tuple):
        return type(thing)(*new.values())
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type) and _is_frozen(type(thing)):
        return dataclasses.replace(thing, **changed)
    for key, part in changed.items():
        if isinstance(thing, dict | list):
            writes.append(partial(thing.__setitem__, key, part))
        else:
            writes.append(partial(setattr, thing, key, part))
    return thing


def _new_scalar(thing: object, name: str, rule: _Rule, task: _Task) -> object:
    """Return the new number or text in place of `thing`."""
    numpy_kinds: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float, "U": str}
    kind: Any = numpy_kinds[thing.dtype.kind] if isinstance(thing, np.generic) else type(thing)
    kind = rule.kind if _is_scalar(rule.kind) else kind
    ranges = _ranges(rule, task.bounds)
    try:
        value = task.leaves[name]
        free = isinstance(value, float) and not ranges and float in (kind, *typing.get_args(kind))
        if not free:  # else NaN is allowed
            value = checked(Annotated[(kind, *ranges)] if ranges else kind, value)
        given = task.leaves[name]
        if isinstance(value, float) and isinstance(given, int) and value != given:
            raise Misfit("a number of 64 bits", given)  # for example 10**30
        if isinstance(value, int) and not ranges and value not in LONGEST:
            raise Misfit("a number of 64 bits", value)
    except Misfit as misfit:
        raise _unfit(name, misfit) from None
    if Fixed() in rule.marks:
        if not _equal(value, thing):
            raise _not_fixed(name, value, thing)
        return thing
    return thing.dtype.type(value) if isinstance(thing, np.generic) else value


def _planned_array(thing: Array, name: str, rule: _Rule, task: _Task) -> Array:
    value = task.leaves[name]
    if not isinstance(value, np.ndarray):
        raise _unfit(name, Misfit(f"an array of {thing.dtype}", value))
    if value.dtype != thing.dtype:
        raise ValueError(f"The saved {name!r} holds {value.dtype}, but {thing.dtype} is needed.")
    marks = [mark for mark in rule.marks if isinstance(mark, Grows)]
    grows = next((mark for mark in marks if mark.axis < thing.ndim), None)
    shape: list[Any] = list(thing.shape)
    if grows is not None and value.ndim == thing.ndim:
        length, shape[grows.axis] = value.shape[grows.axis], value.shape[grows.axis]
        least, most = _bound(grows.least, task.bounds), _bound(grows.most, task.bounds)
        if not least <= length <= most:
            fit = f"from {least} to {most}" if least else f"at most {most}"
            what = "columns" if grows.axis else "rows"
            raise ValueError(f"The saved {name!r} has {length} {what}, but {fit} fit.")
    if value.shape != tuple(shape):
        here = tuple(shape)
        raise ValueError(f"The saved {name!r} has shape {value.shape}, but {here} is needed here.")
    _require_in_ranges(value, name, rule, task.bounds)
    if Fixed() in rule.marks or not thing.flags.writeable:
        if not _equal(value, thing):
            raise _not_fixed(name, value, thing)
        return thing
    if grows:
        return value.copy()
    task.writes.append(partial(np.copyto, thing, value))
    return thing


def _require_in_ranges(array: Array, name: str, rule: _Rule, bounds: Mapping[str, int]) -> None:
    for range_ in _ranges(rule, bounds):
        above = array > range_.low if range_.open_low else array >= range_.low
        below = array < range_.high if range_.open_high else array <= range_.high
        inside = above & below & (range_.infinite | np.isfinite(array))
        if not inside.all():
            wild = array[~inside].flat[0].item()
            raise _unfit(name, Misfit(range_.expected(wild), wild))
    for index in rule.marks:
        if isinstance(index, Index) and array.dtype.kind not in "iu":
            raise TypeError(f"{name} holds {array.dtype}, but its annotation is an index.")
        if isinstance(index, Index) and index.unique and len(np.unique(array)) < array.size:
            raise ValueError(f"The saved {name!r} contains a number twice.")


def _planned_generator(thing: np.random.Generator, name: str, task: _Task) -> np.random.Generator:
    trial = copy.deepcopy(thing.bit_generator)
    value = task.leaves[name]
    try:
        trial.state = _generator_numbers(value, trial.state)
        fits = as_json(trial.state) == value and _is_sound(trial.state)
    except (TypeError, ValueError, LookupError, OverflowError):
        fits = False
    if not fits:
        kind = type(trial).__name__
        raise ValueError(f"The saved {name!r} is not the state of a generator of kind {kind}.")
    new_state = trial.state
    task.writes.append(lambda: setattr(thing.bit_generator, "state", new_state))
    return thing


def _is_sound(state: Mapping[str, Any]) -> bool:
    """Return whether the indices in a generator's state are valid; NumPy does not check them."""
    inner = state["state"]
    inside: bool = 0 <= inner.get("pos", 0) <= 624 and 0 <= state.get("buffer_pos", 0) <= 4
    odd: bool = inner.get("inc", 1) % 2 == 1  # every increment of PCG64 is odd
    return inside and odd


def _generator_numbers(value: Leaf, current: object) -> Any:
    """Undo `as_json`; `current` shows the places of arrays."""
    if isinstance(current, Mapping):
        return {key: _generator_numbers(value[key], part) for key, part in current.items()}
    return np.array(value, current.dtype) if isinstance(current, np.ndarray) else value


def _rules(thing: object, rule: _Rule) -> Callable[[str | int], _Rule]:
    """Return a function from the key of a part to the rule of the part."""
    if isinstance(thing, dict | list) or type(thing) is tuple:
        return rule.inner
    annotations = annotations_of(type(thing), parts_of(thing, ""))
    fixed = tuple(mark for mark in rule.marks if mark == Fixed())
    return lambda key: _Rule.of(annotations.get(str(key)), fixed)


def _ranges(rule: _Rule, bounds: Mapping[str, int]) -> list[Range]:
    ranges = [mark for mark in rule.marks if isinstance(mark, Range)]
    for mark in rule.marks:
        if isinstance(mark, Index):
            ranges.append(Range(-1 if mark.none else 0, _bound(mark.bound, bounds) - 1))
    return ranges


def _marks(arguments: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the marks of `Annotated`, including those in `Annotated[Array, Share]`."""
    for mark in arguments[1:]:
        inner = typing.get_origin(mark) is Annotated
        yield from _marks(typing.get_args(mark)) if inner else (mark,)


def _bound(bound: int | str | None, bounds: Mapping[str, int]) -> float:
    if not isinstance(bound, str):
        return inf if bound is None else bound
    if bound not in bounds:
        raise TypeError(f"No index bound has the name {bound!r}; there are {', '.join(bounds)}.")
    return bounds[bound]


def _is_scalar(kind: object) -> bool:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return all(map(_is_scalar, typing.get_args(kind)))
    if typing.get_origin(kind) is Annotated:
        return _is_scalar(typing.get_args(kind)[0])
    return typing.get_origin(kind) is Literal or kind in (bool, int, float, str, type(None))


def _is_frozen(cls: Any) -> bool:
    return bool(cls.__dataclass_params__.frozen)


def _equal(first: object, second: object) -> bool:
    floats = np.asarray(second).dtype.kind == "f"
    return np.array_equal(np.asarray(first), np.asarray(second), equal_nan=floats)


def _unfit(name: str, misfit: Misfit) -> ValueError:
    given = reprlib.repr(misfit.given)
    return ValueError(f"The saved {name!r} must be {misfit.expected}, not {given}.")


def _not_fixed(name: str, saved: Leaf, here: Leaf) -> ValueError:
    scalars = not isinstance(here, np.ndarray)
    values = f" ({reprlib.repr(saved)} is not {reprlib.repr(here)})" if scalars else ""
    return ValueError(
        f"The saved {name!r} differs from the one here{values}: it belongs to another source, "
        "another version or other settings."
    )
