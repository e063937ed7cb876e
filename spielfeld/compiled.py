"""Compilation: one decorator compiles a loop together with every plain function that it calls.

Equations in Spielfeld are ordinary Python functions. A debugger can step into them. Only loops have
the decorator. Numba compiles a loop at its first call, together with all plain functions that it
calls, at every depth.

Compiled loops are cached on disk; see `loop_cache.py`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

import spielfeld
from spielfeld.called_functions import (
    called_functions,
    digest,
    named_functions,
    refuse_recursion,
    refuse_rule,
)
from spielfeld.loop_cache import COMPILING, LoopCache, MakesArraysError, versions

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

PACKAGES = ("agents", "envs", "experiments", "learning")
GROUND = Path(__file__).resolve().parent
ROOT = Path(spielfeld.__path__[0])  # the folder that holds the packages
COMPILES, COMPILES_YOURS = "compiling, once ...", "compiling your rule, once ..."
MOST_INLINED = 40  # helpers, counted once per call; compiling more of them takes minutes


def compiled(
    loop: Callable[Parameters, Result], *, allocates: bool = True, **rules: Callable[..., Any]
) -> Callable[Parameters, Result]:
    """Return a function that compiles `loop` at its first call; importing it does not need Numba.

    With the environment variable `NUMBA_DISABLE_JIT=1` the same source runs as plain Python.

    Args:
        loop: A function whose helpers are global plain functions (`from x import helper`).
        allocates: False for a loop that makes no arrays. Numba then does not count references to
            arrays. This saves half of the time where steps are small. If a rule makes arrays, the
            loop is compiled as usual.
        **rules: Functions that replace globals of the loop and of the functions that it calls. So
            one loop serves several methods: `compiled(loop, update=..., target=...)`.

    Returns:
        A function with the signature of `loop`. Its first call raises a ValueError if a function
        calls itself, or calls something that cannot be compiled.

    Raises:
        ValueError: If a rule is not a plain function.
    """
    for name, rule in rules.items():
        refuse_rule(name, rule)

    @functools.cache
    def build(counted: bool) -> Callable[Parameters, Result]:
        COMPILING.start()
        entry, options = cast("FunctionType", loop), {} if counted else {"_nrt": False}
        inlined = _helpers_within(entry, rules) <= MOST_INLINED
        helpers = {"inline": "always", **options} if inlined else options
        options = {"nogil": True, **options}  # a window stays responsive while the loop runs
        program = _jit(entry, rules, options, helpers, {})
        COMPILING.stop()
        return cast("Callable[Parameters, Result]", program)

    @functools.wraps(loop)
    def run(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        nonlocal allocates
        try:
            if not allocates:
                from numba.core.errors import NumbaError

                try:
                    return build(False)(*arguments, **keywords)
                except MakesArraysError:
                    allocates = True
                except NumbaError:  # a long message about arrays, which the user does not need
                    COMPILING.makes_arrays()
                    allocates = True
            return build(True)(*arguments, **keywords)
        except BaseException:
            COMPILING.stop()  # compiling has failed
            raise

    return run


def filled(loop: Callable[Parameters, Result], **rules: Callable[..., Any]) -> Callable[..., Any]:
    """Return `loop` as plain Python with its rules filled in, so that a debugger can follow.

    Args:
        loop: A function whose helpers are global plain functions.
        **rules: Functions that replace globals of the loop and of the functions that it calls, as
            in `compiled`.
    """
    return _filled(cast("FunctionType", loop), rules, {})


def _filled(
    function: FunctionType, rules: dict[str, Any], made: dict[FunctionType, Any]
) -> FunctionType:
    copy = made[function] = _with_rules(function, rules)
    for name, helper in named_functions(copy).items():
        copy.__globals__[name] = made.get(helper) or _filled(helper, rules, made)
    return copy


def _jit(
    function: FunctionType,
    rules: dict[str, Any],
    options: dict[str, Any],
    of_helpers: dict[str, Any],
    made: dict[FunctionType, Any],
) -> Any:
    import numba

    copy, entry = _with_rules(function, rules), not made
    made[function] = copy
    for name, helper in called_functions(copy):
        if helper not in made:
            made[helper] = _jit(helper, rules, of_helpers, of_helpers, made)
        copy.__globals__[name] = made[helper]
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return copy
    dispatcher = numba.njit(copy, **options)
    if entry:
        ours = all(map(_is_ours, (function, *rules.values())))
        called = _digest(function, rules, {})
        key = None if called is None else repr((called, versions(), options, of_helpers))
        line = COMPILES if ours else COMPILES_YOURS
        dispatcher._cache = LoopCache(function.__qualname__, key, line)
    return dispatcher


def _digest(
    function: FunctionType, rules: dict[str, Any], made: dict[FunctionType, str | None]
) -> str | None:
    """Return a digest of a function with its rules filled in, and of all functions it calls."""
    if function not in made:
        copy = _with_rules(function, rules)
        found = {name: _digest(each, rules, made) for name, each in called_functions(copy)}
        known = {name: each for name, each in found.items() if each is not None}
        made[function] = digest(copy, known) if len(known) == len(found) else None
    return made[function]


def _helpers_within(
    function: FunctionType, rules: dict[str, Any], callers: tuple[FunctionType, ...] = ()
) -> int:
    """Count the helpers of a function at every depth; refuse recursion."""
    refuse_recursion(callers, function)
    helpers, callers = called_functions(_with_rules(function, rules)), (*callers, function)
    return sum(1 + _helpers_within(helper, rules, callers) for _, helper in helpers)


def _with_rules(function: FunctionType, rules: dict[str, Any]) -> FunctionType:
    """Copy a function with some of its globals replaced; its name contains a hash of the rules."""
    globals_ = {**function.__globals__, **rules}
    copy = FunctionType(
        function.__code__, globals_, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    names = [f"{name}={rule.__module__}.{rule.__qualname__}" for name, rule in rules.items()]
    digest = hashlib.sha256(",".join(sorted(names)).encode()).hexdigest()[:16]
    # Numba uses this name in its cache files, and file systems refuse long names. Numba also uses
    # it for variables of inlined functions, so it must be a valid name in Python.
    copy.__qualname__ = f"{function.__qualname__}_{digest}" if rules else function.__qualname__
    return copy


def _is_ours(function: FunctionType) -> bool:
    path = Path(function.__code__.co_filename).resolve()
    return path.parent == GROUND or any(path.is_relative_to(ROOT / name) for name in PACKAGES)


@functools.cache
def source_hash(*packages: str) -> str:
    """Return a hash of every Python file of the named `packages`, by default of all of Spielfeld's.

    It always includes the files of the folder `spielfeld`, which all packages import.
    """
    digest = hashlib.sha256()
    files = sorted(GROUND.glob("*.py"))
    for package in packages or PACKAGES:
        files += sorted((ROOT / package).rglob("*.py"))
    for path in files:
        digest.update("/".join(path.parts[-2:]).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
