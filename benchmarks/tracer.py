"""Tracer of calls: our functions that a command calls, in the order of their first calls.

    python -m benchmarks.tracer train q-learning spielfeld/FrozenLake8x8-v0
    python -m benchmarks.tracer --checkout ../older compare q-learning sarsa --source ...

Each function counts once. Module code, class bodies, lambdas and comprehensions do not count.
Functions that run while one of our modules is imported do not count either. Compiled loops and
functions of other processes are not seen, so `compare` needs `--jobs 1`. A first run compiles, so
trace twice. The command runs in a temporary folder.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import NamedTuple

PACKAGES = ("spielfeld", "learning", "envs", "agents", "experiments", "tutorials")
COMMAND_LINES = ("spielfeld.experiments.command_line", "experiments.command_line")  # new and old
FUNCTION = inspect.CO_NEWLOCALS  # flag that module code and class bodies do not have


class Call(NamedTuple):
    """First call of a function.

    Args:
        file: Path of its file in the checkout.
        function: Qualified name.
        depth: Number of functions of ours on the stack.
    """

    file: str
    function: str
    depth: int


def traced(function: Callable[[], object], root: Path) -> list[Call]:
    """Call a function, and return the first call of each function of ours below it.

    Args:
        function: Work to trace; SystemExit ends it.
        root: Checkout whose packages count as ours.
    """
    calls: dict[tuple[str, str], Call] = {}
    names: dict[str, str | None] = {}

    def ours(frame: FrameType) -> str | None:
        path = frame.f_code.co_filename
        if path not in names:
            place = Path(os.path.realpath(path))
            inside = place.is_relative_to(root) and place.relative_to(root).parts[0] in PACKAGES
            names[path] = place.relative_to(root).as_posix() if inside else None
        return names[path]

    def profile(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call" or code.co_name.startswith("<"):
            return
        file = ours(frame)
        key = (file or "", code.co_qualname)
        if file is None or key in calls or not code.co_flags & FUNCTION:
            return
        below, caller = [], frame.f_back
        while caller is not None:
            if ours(caller):
                below.append(caller.f_code)
            caller = caller.f_back
        if all(one.co_flags & FUNCTION for one in below):  # nothing of ours is imported
            depth = sum(not one.co_name.startswith("<") for one in below)
            calls[key] = Call(*key, depth)

    sys.setprofile(profile)
    try:
        function()
    except SystemExit:
        pass
    finally:
        sys.setprofile(None)
    return list(calls.values())


def summary(calls: Sequence[Call]) -> str:
    """Return the numbers of files, functions, changes of file, and the greatest depth."""
    changes = sum(one.file != other.file for one, other in pairwise(calls))
    return (
        f"{len({call.file for call in calls})} files, {len(calls)} functions, "
        f"{changes} changes of file, depth {max((call.depth for call in calls), default=0)}"
    )


def command_line(root: Path) -> Callable[[Sequence[str]], int]:
    """Import the command line of a checkout, of today's layout or of the old one."""
    sys.path.insert(0, str(root))
    new = (root / "spielfeld" / "__init__.py").is_file()
    main: Callable[[Sequence[str]], int] = importlib.import_module(COMMAND_LINES[not new]).main
    return main


def main(words: Sequence[str]) -> int:
    """Trace one command; print the calls to the error output and the numbers to the output."""
    root, words = Path(__file__).resolve().parents[1], list(words)
    if words[:1] == ["--checkout"] and len(words) > 1:
        root, words = Path(words[1]).resolve(), words[2:]
    if not words:
        print(__doc__)
        return 2
    run = command_line(root)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        calls = traced(lambda: run(words), root)
        os.chdir(root)
    for call in calls:
        print("  " * call.depth + f"{call.file}:{call.function}", file=sys.stderr)
    print(summary(calls))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
