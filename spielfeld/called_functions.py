"""Search for the plain functions that a function calls by a global name, in its bytecode.

The names in `__code__.co_names` include those of attributes and methods. By these names, a rule
`mean` that calls `array.mean()` would seem to call itself. So this search reads only the
instructions that load globals. It includes nested functions, lambdas and comprehensions.
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
    """List the plain functions that a function uses by name, in the order of its bytecode.

    Returns:
        Pairs of name and function.

    Raises:
        ValueError: If the function uses a callable that cannot be compiled with it. The message
            names a form that can be compiled.
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
    """Return the plain functions that a function uses by name; they need not be compilable."""
    read = _read(function.__code__, function.__globals__)
    return {path[0]: value for path, value in read if _is_plain(value) and len(path) == 1}


def digest(function: FunctionType, helpers: dict[str, str]) -> str | None:
    """Return a hash of everything that decides the machine code of a function.

    The hash covers bytecode, constants, defaults, captured values and globals. It does not cover
    comments, file names and line numbers.

    Args:
        function: A plain function.
        helpers: The digests of the plain functions that it calls, by their names in `function`.

    Returns:
        The hash in hexadecimal digits; None if one of the values has no lasting description.
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
    """Return a description that is equal in all processes; None if there is none."""
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
    if isinstance(value, type) and issubclass(value, tuple):  # a named tuple, by its fields
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
    # NumPy's own functions and ufuncs; the key of the cache contains the version of NumPy.
    return repr(value).partition(" at 0x")[0] if _is_of(type(value), "numpy") else None


def refuse_rule(name: str, rule: object) -> None:
    """Refuse a rule that is not a plain function, for example a callable object.

    Raises:
        ValueError: If the rule is not a plain function.
    """
    if not isinstance(rule, FunctionType | BuiltinFunctionType):
        raise ValueError(f"The rule {name!r} is a {type(rule).__name__}, {NO_PLAIN_FUNCTION}")


def refuse_recursion(callers: tuple[FunctionType, ...], function: FunctionType) -> None:
    """Refuse a function that calls itself, directly or through other functions.

    Args:
        callers: The chain of calls from the loop on; each function calls the next.
        function: The function that the last caller calls.

    Raises:
        ValueError: If `function` is one of the callers.
    """
    if function in callers:
        between = callers[callers.index(function) + 1 :]
        by_way = f" through {', '.join(each.__name__ for each in between)}" if between else ""
        raise ValueError(
            f"{function.__name__} calls itself{by_way}; a compiled loop cannot do that, so "
            "write it as a loop."
        )


def refuse_signature(function: FunctionType) -> None:
    """Refuse a function that cannot be compiled because of its arguments.

    Raises:
        ValueError: If the function takes **keywords, as most wrappers of decorators do. Also if a
            default argument is a function, or a captured value is one.
    """
    if function.__code__.co_flags & inspect.CO_VARKEYWORDS:
        raise ValueError(
            f"{function.__name__} takes **keywords, like the wrapper of a decorator; a compiled "
            "loop needs the function itself, which inspect.unwrap returns."
        )
    by_name = (function.__kwdefaults__ or {}).values()
    held = [*(function.__defaults__ or ()), *by_name, *_captured(function)]
    if any(isinstance(value, FunctionType) or _is_made_of_functions(value) for value in held):
        raise ValueError(
            f"{function.__name__} gets a function as a default argument or from the function "
            "around it. A compiled loop needs this function under a global name."
        )


def _read(code: CodeType, known: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each global that code reads, with names and value; include attributes of modules."""
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
    """Return the values that a function captures from the function around it, if they are set."""
    captured = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):
            captured.append(cell.cell_contents)
    return captured


def _is_plain(value: object) -> TypeGuard[FunctionType]:
    """Return whether a value is a Python function that Numba does not know itself."""
    return isinstance(value, FunctionType) and not _is_of(value, "numpy", "numba")


def _is_made_of_functions(value: object) -> bool:
    """Return whether a value is callable because of Python functions inside it."""
    call = inspect.getattr_static(type(value), "__call__", None)
    other = isinstance(call, FunctionType) and not isinstance(value, type)
    return isinstance(value, MADE_OF_FUNCTIONS) or (
        other and not _is_of(type(value), "numpy", "numba")
    )


def _is_of(value: FunctionType | type, *packages: str) -> bool:
    return (value.__module__ or "").partition(".")[0] in packages
