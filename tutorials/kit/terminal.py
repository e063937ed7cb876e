"""Checker in a terminal: the output of `spielfeld check`."""

from __future__ import annotations

from itertools import groupby

from spielfeld.tutorials.kit import workbook
from spielfeld.tutorials.kit.exercises import exercises, find
from spielfeld.tutorials.kit.text import Text
from spielfeld.tutorials.kit.worker import Worker

BEGUN = Text(
    "{path} ist angelegt. Schreib deine Funktion hinein, dann wieder: `spielfeld check {name}`",
    "{path} has been written for you. Write your function there, then again: "
    "`spielfeld check {name}`",
)
HELP = Text(
    "Hilfe: `spielfeld check {name} --hint 1`, dann 2 und 3; am Ende `--solution`.",
    "Help: `spielfeld check {name} --hint 1`, then 2 and 3; in the end `--solution`.",
)
PRINTED = Text("Deine Funktion schreibt:", "Your function prints:")
LESSON = Text("Lektion {number}", "Lesson {number}")
NOT_BEGUN = Text("nicht begonnen", "not begun")
UNFINISHED = Text("angefangen", "begun")
RIGHT = Text("richtig", "right")
WRONG = Text("noch nicht richtig ({name})", "not right yet ({name})")
USE = Text(
    "Eine Übung beginnen oder prüfen: `spielfeld check NAME`. Richtig: {right} von {all}.",
    "Begin or check an exercise: `spielfeld check NAME`. Right: {right} of {all}.",
)


def run(
    name: str | None,
    language: str | None = None,
    hint: int | None = None,
    solution: bool = False,
) -> int:
    """Check the learner's file of an exercise, or show a hint, the solution, or all exercises.

    Returns:
        Exit code: 0 if the function is right or was not asked about, else 1.

    Raises:
        ValueError: If there is no such exercise, hint or language.
    """
    if name is None:
        _overview(language)
        return 0
    exercise = find(name, language)
    if hint is not None:
        print(exercise.hint(hint, language))
        return 0
    if solution:
        print(exercise.answer(), end="")
        return 0
    if workbook.begin(name, language):
        print(BEGUN.format(language, path=workbook.path_of(name), name=name))
        return 1
    return _check(name, language)


def _check(name: str, language: str | None) -> int:
    source = workbook.read(name, language)
    with Worker() as worker:
        verdict = worker.check(name, source, language)
    if verdict.printed:
        print(PRINTED.in_(language), verdict.printed.rstrip("\n"), sep="\n", end="\n\n")
    print(verdict)
    if not verdict:
        print(HELP.format(language, name=name))
    return 0 if verdict else 1


def _overview(language: str | None) -> None:
    right, width = 0, max(map(len, exercises()))
    with Worker() as worker:
        for lesson, group in groupby(exercises().values(), key=lambda one: one.lesson):
            print(LESSON.format(language, number=lesson))
            for exercise in group:
                state = _state(exercise.name, worker, language)
                right += state == RIGHT.in_(language)
                print(f"  {exercise.name:<{width}}  {state}")
    print()
    print(USE.format(language, right=right, all=len(exercises())))


def _state(name: str, worker: Worker, language: str | None) -> str:
    if not workbook.path_of(name).exists():
        return NOT_BEGUN.in_(language)
    try:
        verdict = worker.check(name, workbook.read(name, language), language)
    except ValueError as unreadable:
        return str(unreadable)
    if verdict.name == "unfinished":
        return UNFINISHED.in_(language)
    return RIGHT.in_(language) if verdict else WRONG.format(language, name=verdict.name)
