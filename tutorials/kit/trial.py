"""Calls of a learner's function and of the reference, on copies of the cases."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Sequence
from types import FunctionType
from typing import NamedTuple, cast

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.kit.exercise import Case, Exercise, Rule

DEVIATIONS = 5.5  # a right random function fails one event in 26 million, and a check has about 30


class Found(Exception):
    """A diagnosis that ends a check, with the values of its sentence."""

    def __init__(self, verdict: str, /, **values: object) -> None:
        super().__init__(verdict)
        self.verdict, self.values = verdict, values


class Place(NamedTuple):
    """Line of a learner's source in which an error was raised."""

    line: int
    code: str


def place_of(error: BaseException, file: str) -> Place | None:
    """Return the innermost place of an error that lies in a file, or None."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file and frame.lineno is not None:
            return Place(frame.lineno, frame.line or "?")
    return None


def in_words(error: BaseException) -> str:
    """Return the type of an error and the beginning of its message."""
    message = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def results_of(exercise: Exercise, function: Rule) -> list[Array]:
    """Return results, or frequencies of events, for all cases."""
    found = [called(exercise, function, case) for case in exercise.cases]
    empty = [result is None or result is Ellipsis for result in found]
    if all(empty):
        raise Found("unfinished")
    if any(empty):
        raise Found("nothing")
    if exercise.draws:
        return [cast(Array, result) for result in found]
    numbers = []
    for result in found:
        array = numbers_in(result)
        if array is None:
            raise Found("type", kind=type(result).__name__)
        numbers.append(array)
    if exercise.changes:
        place = exercise.arguments.index(exercise.changes)
        before = [cast(Array, case[place]) for case in exercise.cases]
        if all(np.array_equal(*pair) for pair in zip(before, numbers, strict=True)):
            raise Found("unchanged", name=exercise.changes)
    return numbers


def called(exercise: Exercise, function: Rule, case: Case) -> object:
    """Call a learner's function with copies; return its result, or frequencies."""
    given = copy.deepcopy(case)
    result = _guarded(exercise, function, given)
    if exercise.draws and result is not None and result is not Ellipsis:
        result = _frequencies(exercise, function, case, given, result)
    for name, before, after in zip(exercise.arguments, case, given, strict=True):
        if name == exercise.changes:
            return None if result is Ellipsis else after
        if not _unchanged(before, after):
            raise Found("changes", name=name)
    return result


def _guarded(exercise: Exercise, function: Rule, given: Case) -> object:
    try:
        return function(*given)
    except NotImplementedError:
        return None
    except MemoryError:
        raise  # a worker has a sentence for it
    except Exception as error:
        file = function.__code__.co_filename if isinstance(function, FunctionType) else ""
        place = place_of(error, file)
        if place is None:
            names = ", ".join(exercise.arguments)
            raise Found("call", arguments=names, error=in_words(error)) from error
        name = "recursion" if isinstance(error, RecursionError) else "raises"
        raise Found(name, error=in_words(error), **place._asdict()) from error


def _frequencies(
    exercise: Exercise, function: Rule, case: Case, given: Case, first: object
) -> Array:
    """Return the frequency of each event in `exercise.draws` outcomes; the first is given."""
    assert exercise.events is not None
    outcome, total = first, np.zeros(())
    for draw in range(exercise.draws):
        if draw:
            outcome = _guarded(exercise, function, given)
        events = exercise.events(outcome, *case)
        if events is None:
            raise Found("type", kind=type(outcome).__name__)
        total = total + events
    return total / exercise.draws


def reference(exercise: Exercise, rule: Rule, case: Case) -> Array:
    """Return the result of `right` or of a wrong function, or its exact probabilities."""
    given = copy.deepcopy(case)
    result = rule(*given)
    if exercise.changes and result is None:
        result = given[exercise.arguments.index(exercise.changes)]
    return np.asarray(result, np.float64)


def numbers_in(result: object) -> Array | None:
    """Return a result as an array of floats, or None if it does not consist of numbers."""
    try:
        array = np.asarray(result)
    except ValueError:  # lists of unequal length
        return None
    return array.astype(np.float64) if array.dtype.kind in "biuf" else None


def _unchanged(before: object, after: object) -> bool:
    if isinstance(before, np.random.Generator):
        return True
    if isinstance(before, tuple | list):
        pairs = zip(before, cast(Sequence[object], after), strict=False)
        same_length = len(before) == len(cast(Sequence[object], after))
        return same_length and all(_unchanged(*pair) for pair in pairs)
    return np.array_equal(np.asarray(before), np.asarray(after))


def same(exercise: Exercise, result: Array, wanted: Array) -> bool:
    """Return whether two results are equal, or frequencies fit these probabilities."""
    if result.shape != wanted.shape:
        return False
    if exercise.draws:
        spread = np.sqrt(wanted * (1 - wanted) / exercise.draws)
        return bool((np.abs(result - wanted) <= DEVIATIONS * spread + 1e-9).all())
    return np.allclose(result, wanted, exercise.tolerance, exercise.tolerance, equal_nan=True)
