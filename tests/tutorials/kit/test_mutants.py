"""Every small change of a solution is noticed, and four in five are explained."""

import functools
from collections import Counter
from typing import Any

import pytest

from spielfeld.tutorials.kit.check import judge
from spielfeld.tutorials.kit.exercises import exercises
from tests.tutorials.kit.mutants import mutants
from tests.tutorials.kit.test_exercises import shows_a_value

ALL = exercises()
SQUARED = "the difference is squared, so its sign does not count"
SAME_LENGTH = "both have the same number of rows"
ONE_LENGTH = "both are arrays of the same length"
INFINITE = "NumPy divides by 0 and gives infinity, with a warning"
OVERWRITTEN = "each number is overwritten"
EQUIVALENT = {
    ("loss", "sides of predictions - targets"): SQUARED,
    ("gradient", "argument of np.array([np.mean(error * x), np.mean(error)])"): "a list will do",
    ("cross_entropy", "arguments swapped in np.maximum(given, np.finfo(float).eps)"): "symmetric",
    ("cross_entropy", "probabilities for targets"): SAME_LENGTH,
    ("forward", "arguments swapped in np.maximum(signal, 0)"): "symmetric",
    ("flip_labels", "labels for poisoned"): "the chosen labels are still the old ones",
    ("flip_labels", "poisoned for labels"): ONE_LENGTH,
    ("assign", "sides of points[:, None] - centroids"): SQUARED,
    ("assign", "mean for np.sum"): "divided by the number of features, the nearest is the same",
    ("move", "moved for centroids"): ONE_LENGTH,
    ("covariance", "sides of inputs - inputs.mean(axis=0)"): SQUARED,
    ("covariance", "inputs for centred"): "the other factor is centred, so the mean adds 0",
    ("covariance", "centred for inputs"): ONE_LENGTH,
    ("choose", "LtE in generator.random() < exploration_rate"): "equal once in 2^53 draws",
    ("upper_bound", "False for count == 0"): INFINITE,
    ("upper_bound", "without if count == 0:"): INFINITE,
    ("upper_bound", "pull for count"): INFINITE,
    ("upper_bound", "-1 for 0"): INFINITE,
    ("exploration_rate", "Gt in step >= duration"): "at the end of the line both are its end",
    ("converged", "sides of new - old"): "its absolute value is taken",
    ("discounted_returns", "ones for np.zeros"): OVERWRITTEN,
    ("discounted_returns", "returns for rewards"): ONE_LENGTH,
    ("advantage", "ones for np.zeros"): OVERWRITTEN,
    ("advantage", "values for rewards"): ONE_LENGTH,
    ("advantage", "returns for rewards"): ONE_LENGTH,
}


@functools.cache
def verdicts(name: str) -> list[tuple[str, str]]:
    """Return the description and the verdict of each mutant of a solution."""
    exercise, found = ALL[name], []
    mistakes = {one.name for one in exercise.mistakes}
    for what, source in mutants(exercise.answer()):
        space: dict[str, Any] = {}
        exec(compile(source, f"{name}.py", "exec"), space)
        verdict = judge(exercise, space[name], "en")
        assert verdict.name == "raises" or not shows_a_value(exercise, verdict), verdict
        found.append((what, "named" if verdict.name in mistakes else verdict.name))
    return found


@pytest.mark.parametrize("name", ALL)
def test_no_mutant_of_a_solution_is_right_unless_it_does_the_same(name: str) -> None:
    right = {what for what, verdict in verdicts(name) if verdict == "right"}
    assert right == {what for exercise, what in EQUIVALENT if exercise == name}


def test_at_most_a_fifth_of_the_mutants_stay_unexplained() -> None:
    counts = Counter(verdict for name in ALL for _, verdict in verdicts(name))
    wrong = counts.total() - counts["right"] - counts["raises"]  # an error explains itself
    assert counts.total() > 1_000
    assert counts["other"] <= wrong / 5, counts
