"""Which plain functions a function calls by a global name, read from its bytecode.

The names in `__code__.co_names` are those of attributes and methods too: a rule `mean` that asks an
array for its `.mean()` would seem to call itself. So the instructions that read globals are asked,
those of nested functions, lambdas and comprehensions included.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import Enum, EnumType
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TypeGuard

import numpy as np

READS_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
READS_ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD")
NO_PLAIN_FUNCTION = "but a compiled loop can only call plain functions: write it with `def`."
MADE_OF_FUNCTIONS = (functools.partial, functools._lru_cache_wrapper, MethodType)


def called_functions(function: FunctionType) -> list[tuple[str, FunctionType]]:
    """List the plain functions that a function names, as (name, function), in order of reading.

    Raises:
        ValueError: If it names something callable that cannot be compiled along with it; says what
            to write instead.
    """
    refuse_signature(function)
    found: dict[str, FunctionType] = {}
    for path, value in _read(function.__code__, function.__globals__):
        if _is_plain(value) and len(path) == 1:
            found[path[0]] = value
        elif _is_plain(value):
            raise ValueError(
                f"{function.__name__} calls {'.'.join(path)} through its module; a compiled "
                f"loop needs the name alone: from {value.__module__} import {path[-1]}."
            )
        elif _is_made_of_functions(value):
            raise ValueError(f"{function.__name__} names {'.'.join(path)}, {NO_PLAIN_FUNCTION}")
    return list(found.items())


def named_functions(function: FunctionType) -> dict[str, FunctionType]:
    """Return the plain functions that a function names, whether they can be compiled or not."""
    read = _read(function.__code__, function.__globals__)
    return {path[0]: value for path, value in read if _is_plain(value) and len(path) == 1}


def digest(function: FunctionType, helpers: dict[str, str]) -> str | None:
    """Return a hash of all that decides the machine code of a function.

    That is its bytecode, and its constants, defaults, captured values and globals. Comments, names
    of files and numbers of lines are no part of it.

    Args:
        function: A plain function.
        helpers: The digests of the plain functions that it calls, by their names in it.

    Returns:
        None if one of the values has no lasting description.
    """
    read = {".".join(path): value for path, value in _read(function.__code__, function.__globals__)}
    values = {name: helpers.get(name) or _described(value) for name, value in read.items()}
    held = [function.__defaults__, function.__kwdefaults__, _captured(function)]
    parts = [_code(function.__code__), *map(_described, held), *map(str, sorted(values.items()))]
    if None in parts or None in values.values():
        return None
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _code(code: CodeType) -> str:
    constants = [_code(c) if isinstance(c, CodeType) else _described(c) for c in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return repr((code.co_code, constants, names, counts))


def _described(value: object) -> str | None:
    """Return a description that two processes share; None where there is none."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, np.generic | bool | int | float | complex | str | bytes | None):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, tuple | list):
        parts = [_described(each) for each in value]
        return None if None in parts else f"{type(value).__qualname__} {parts}"
    if isinstance(value, dict):
        return _described([each for pair in value.items() for each in pair])
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, type) and issubclass(value, tuple):  # a named tuple is made of its fields
        defaults = _described(inspect.getattr_static(value, "_field_defaults", None))
        return (
            f"{value.__module__} {value.__qualname__} {inspect.get_annotations(value)} {defaults}"
        )
    if isinstance(value, EnumType):
        known: Mapping[str, Enum] = value.__members__
        members = {name: member.value for name, member in known.items()}
        return f"{value.__module__} {value.__qualname__} {_described(members)}"
    if isinstance(value, type | BuiltinFunctionType | FunctionType):
        return f"{value.__module__} {value.__qualname__}"
    # NumPy's own functions and ufuncs; its version is part of the key of a cache
    return repr(value).partition(" at 0x")[0] if _is_of(type(value), "numpy") else None


def refuse_rule(name: str, rule: object) -> None:
    """Refuse a rule that is no plain function, such as a callable object.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(rule, FunctionType | BuiltinFunctionType):
        raise ValueError(f"The rule {name!r} is a {type(rule).__name__}, {NO_PLAIN_FUNCTION}")


def refuse_recursion(callers: tuple[FunctionType, ...], function: FunctionType) -> None:
    """Refuse a function that is called by itself, directly or by way of others.

    Args:
        callers: From the loop on, each calling the next.
        function: What the last of them calls.

    Raises:
        ValueError: If it is one of the callers.
    """
    if function in callers:
        between = callers[callers.index(function) + 1 :]
        by_way = f" by way of {', '.join(each.__name__ for each in between)}" if between else ""
        raise ValueError(
            f"{function.__name__} calls itself{by_way}; a compiled loop cannot do that, so "
            "write it as a loop."
        )


def refuse_signature(function: FunctionType) -> None:
    """Refuse a function whose arguments cannot be compiled.

    Raises:
        ValueError: If it takes **keywords, as most decorators' wrappers do, or a default argument
            is a function, or it is made of others that are not global.
    """
    if function.__code__.co_flags & inspect.CO_VARKEYWORDS:
        raise ValueError(
            f"{function.__name__} takes **keywords, as a decorator makes it; a compiled loop "
            "needs the function itself, which inspect.unwrap returns."
        )
    by_name = (function.__kwdefaults__ or {}).values()
    held = [*(function.__defaults__ or ()), *by_name, *_captured(function)]
    if any(isinstance(value, FunctionType) or _is_made_of_functions(value) for value in held):
        raise ValueError(
            f"{function.__name__} gets a function as a default argument or from the function "
            "around it; a compiled loop needs it under a global name."
        )


def _read(code: CodeType, known: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each global that code reads, and the attributes of modules: names and value."""
    path: tuple[str, ...] = ()
    value: object = None
    for instruction in dis.get_instructions(code):
        if instruction.opname in READS_GLOBAL:
            path = (str(instruction.argval),)
            value = known.get(path[0])
        elif instruction.opname in READS_ATTRIBUTE and path and isinstance(value, ModuleType):
            path = (*path, str(instruction.argval))
            value = inspect.getattr_static(value, path[-1], None)
        else:
            path = () if instruction.opname != "EXTENDED_ARG" else path
            continue
        yield path, value
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _read(inner, known)


def _captured(function: FunctionType) -> list[object]:
    """Return what a function has from the function around it; what is not set yet is left out."""
    captured = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):
            captured.append(cell.cell_contents)
    return captured


def _is_plain(value: object) -> TypeGuard[FunctionType]:
    """Whether a value is a function in Python, but none of NumPy's, which Numba knows itself."""
    return isinstance(value, FunctionType) and not _is_of(value, "numpy", "numba")


def _is_made_of_functions(value: object) -> bool:
    """Whether a value is callable by way of functions in Python that are not its own."""
    call = inspect.getattr_static(type(value), "__call__", None)
    other = isinstance(call, FunctionType) and not isinstance(value, type)
    return isinstance(value, MADE_OF_FUNCTIONS) or (
        other and not _is_of(type(value), "numpy", "numba")
    )


def _is_of(value: FunctionType | type, *packages: str) -> bool:
    return (value.__module__ or "").partition(".")[0] in packages
