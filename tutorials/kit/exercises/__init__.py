"""All exercises, one module for each topic; each module lists its own in `EXERCISES`."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil

from spielfeld.tutorials.kit.exercise import Exercise
from spielfeld.tutorials.kit.text import Text

NEAR = Text(
    "Es gibt keine Übung „{name}“. Meinst du {near}?",
    "There is no exercise '{name}'. Did you mean {near}?",
)
UNKNOWN = Text(
    "Es gibt keine Übung „{name}“; `spielfeld check` zeigt alle.",
    "There is no exercise '{name}'; `spielfeld check` shows all.",
)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the lessons.

    Raises:
        ValueError: If two exercises have the same name.
    """
    found: list[Exercise] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").EXERCISES
    named = {one.name: one for one in sorted(found, key=lambda one: one.lesson)}
    if len(named) < len(found):
        raise ValueError("Two exercises have the same name.")
    return named


def find(name: str, language: str | None = None) -> Exercise:
    """Return the exercise of a name.

    Raises:
        ValueError: If there is none; suggests similar names.
    """
    if name in exercises():
        return exercises()[name]
    near = difflib.get_close_matches(name, exercises(), 1)
    says = NEAR if near else UNKNOWN
    raise ValueError(says.format(language, name=name, near="".join(near)))
