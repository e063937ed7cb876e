"""One decorator that compiles a loop together with every plain function it calls.

Equations in this suite are ordinary Python functions: calling one runs Python, and a debugger can
step into it. Only loops are decorated. At its first call a loop is compiled by Numba, and with it,
recursively, the plain functions that it names.

Compiled loops are cached on disk by all that they call; see `loop_cache.py`.
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
MOST_INLINED = 40  # helpers, each counted where it is called; with more, compiling takes minutes


def compiled(
    loop: Callable[Parameters, Result], *, allocates: bool = True, **rules: Callable[..., Any]
) -> Callable[Parameters, Result]:
    """Compile `loop` at its first call, so that importing it stays free of Numba.

    With the environment variable `NUMBA_DISABLE_JIT=1` the same source runs as plain Python.

    Args:
        loop: A function whose helpers are global plain functions (`from x import helper`).
        allocates: False for a loop that makes no arrays. Numba then need not count who still uses
            a row that was looked at, which takes half of the time where steps are small. With a
            rule that does make arrays it is compiled as usual.
        **rules: Functions to stand in for globals of the loop, and of the functions that it calls,
            so that one loop serves several methods: `compiled(loop, update=..., target=...)`.

    Returns:
        A function with the signature of `loop`. Its first call raises a ValueError if a function
        calls itself or something that cannot be compiled along with it.

    Raises:
        ValueError: If a rule is no plain function.
    """
    for name, rule in rules.items():
        refuse_rule(name, rule)

    @functools.cache
    def build(counted: bool) -> Callable[Parameters, Result]:
        COMPILING.start()
        entry, options = cast("FunctionType", loop), {} if counted else {"_nrt": False}
        inlined = _helpers_within(entry, rules) <= MOST_INLINED
        helpers = {"inline": "always", **options} if inlined else options
        options = {"nogil": True, **options}  # a window goes on while a thread is in the loop
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
                except NumbaError:  # it says at length what cannot be done without own arrays
                    COMPILING.makes_arrays()
                    allocates = True
            return build(True)(*arguments, **keywords)
        except BaseException:
            COMPILING.stop()  # of a loop that could not be compiled
            raise

    return run


def filled(loop: Callable[Parameters, Result], **rules: Callable[..., Any]) -> Callable[..., Any]:
    """Return `loop` as plain Python with its rules in place, where a debugger can follow.

    Args:
        loop: A function whose helpers are global plain functions.
        **rules: Functions to stand in for globals of the loop, and of the functions that it calls,
            as in `compiled`.
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
    """Return a digest of a function with its rules in place, and of all that it calls."""
    if function not in made:
        copy = _with_rules(function, rules)
        found = {name: _digest(each, rules, made) for name, each in called_functions(copy)}
        known = {name: each for name, each in found.items() if each is not None}
        made[function] = digest(copy, known) if len(known) == len(found) else None
    return made[function]


def _helpers_within(
    function: FunctionType, rules: dict[str, Any], callers: tuple[FunctionType, ...] = ()
) -> int:
    """Count the helpers of a function, those of its helpers, and so on; refuse recursion."""
    refuse_recursion(callers, function)
    helpers, callers = called_functions(_with_rules(function, rules)), (*callers, function)
    return sum(1 + _helpers_within(helper, rules, callers) for _, helper in helpers)


def _with_rules(function: FunctionType, rules: dict[str, Any]) -> FunctionType:
    """Copy a function with some of its globals replaced, named after what replaced them."""
    globals_ = {**function.__globals__, **rules}
    copy = FunctionType(
        function.__code__, globals_, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    names = [f"{name}={rule.__module__}.{rule.__qualname__}" for name, rule in rules.items()]
    digest = hashlib.sha256(",".join(sorted(names)).encode()).hexdigest()[:16]
    # Numba names its cache files after this, and file systems refuse long names; variables of
    # inlined functions too, and what is no name in Python fails in array expressions.
    copy.__qualname__ = f"{function.__qualname__}_{digest}" if rules else function.__qualname__
    return copy


def _is_ours(function: FunctionType) -> bool:
    path = Path(function.__code__.co_filename).resolve()
    return path.parent == GROUND or any(path.is_relative_to(ROOT / name) for name in PACKAGES)


@functools.cache
def source_hash(*packages: str) -> str:
    """Return a hash of every Python file of our packages, or of the `packages` named.

    The ground floor, on which all packages stand, is always part of it.
    """
    digest = hashlib.sha256()
    files = sorted(GROUND.glob("*.py"))
    for package in packages or PACKAGES:
        files += sorted((ROOT / package).rglob("*.py"))
    for path in files:
        digest.update("/".join(path.parts[-2:]).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
