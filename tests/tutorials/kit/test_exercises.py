"""What holds for every exercise; the checker is as good as these laws."""

import ast
import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from spielfeld.arrays import Array
from spielfeld.tutorials.kit.check import Verdict, check, hint, judge, solution
from spielfeld.tutorials.kit.exercise import RESERVED, Exercise, Mistake, Rule
from spielfeld.tutorials.kit.exercises import exercises, find
from spielfeld.tutorials.kit.text import LANGUAGES, Text
from spielfeld.tutorials.kit.trial import reference

ALL = exercises()
every_exercise = pytest.mark.parametrize("exercise", ALL.values(), ids=list(ALL))


def made(exercise: Exercise, source: str) -> Rule:
    space: dict[str, Any] = {}
    exec(source, space)
    rule: Rule = space[exercise.name]
    return rule


def results(exercise: Exercise, rule: Rule) -> list[Array]:
    """Return what a rule of the exercise, right or wrong, gives for all cases."""
    with np.errstate(all="ignore"):
        return [reference(exercise, rule, case) for case in exercise.cases]


def floats(value: object) -> Iterator[float]:
    """Yield the numbers with a fraction of an argument."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from floats(one)
    elif isinstance(value, float | np.ndarray) and np.asarray(value).dtype.kind == "f":
        yield from (float(one) for one in np.ravel(value) if one % 0.5)


def shows_a_value(exercise: Exercise, verdict: Verdict) -> bool:
    """Tell whether a sentence has a number of a case that does not stand in the text itself."""
    said = set(re.findall(r"\d+[.,]\d+", verdict.text))
    values = {number for case in exercise.cases for number in floats(case)}
    written = {style.format(abs(one)) for one in values for style in ("{:g}", "{:.3g}", "{!r}")}
    texts = [text for one in exercise.mistakes for text in (one.says.de, one.says.en)]
    known = {number for text in texts for number in re.findall(r"\d+[.,]\d+", text)}
    return bool({one.replace(",", ".") for one in said - known} & written)


def test_the_course_has_its_exercises_and_named_mistakes() -> None:
    assert len(ALL) >= 24
    assert sum(len(exercise.mistakes) for exercise in ALL.values()) >= 110
    assert {exercise.lesson for exercise in ALL.values()} == set(range(2, 15))


@every_exercise
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printed_solution_is_right(exercise: Exercise, language: str) -> None:
    verdict = judge(exercise, made(exercise, exercise.answer()), language)
    assert verdict and verdict.text == exercise.praise.in_(language)


@every_exercise
def test_the_reference_is_right(exercise: Exercise) -> None:
    if exercise.draws:  # it returns chances; the solution shows that they are right
        for chances in results(exercise, exercise.right):
            assert ((chances >= 0) & (chances <= 1)).all()
    else:
        assert judge(exercise, exercise.right)


@every_exercise
def test_the_stub_is_not_begun_and_its_docstring_is_in_the_language(exercise: Exercise) -> None:
    docstrings = set()
    for language in LANGUAGES:
        stub = exercise.stub(language)
        verdict = judge(exercise, made(exercise, stub), language)
        assert verdict.name == "unfinished"
        function = ast.parse(stub).body[-1]
        assert isinstance(function, ast.FunctionDef)
        docstrings.add(ast.get_docstring(function))
        assert all(len(line) <= 100 for line in stub.splitlines())
        for name in exercise.arguments:
            assert re.search(rf"\b{name}\b", ast.get_docstring(function) or ""), name
    assert len(docstrings) == 2


@every_exercise
def test_every_mistake_has_its_own_verdict_in_both_languages(exercise: Exercise) -> None:
    if exercise.draws:
        return  # learners' functions with these mistakes stand in test_random_functions.py
    for mistake in exercise.mistakes:
        said = [judge(exercise, mistake.wrong, language) for language in LANGUAGES]
        assert {verdict.name for verdict in said} == {mistake.name}
        assert said[0].text != said[1].text


@every_exercise
def test_no_two_mistakes_share_their_words(exercise: Exercise) -> None:
    for language in LANGUAGES:
        words = [one.says.in_(language) for one in exercise.mistakes]
        words += [exercise.hint(number, language) for number in (1, 2, 3)]
        assert len({*words}) == len(words)


@every_exercise
def test_cases_tell_all_versions_apart(exercise: Exercise) -> None:
    versions = {"right": exercise.right} | {one.name: one.wrong for one in exercise.mistakes}
    found = {name: results(exercise, rule) for name, rule in versions.items()}
    for one, other in itertools.combinations(found, 2):
        pairs = list(zip(found[one], found[other], strict=True))
        equal = [
            first.shape == second.shape and np.allclose(first, second, equal_nan=True)
            for first, second in pairs
        ]
        assert not all(equal), (one, other)


@every_exercise
def test_no_verdict_shows_a_number_of_a_case(exercise: Exercise) -> None:
    learners = [] if exercise.draws else [one.wrong for one in exercise.mistakes]
    learners += [lambda *case: 0.123, lambda *case: np.zeros(7), lambda *case: case[0]]
    for language in LANGUAGES:
        for learner in learners:
            verdict = judge(exercise, learner, language)
            assert not shows_a_value(exercise, verdict), verdict


def test_numbers_of_cases_would_be_found() -> None:
    exercise, value = ALL["gradient"], float(np.ravel(ALL["gradient"].cases[1][0])[0])
    for shown in (f"{abs(value):g}", f"{abs(value):.3g}".replace(".", ",")):
        assert shows_a_value(exercise, Verdict("other", f"It is {shown}."))


def test_hints_grow_and_end_with_three() -> None:
    for name in ALL:
        assert len({hint(name, number, "de") for number in (1, 2, 3)}) == 3
        assert solution(name) == ALL[name].answer()
    for number in (0, 4):
        with pytest.raises(ValueError, match="hints 1, 2 and 3"):
            hint("target", number)


def test_an_unknown_exercise_is_told_with_a_guess() -> None:
    with pytest.raises(ValueError, match=r"no exercise 'gradeint'\. Did you mean gradient\?"):
        check("gradeint", lambda: 0, "en")
    with pytest.raises(ValueError, match="Es gibt keine Übung „xyz“"):
        find("xyz", "de")


def test_the_checker_knows_no_exercise_that_cannot_be() -> None:
    good = ALL["descend"]
    parts = {field: getattr(good, field) for field in good.__dataclass_fields__}
    twice = (*good.mistakes, good.mistakes[0])
    reserved = (Mistake(RESERVED[0], good.right, Text("ja", "yes")),)
    for change in (
        {"mistakes": twice},
        {"mistakes": reserved},
        {"name": "ascend"},
        {"hints": good.hints[:2]},
        {"cases": ()},
        {"draws": 10},
    ):
        with pytest.raises(ValueError, match="Exercise"):
            Exercise(**{**parts, **change})


def test_german_addresses_the_learner_as_du_and_has_its_umlauts() -> None:
    for exercise in ALL.values():
        texts = [one.says for one in (*exercise.mistakes, *exercise.kinds, *exercise.laws)]
        for text in (*texts, *exercise.hints, exercise.task, exercise.praise):
            bare = re.sub(r"`[^`]*`", "", text.de)
            assert not re.search(r"\b(Sie haben|Ihre|Ihnen|fuer|ueber|waere|koennen)\b", bare), bare
