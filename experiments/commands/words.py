"""The first words of a command line, which say what the rest of it means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import tyro


def leading_words(arguments: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Split off up to `most` words at the front that are no options."""
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


@dataclass(frozen=True)
class Columns:
    """Of a CSV file: the same as --set target=COLUMN and so on."""

    target: str | None = None
    """Column to predict; none for learners that need no targets."""
    task: Literal["classification", "regression"] | None = None
    """What to predict; by default words are classes, and numbers are numbers."""
    ignore: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column to leave out, such as one of names."""
    words: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column of words though it looks like numbers or dates, such as one of postal codes."""
    decimal: str | None = None
    """The decimal mark of all numbers, comma or point, where the file does not settle it."""
    missing: Literal["leave-out", "mean"] | None = None
    """What becomes of missing values: by default their rows are left out; mean puts the mean of the
    training rows in their place."""

    def options(self) -> dict[str, Any]:
        """Return what was given, as options of the source."""
        named = {**asdict(self), "ignore": list(self.ignore), "words": list(self.words)}
        return {name: value for name, value in named.items() if value}


OwnModules = Annotated[tuple[str, ...], tyro.conf.UseAppendAction]
NO_COLUMNS = Columns()
