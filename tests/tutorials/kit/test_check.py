"""The order of diagnosis, on functions that no exercise foresees."""

from collections.abc import Callable

import numpy as np
import pytest

from spielfeld.tutorials.kit.check import check
from spielfeld.tutorials.kit.exercises import exercises

ALL = exercises()
Rule = Callable[..., object]


def raises(x, y, slope, offset):
    error = slope * x + ofset - y  # noqa: F821
    return [error, error]


def raises_elsewhere(x, y, slope, offset):
    return np.linalg.inv(np.zeros((2, 2)))


def endless(x, y, slope, offset):
    return endless(x, y, slope, offset)


def changes(x, y, slope, offset):
    y -= slope * x + offset
    return np.array([np.mean(-y * x), np.mean(-y)])


def nothing_at_times(transition, following, discount):
    if transition.terminated:
        return transition.reward


def almost(x, y, slope, offset):
    by_slope, by_offset = ALL["gradient"].right(x, y, slope, offset)
    return [by_slope, by_offset + 0.3]


def only_at_end(transition, following, discount):
    if transition.terminated:
        return 3 * transition.reward + 1
    return transition.reward + discount * following.values.max()


def last_wrong(rewards, discount):
    returns = np.array(ALL["discounted_returns"].right(rewards, discount))
    returns[-1] += 1
    return returns


@pytest.mark.parametrize(
    ("name", "function", "verdict", "words"),
    [
        ("gradient", raises, "raises", "NameError: name 'ofset'"),
        ("gradient", raises, "raises", "error = slope * x + ofset - y"),
        ("gradient", raises_elsewhere, "raises", "return np.linalg.inv"),
        ("gradient", endless, "recursion", "return endless(x, y, slope, offset)"),
        ("gradient", lambda x, y: 0, "call", "`x, y, slope, offset`"),
        ("gradient", changes, "changes", "`y`"),
        ("gradient", lambda *case: None, "unfinished", "`return`"),
        ("gradient", lambda *case: ..., "unfinished", "`return`"),
        ("target", nothing_at_times, "nothing", "`return`"),
        ("gradient", lambda *case: "steep", "type", "`str`"),
        ("gradient", lambda *case: [1, [2, 3]], "type", "`list`"),
        ("gradient", lambda *case: {}, "type", "`dict`"),
        ("gradient", lambda *case: 1.5, "shape", "a single number"),
        ("gradient", lambda *case: np.zeros((2, 1)), "shape", "(2, 1)"),
        ("gradient", lambda *case: [np.nan, 1.0], "nan", "`nan`"),
        ("gradient", almost, "part", "number 2"),
        ("discounted_returns", last_wrong, "last", "last number"),
        ("target", only_at_end, "only-when", "`terminated`"),
        ("gradient", lambda x, y, s, o: [np.mean(x), s], "ignores", "`y`"),
        ("add_noise", lambda row, noise, a: row[0] * row * a + noise[0], "other", "by hand"),
        ("agreement", lambda v, s, t: np.mean(v == s) + 0.01 * t[0], "depends", "`truth`"),
        ("best_degree", lambda train, v, test: -np.argmin(v), "sign", "sign"),
        ("gradient", lambda *case: 3 * ALL["gradient"].right(*case), "factor", "3 times"),
        ("update", lambda *case: None, "unchanged", "`table`"),
        ("update", lambda *case: ..., "unfinished", "`return`"),
    ],
)
def test_a_fault_is_narrowed_down(name: str, function: Rule, verdict: str, words: str) -> None:
    found = check(name, function, "en")
    assert found.name == verdict and words in found.text
    german = check(name, function, "de")
    assert german.name == verdict and german.text != found.text


def test_an_error_is_located_by_the_line_of_the_learners_function() -> None:
    line = raises.__code__.co_firstlineno + 1
    assert f"Zeile {line}: `error" in check("gradient", raises, "de").text
    line = raises_elsewhere.__code__.co_firstlineno + 1
    assert f"line {line}: `return" in check("gradient", raises_elsewhere, "en").text


def test_factors_have_the_decimal_mark_of_the_language() -> None:
    function = lambda *case: 2.5 * ALL["gradient"].right(*case)  # noqa: E731
    assert "2,5-Fache" in check("gradient", function, "de").text
    assert "2.5 times" in check("gradient", function, "en").text


def test_a_right_function_that_breaks_a_law_is_told_the_law() -> None:
    random = np.random.default_rng(11)

    def choose(values, exploration_rate, generator):
        if random.random() < exploration_rate:
            return random.integers(len(values))
        return random.choice(np.flatnonzero(values == values.max()))

    verdict = check("choose", choose, "en")
    assert verdict.name == "own-randomness" and "`generator`" in verdict.text


def test_a_verdict_is_true_if_right_and_shows_itself() -> None:
    right, wrong = check("gradient", ALL["gradient"].right, "en"), check("gradient", changes, "en")
    assert right and not wrong
    assert str(right) == right.text == ALL["gradient"].praise.en
    shown = wrong._repr_html_()
    assert 'role="status"' in shown and "<code>y</code>" in shown and "✘" in shown
    assert "✔" in right._repr_html_()
    assert "…" in check("gradient", lambda *case: ..., "en")._repr_html_()


def test_html_of_a_verdict_holds_no_tag_of_the_learner() -> None:
    def gradient(x, y, slope, offset):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in check("gradient", gradient, "en")._repr_html_()


def test_lists_and_numbers_of_numpy_count_as_results() -> None:
    assert check("gradient", lambda *case: list(ALL["gradient"].right(*case)))
    assert check("loss", lambda *case: np.float32(0) + np.array(ALL["loss"].right(*case)))


def test_warnings_of_numpy_do_not_reach_the_learner(recwarn: pytest.WarningsRecorder) -> None:
    check("gradient", lambda x, *rest: np.mean([]) + x / 0)
    assert not recwarn.list
