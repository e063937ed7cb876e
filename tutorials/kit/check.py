"""Checker of exercises: compares a learner's function with a right one and known wrong ones.

    from spielfeld.tutorials.kit.check import check, hint, solution
    check("target", target)

The checker calls the function with the hidden cases of an exercise. If the results are wrong and
equal those of a known mistake in every case, this mistake is the diagnosis. Otherwise the checker
searches for the part that is wrong. This is a kind of cases, one number of the result, an argument,
the sign or a factor. It never shows a number of a case.

This module runs the function in the current process. `spielfeld.tutorials.kit.worker` does the same
in a process with limits of time and memory.
"""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.kit.exercise import Case, Exercise, Mistake, Rule
from spielfeld.tutorials.kit.exercises import find
from spielfeld.tutorials.kit.text import Text, chosen_language
from spielfeld.tutorials.kit.trial import Found, called, numbers_in, reference, results_of, same

GREEN, ORANGE = "#1b7837", "#e66101"  # also different for colour-blind people

SAYS = {
    "unfinished": Text(
        "Noch nichts da: Die Funktion gibt nichts zurück. Fehlt das `return`?",
        "The function returns nothing yet. Is the `return` missing?",
    ),
    "nothing": Text(
        "In manchen Fällen gibt die Funktion nichts zurück. Fehlt in einem Zweig das `return`?",
        "In some cases the function returns nothing. Is the `return` of one branch missing?",
    ),
    "unchanged": Text(
        "In `{name}` hat sich nichts geändert. Die Funktion soll `{name}` selbst verändern.",
        "Nothing has changed in `{name}`. The function must change `{name}` itself.",
    ),
    "raises": Text(
        "Die Funktion bricht mit einem Fehler ab, in Zeile {line}: `{code}`. Python meldet: "
        "{error}",
        "The function stops with an error, in line {line}: `{code}`. Python says: {error}",
    ),
    "call": Text(
        "Die Funktion lässt sich so nicht aufrufen. Sie braucht die Argumente `{arguments}`. "
        "Python meldet: {error}",
        "The function cannot be called like this. It needs the arguments `{arguments}`. "
        "Python says: {error}",
    ),
    "recursion": Text(
        "Die Funktion ruft sich selbst immer wieder auf und kommt nie zum Ende, in Zeile {line}: "
        "`{code}`.",
        "The function calls itself again and again and never ends, in line {line}: `{code}`.",
    ),
    "changes": Text(
        "Die Funktion verändert ihre Eingabe `{name}`. Rechne mit einer Kopie: `.copy()`.",
        "The function changes its input `{name}`. Work on a copy: `.copy()`.",
    ),
    "type": Text(
        "Das Ergebnis (Typ `{kind}`) hat nicht die Art, die gefragt ist: Lies noch einmal nach, "
        "was die Funktion zurückgeben soll.",
        "The result has the wrong type, `{kind}`. Read in the task again which type the "
        "function returns.",
    ),
    "shape": Text(
        "Das Ergebnis ist {got}, erwartet ist {wanted}.",
        "The result is {got}, expected is {wanted}.",
    ),
    "nan": Text(
        "Heraus kommt keine Zahl, sondern `nan` oder `inf`. Wird durch 0 geteilt, oder ist eine "
        "Zahl zu groß?",
        "The result is not a number but `nan` or `inf`. Is there a division by 0, or a number "
        "that is too large?",
    ),
    "only-when": Text(
        "Ein Teil stimmt schon. Falsch ist es nur hier: {kind}.",
        "A part is right already. It is wrong only {kind}.",
    ),
    "part": Text(
        "Fast! Falsch ist nur die {number}. Zahl im Ergebnis.",
        "Nearly! Only number {number} of the result is wrong.",
    ),
    "last": Text(
        "Fast! Falsch ist nur die letzte Zahl im Ergebnis.",
        "Nearly! Only the last number of the result is wrong.",
    ),
    "ignores": Text(
        "Noch nicht richtig. Auffällig: `{name}` ändert bei dir nie etwas, sollte es aber.",
        "Not right yet. One thing stands out: `{name}` never changes your result, but it should.",
    ),
    "depends": Text(
        "Noch nicht richtig. Auffällig: Dein Ergebnis hängt von `{name}` ab, sollte es aber nicht.",
        "Not right yet. One thing stands out: your result depends on `{name}`, but it should not.",
    ),
    "sign": Text("Fast! Das Vorzeichen ist umgekehrt.", "Nearly! The sign is the other way round."),
    "factor": Text(
        "Fast! Heraus kommt immer das {factor:.3g}-Fache von dem, was richtig wäre.",
        "Nearly! The result is always {factor:.3g} times the right one.",
    ),
    "other": Text(
        "Noch nicht richtig: In {wrong} von {all} Fällen kommt etwas anderes heraus. Rechne einen "
        "kleinen Fall von Hand und vergleiche.",
        "Not right yet: the result is wrong in {wrong} of {all} cases. Compute a small "
        "case by hand and compare.",
    ),
}
A_NUMBER = Text("eine einzelne Zahl", "a single number")
AN_ARRAY = Text("ein Feld der Form {shape}", "an array of shape {shape}")


@dataclass(frozen=True)
class Verdict:
    """Result of a check.

    Args:
        name: "right", the name of a mistake, or a general one such as "raises" or "other".
        text: One to three sentences for the learner.
        printed: Beginning of the function's output, if it ran in a worker.
    """

    name: str
    text: str
    printed: str = ""

    def __bool__(self) -> bool:
        return self.name == "right"

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """Return the verdict for notebooks, with a mark and a colour."""
        mark, colour = ("✔", GREEN) if self else ("✘", ORANGE)
        mark = "…" if self.name in ("unfinished", "unchanged") else mark
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text, quote=False))
        style = f"border-left:6px solid {colour};padding:6px 12px"
        name = html.escape(self.name)
        return f'<div role="status" data-verdict="{name}" style="{style}">{mark} {words}</div>'


def check(name: str, function: Rule, language: str | None = None) -> Verdict:
    """Return whether a function is right, and the mistake of a wrong function.

    Args:
        name: Name of the exercise.
        function: The learner's function.
        language: de or en; see `spielfeld.tutorials.kit.text.chosen_language`.

    Raises:
        ValueError: If there is no such exercise or language.
    """
    return judge(find(name, language), function, language)


def hint(name: str, number: int, language: str | None = None) -> str:
    """Return hint 1, 2 or 3 of an exercise.

    Raises:
        ValueError: If there is no such exercise or hint.
    """
    return find(name, language).hint(number, language)


def solution(name: str) -> str:
    """Return the source of a right function.

    Raises:
        ValueError: If there is no such exercise.
    """
    return find(name).answer()


def judge(exercise: Exercise, function: Rule, language: str | None = None) -> Verdict:
    """Check a function against an exercise object; see `check`."""
    chosen = chosen_language(language)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return _judged(exercise, function, chosen)
        except Found as found:
            return Verdict(found.verdict, SAYS[found.verdict].format(chosen, **found.values))


def _judged(exercise: Exercise, function: Rule, language: str) -> Verdict:
    results = results_of(exercise, function)
    wanted = [reference(exercise, exercise.right, case) for case in exercise.cases]
    good = [same(exercise, *pair) for pair in zip(results, wanted, strict=True)]
    if all(good):
        for law in exercise.laws:
            if not _obeys(law.holds, function):
                return Verdict(law.name, law.says.in_(language))
        return Verdict("right", exercise.praise.in_(language))
    mistake = _named_mistake(exercise, results)
    if mistake is not None:
        return Verdict(mistake.name, mistake.says.in_(language))
    if not exercise.draws:
        _look_at_shapes(results, wanted, language)
    _look_at_kinds(exercise, good, language)
    if not exercise.draws:
        _look_at_parts(exercise, results, wanted, good)
        _look_at_arguments(exercise, function)
        _look_at_factors(results, wanted)
    raise Found("other", wrong=good.count(False), all=len(good))


def _obeys(law: Callable[[Rule], bool], function: Rule) -> bool:
    try:
        return law(function)
    except Exception:
        return False


def _named_mistake(exercise: Exercise, results: list[Array]) -> Mistake | None:
    """Return the mistake with the same results in all cases; of several the nearest."""
    nearest, least = None, np.inf
    for mistake in exercise.mistakes:
        distance = 0.0
        for result, case in zip(results, exercise.cases, strict=True):
            other = reference(exercise, mistake.wrong, case)
            if not same(exercise, result, other):
                break
            distance += float(np.square(result - other).sum()) if exercise.draws else 0.0
        else:
            if distance < least:
                nearest, least = mistake, distance
    return nearest


def _look_at_shapes(results: list[Array], wanted: list[Array], language: str) -> None:
    for result, right in zip(results, wanted, strict=True):
        if result.shape != right.shape:
            texts = [
                AN_ARRAY.format(language, shape=array.shape) if array.ndim else
                A_NUMBER.in_(language) for array in (result, right)
            ]  # fmt: skip
            raise Found("shape", got=texts[0], wanted=texts[1])
    for result, right in zip(results, wanted, strict=True):
        if not np.isfinite(result[np.isfinite(right)]).all():
            raise Found("nan")


def _look_at_kinds(exercise: Exercise, good: list[bool], language: str) -> None:
    """Find a kind of cases that contains all wrong cases."""
    kinds = [
        (kind, [kind.holds(*case) for case in exercise.cases]) for kind in exercise.kinds
    ]  # fmt: skip
    for kind, holds in kinds:
        if all(one != ok for one, ok in zip(holds, good, strict=True)):
            raise Found("only-when", kind=kind.says.in_(language))
    for kind, holds in kinds:
        if not all(holds) and all(one or ok for one, ok in zip(holds, good, strict=True)):
            raise Found("only-when", kind=kind.says.in_(language))


def _look_at_parts(
    exercise: Exercise, results: list[Array], wanted: list[Array], good: list[bool]
) -> None:
    """Find the one number of the results that is wrong, counted from the front or the end."""
    front, end = set(), set()
    for result, right, ok in zip(results, wanted, good, strict=True):
        if ok:
            continue
        if right.ndim != 1:
            return
        close = np.isclose(result, right, exercise.tolerance, exercise.tolerance, equal_nan=True)
        wrong = np.flatnonzero(~close)
        front |= {*wrong.tolist()}
        end |= {*(wrong - len(right)).tolist()}
    if max(map(np.size, wanted)) < 2:
        return
    if len(front) == 1:
        raise Found("part", number=front.pop() + 1)
    if end == {-1}:
        raise Found("last")


def _look_at_arguments(exercise: Exercise, function: Rule) -> None:
    """Change each argument; find one that has no effect but should, or the opposite."""
    moved: dict[str, list[bool]] = {}
    for case in exercise.cases:
        both = _both(exercise, function, case)
        for name, changed in _moves(exercise.arguments, case):
            others = _both(exercise, function, changed)
            if both is None or others is None:
                continue
            seen = moved.setdefault(name, [False, False])
            for which in (0, 1):
                seen[which] |= not same(exercise, both[which], others[which])
    for name, (counts, should) in moved.items():
        if counts != should:
            raise Found("ignores" if should else "depends", name=name)


def _both(exercise: Exercise, function: Rule, case: Case) -> tuple[Array, Array] | None:
    """Return the learner's result and the right one; None if there is no result."""
    try:
        result = numbers_in(called(exercise, function, case))
        return None if result is None else (result, reference(exercise, exercise.right, case))
    except Exception:  # a changed argument may be invalid
        return None


@runtime_checkable
class _Named(Protocol):
    """A named tuple, such as a transition."""

    def _asdict(self) -> dict[str, object]: ...

    def _replace(self, **values: object) -> object: ...


def _moves(names: Sequence[str], case: Case) -> Iterator[tuple[str, Case]]:
    """Yield the name of each argument or field, and the case in which it is changed."""
    for place, (name, value) in enumerate(zip(names, case, strict=True)):
        if isinstance(value, _Named):
            for field, part in value._asdict().items():
                for other in _others(part):
                    changed = value._replace(**{field: other})
                    yield f"{name}.{field}", (*case[:place], changed, *case[place + 1 :])
        else:
            for other in _others(value):
                yield name, (*case[:place], other, *case[place + 1 :])


def _others(value: object) -> list[object]:
    """Return other values of the same kind."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value + 0.37, value / 2]
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "b":
            return [~value]
        if value.dtype.kind in "iu":
            return [value[::-1].copy(), np.roll(value, 1)]
        shift = np.linspace(0.3, 0.9, value.size).reshape(value.shape)
        return [value + shift, value[::-1].copy()]
    return []


def _look_at_factors(results: list[Array], wanted: list[Array]) -> None:
    """Find a factor, such as -1, between all results and the right ones."""
    mine = np.concatenate([array.ravel() for array in results])
    right = np.concatenate([array.ravel() for array in wanted])
    known = np.abs(right) > 1e-12
    if not np.isfinite(right).all() or not known.any() or not np.allclose(mine[~known], 0):
        return
    factors = mine[known] / right[known]
    if np.allclose(factors, factors[0], rtol=1e-6, atol=0):
        if np.isclose(factors[0], -1):
            raise Found("sign")
        raise Found("factor", factor=float(factors[0]))
