"""Settings of learners: frozen dataclasses whose annotations state the allowed values.

    @settings
    class DoublingConfig:
        discount: Share = 0.99
        batch_size: Count = 32
        step: Annotated[float, Range(0, 1, open_low=True)] = 0.5
        schedule: Literal["constant", "linear"] = "constant"

Every field is checked once, when the settings are made. For mypy and tyro the annotations are plain
types. Tyro makes the command line from them.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect
import numbers
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass
from math import inf
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeVar,
    dataclass_transform,
    runtime_checkable,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Config = TypeVar("Config")


@dataclass(frozen=True)
class Range:
    """An interval of allowed numbers; NaN is never allowed.

    Args:
        low: Lower end.
        high: Upper end.
        open_low: Whether the lower end itself is excluded.
        open_high: Whether the upper end itself is excluded.
        infinite: Whether infinity is allowed, if no end excludes it.
    """

    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False
    infinite: bool = False

    def __contains__(self, number: float) -> bool:
        above = self.low < number if self.open_low else self.low <= number
        below = number < self.high if self.open_high else number <= self.high
        return above and below and (self.infinite or number not in (inf, -inf))

    def expected(self, number: float = 0) -> str:
        """Describe the allowed numbers for an error message, after the words "must be"."""
        low = f"above {self.low}" if self.open_low else f"at least {self.low}"
        high = f"below {self.high}" if self.open_high else f"at most {self.high}"
        finite = " and finite" if number in (inf, -inf) and not self.infinite else ""
        if self.low == -inf and self.high == inf:
            return "a number" if self.infinite else "a finite number"
        if self.high == inf:
            return f"{low if self.open_low else f'{self.low} or more'}{finite}"
        if self.low == -inf:
            return f"{high}{finite}"
        closed = not self.open_low and not self.open_high
        return f"from {self.low} to {self.high}" if closed else f"{low} and {high}"


Share = Annotated[float, Range(0, 1)]
Positive = Annotated[float, Range(0, open_low=True)]
Amount = Annotated[float, Range(0)]
Finite = Annotated[float, Range()]
Count = Annotated[int, Range(1)]
Whole = Annotated[int, Range(0)]


@runtime_checkable
class Sound(Protocol):
    """An object whose parts must agree with each other."""

    def require_sound(self) -> None:
        """Raise a ValueError if two parts contradict each other."""
        ...


@dataclass_transform(frozen_default=True)
def settings(cls: type[Config]) -> type[Config]:
    """Make a class a frozen dataclass whose fields are checked against their annotations.

    In a field of type `float`, a whole number becomes a float. In a field of type tuple, a list
    becomes a tuple. A bool is not accepted as a number. Types that do not limit their values, such
    as a dict or a function, are not checked.

    To change the default of a field, a subclass repeats the field with its type. Plain `float` or
    `int` keeps the inherited range; a type with its own range replaces it. A condition on several
    fields belongs in the method `require_sound`. It is called after the checks.

    Raises:
        ValueError: If a value of new settings is out of its range or of another kind. The
            message contains the expected values.
        TypeError: If a subclass assigns a default without a type, which `dataclass` would ignore.
    """
    _require_types(cls)
    cls.__post_init__ = _check_fields  # type: ignore[attr-defined]
    return dataclass(frozen=True)(cls)


def _check_fields(made: DataclassInstance) -> None:
    for name, annotation in _fields(type(made)).items():
        given = object.__getattribute__(made, name)
        try:
            value = checked(annotation, given)
        except Misfit as misfit:
            raise ValueError(_sentence(name, misfit)) from None
        if value is not given:
            object.__setattr__(made, name, value)
    if isinstance(made, Sound):
        made.require_sound()


def _require_types(cls: type) -> None:
    bases = [base for base in cls.__mro__[:0:-1] if dataclasses.is_dataclass(base)]
    inherited = {field.name: field for base in bases for field in dataclasses.fields(base)}
    for name in inherited.keys() - inspect.get_annotations(cls).keys():
        if inspect.getattr_static(cls, name, MISSING) is not inherited[name].default:
            raise TypeError(f"{cls.__name__}.{name} needs its type: `{name}: type = default`.")


def settings_of(
    config_class: type[Config], config: Config | None, words: Mapping[str, object]
) -> Config:
    """Return the settings of a learner made by `Learner(config, seed, **words)`.

    Args:
        config_class: The learner's dataclass of settings.
        config: Given settings; None for the defaults.
        words: Settings to change, by name.

    Raises:
        ValueError: If a setting does not exist, or a value is out of its range.
        TypeError: If `config` is not a dataclass of settings.
    """
    if config is None:
        config = config_class()
    elif not dataclasses.is_dataclass(config) or isinstance(config, type):
        raise TypeError(f"Expected settings such as {config_class.__name__}(), not {config!r}.")
    names = [field.name for field in dataclasses.fields(config)]  # type: ignore[arg-type]
    for word in words:
        if word not in names:
            near = difflib.get_close_matches(word, names, 1)
            known = f"; there are {', '.join(names)}." if names else "; there are none."
            hint = f". Did you mean {near[0]}?" if near else known
            raise ValueError(f"There is no setting {word!r}{hint}")
    return dataclasses.replace(config, **words) if words else config  # type: ignore[type-var]


class Misfit(ValueError):
    """A value that does not fit its annotation.

    Args:
        expected: The expected values, to follow the words "must be".
        given: The value, or the part of it that does not fit.
    """

    def __init__(self, expected: str, given: object) -> None:
        super().__init__(f"Expected {expected}, not {given!r}.")
        self.expected, self.given = expected, given


def checked(annotation: object, value: object) -> Any:
    """Return a value in the type of its annotation; see `settings`.

    Args:
        annotation: A type; `Annotated` with `Range`, `Literal`, a tuple, or a union of these.
        value: The given value.

    Raises:
        Misfit: If the value does not fit.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _checked_range(arguments[0], _ranges(arguments), value)
    if origin is Literal:
        if not any(value == choice and type(value) is type(choice) for choice in arguments):
            raise Misfit(f"one of {', '.join(map(str, arguments))}", value)
        return value
    if origin in (typing.Union, types.UnionType):
        return _checked_union(arguments, value)
    if origin is tuple:
        return _checked_tuple(arguments, value)
    return _checked_kind(annotation, value)


def annotations_of(cls: type, names: Iterable[str]) -> dict[str, Any]:
    """Return the evaluated annotations of attributes by name, including inherited ones.

    The nearest class with an annotation that limits the values decides. So plain `float` in a
    subclass does not replace the `Share` of its base. The annotation of a property is its return
    type. Names without an annotation are left out.
    """
    found = {}
    for name in names:
        said = [_annotation(base, name) for base in cls.__mro__]
        said = [annotation for annotation in said if annotation is not None]
        if said:
            found[name] = next(filter(_says_more_than_a_type, said), said[0])
    return found


@functools.cache
def _fields(cls: type[DataclassInstance]) -> dict[str, Any]:
    _require_types(cls)  # also if a subclass is not a dataclass, or a plain one
    return annotations_of(cls, [field.name for field in dataclasses.fields(cls)])


def _annotation(base: type, name: str) -> object:
    """Return the annotation of an attribute in one class, or the return type of a property."""
    made = inspect.getattr_static(base, name, None)
    if isinstance(made, property | functools.cached_property):
        function = made.fget if isinstance(made, property) else made.func
        return typing.get_type_hints(function, include_extras=True).get("return")
    annotation = inspect.get_annotations(base).get(name)
    if isinstance(annotation, typing.ForwardRef):  # a named tuple keeps annotations in this form
        annotation = annotation.__forward_arg__
    if not isinstance(annotation, str):
        return annotation
    alone = type(base.__name__, (), {"__annotations__": {name: annotation}})
    alone.__module__ = base.__module__
    return typing.get_type_hints(alone, include_extras=True)[name]


def _says_more_than_a_type(annotation: object) -> bool:
    if typing.get_origin(annotation) in (Annotated, Literal):
        return True
    return any(map(_says_more_than_a_type, typing.get_args(annotation)))


def _ranges(arguments: tuple[Any, ...]) -> list[Range]:
    return [each for each in arguments[1:] if isinstance(each, Range)]


def _checked_range(kind: object, ranges: list[Range], value: object) -> object:
    try:
        value = checked(kind, value)
    except Misfit as misfit:
        if ranges and _is_nan(misfit.given):
            raise Misfit(ranges[0].expected(), misfit.given) from None
        limits = [range_.expected() for range_ in ranges if range_ != Range()]
        raise Misfit(", ".join([misfit.expected, *limits]), misfit.given) from None
    for number in value if isinstance(value, tuple) else (value,):
        for range_ in ranges:
            if number is not None and number not in range_:
                raise Misfit(range_.expected(number), number)
    return value


def _checked_union(choices: tuple[Any, ...], value: object) -> object:
    expected = []
    for choice in choices:
        try:
            return checked(choice, value)
        except Misfit as misfit:
            expected.append(misfit.expected)
    raise Misfit(", or ".join(expected), value)


def _checked_tuple(kinds: tuple[Any, ...], value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise Misfit("a row of values", value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise Misfit(f"a row of {len(kinds)} values", value)
    return tuple(checked(kind, each) for kind, each in zip(kinds, value, strict=True))


def _checked_kind(kind: object, value: object) -> object:
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or _is_nan(value):
            raise Misfit("a number", value)
        try:
            return float(value)
        except OverflowError:
            raise Misfit("a number below 1e308", value) from None
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise Misfit("a whole number", value)
        return int(value)
    if kind is bool and not isinstance(value, bool):
        raise Misfit("true or false", value)
    if kind is str and not isinstance(value, str):
        raise Misfit("text", value)
    if kind in (None, type(None)) and value is not None:
        raise Misfit("none", value)
    return value


def _is_nan(value: object) -> bool:
    return isinstance(value, numbers.Real) and bool(value != value)


def _sentence(name: str, misfit: Misfit) -> str:
    if misfit.expected.startswith("one of "):
        return f"There is no {name} {misfit.given!r}: choose {misfit.expected}."
    return f"{name} must be {misfit.expected}, not {misfit.given!r}."
