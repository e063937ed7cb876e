"""The command line: `spielfeld train|evaluate|compare|...`, and the scripts of these names.

The module of a command, with all its imports, is loaded when the command is used.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

COMMANDS = {
    "train": "train a learner, write a run directory, print its score",
    "evaluate": "score a run: exactly if the world has a model, or on the test rows",
    "compare": "compare several learners over many seeds and sources",
    "play": "act in a world with the keyboard, or watch a trained run",
    "tune": "search settings for several learners, with the same budget for each",
    "benchmark": "measure the speed beside other libraries",
    "figures": "draw figures of the books, and compare with the published numbers",
    "check": "check your solution of an exercise",
    "list": "show every learner, data set and world",
}
ELSEWHERE = {  # commands of packages that this one does not import
    "benchmark": "spielfeld.benchmarks.command",
    "figures": "spielfeld.tutorials.figures.command",
}
MISTAKES = (ValueError, OSError, ImportError, RuntimeError, MemoryError, FloatingPointError)
HELP = ("-h", "--help", "help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a mistake of the user is reported in one sentence.

    Returns:
        Exit code: 0, 2 for a mistake, 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack a map's characters
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in HELP:
        print(_overview())
        return 0 if words else 2
    if words[0] not in COMMANDS:
        return _fail(_unknown_command(words[0]))
    try:
        return int(_command(words[0])(words[1:]))
    except KeyboardInterrupt as stop:
        print(str(stop) or "Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader has closed our output, as in `list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MISTAKES as error:
        if os.environ.get("SPIELFELD_TRACEBACK"):
            raise
        return _fail(_sentence(error))


def _command(name: str) -> Callable[[Sequence[str]], int]:
    place = ELSEWHERE.get(name, f"spielfeld.experiments.commands.{name}")
    package = place.removesuffix(".command")
    if name in ELSEWHERE and importlib.util.find_spec(package) is None:
        raise ValueError(
            f"`spielfeld {name}` needs {package}, which comes with a checkout of the repository, "
            "not with the installed package."
        )
    command: Callable[[Sequence[str]], int] = importlib.import_module(place).main
    return command


def leading_words(arguments: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Return up to `most` words at the front that are no options, and the rest."""
    count = 0
    while count < min(most, len(arguments)) and not arguments[count].startswith("-"):
        count += 1
    return list(arguments[:count]), list(arguments[count:])


def without(words: Sequence[str], *options: str) -> list[str]:
    """Leave out options, each with its value if it has one: `--seed 1`, `--seed=1`, `--gif`."""
    kept: list[str] = []
    dropping = False
    for word in words:
        if word.startswith("--"):
            dropping = word.partition("=")[0] in options
        if not dropping:
            kept.append(word)
    return kept


def option_values(pairs: Sequence[str], option: str = "--set") -> dict[str, Any]:
    """Read NAME=VALUE after an option; numbers, true, false and null are JSON, all else is text.

    Raises:
        ValueError: If there is no "=".
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name:
            raise ValueError(f"{option} takes NAME=VALUE, not {pair!r}.")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values


def name_and_values(word: str) -> tuple[str, dict[str, Any]]:
    """Read NAME or NAME:NAME=VALUE,NAME=VALUE; the first name may have a colon of its own.

    Raises:
        ValueError: If one of several values has no "=".
    """
    name, colon, text = word.rpartition(":")
    if not colon or "=" not in text:
        return word, {}
    return name, option_values(text.split(","), f"{name}:")


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  spielfeld {name:<{width}}  {line}" for name, line in COMMANDS.items()]
    purpose = "Learn machine learning by doing: in worlds, and from data."
    return "\n".join([purpose, "", *lines, "", "Each has --help."])


def _unknown_command(word: str) -> str:
    near = difflib.get_close_matches(word, COMMANDS, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Commands are {', '.join(COMMANDS)}."
    return f"There is no command {word!r}. {hint}"


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'}: {error.strerror}."
    if isinstance(error, MemoryError):
        return f"There is not enough memory. {error}".strip()
    return " ".join(str(error).split()) or type(error).__name__


def _fail(sentence: str) -> int:
    print(f"Error: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
