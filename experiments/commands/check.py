"""`check NAME`: check the learner's function of an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import tyro

from spielfeld.experiments.command_line import leading_words
from spielfeld.experiments.registry import import_place

PLACE = "spielfeld.tutorials.kit.terminal:run"
DESCRIPTION = """Check your function of an exercise; without NAME, list all exercises.

Your function stands in my/NAME.py, a file that the first check writes for you. The exit code is 0
if the function is right, and 1 if not. It runs with limits of time and memory."""


@dataclass(frozen=True)
class Options:
    """Options of checking."""

    language: Literal["de", "en"] | None = None
    """de or en; by default SPIELFELD_LANGUAGE, else the language of the system."""
    hint: int | None = None
    """Show hint 1, 2 or 3 instead of checking."""
    solution: bool = False
    """Show the solution instead of checking."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    words, rest = leading_words(arguments, 1)
    options = tyro.cli(Options, args=rest, prog="check [NAME]", description=DESCRIPTION)
    name = words[0] if words else None
    if name is None and (options.hint is not None or options.solution):
        raise ValueError("Name an exercise to see its hints or its solution.")
    run = import_place(PLACE)
    return int(run(name, options.language, options.hint, options.solution))
