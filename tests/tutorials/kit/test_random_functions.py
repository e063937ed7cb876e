"""Random functions: learners' functions with each mistake, and the chance to fail a right one."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from spielfeld.tutorials.kit.check import check
from spielfeld.tutorials.kit.exercises import exercises
from spielfeld.tutorials.kit.trial import DEVIATIONS

Rule = Callable[..., object]
ALL = exercises()


def choosing(explore: Rule, exploit: Rule, rate: Rule = lambda rate: rate) -> Rule:
    def choose(values, exploration_rate, generator):
        explores = generator.random() < rate(exploration_rate)
        return (explore if explores else exploit)(values, generator)

    return choose


def anything(values, generator):
    return generator.integers(len(values))


def best(values, generator):
    return generator.choice(np.flatnonzero(values == values.max()))


def soft(values, generator):
    grown = np.exp(values - values.max())
    return generator.choice(len(values), p=grown / grown.sum())


def others(values, generator):
    top = best(values, generator)
    return generator.choice([action for action in range(len(values)) if action != top])


CHOOSE: dict[str, Rule] = {
    "exploration-reversed": choosing(best, anything),
    "first-of-ties": choosing(anything, lambda v, g: v.argmax()),
    "last-of-ties": choosing(anything, lambda v, g: len(v) - 1 - v[::-1].argmax()),
    "never-explores": choosing(best, best),
    "always-random": choosing(anything, anything),
    "half-and-half": choosing(anything, best, lambda rate: 0.5),
    "explores-others-only": choosing(others, best),
    "last-never-explored": choosing(lambda v, g: g.integers(len(v) - 1), best),
    "first-never-explored": choosing(lambda v, g: g.integers(1, len(v)), best),
    "takes-worst": choosing(anything, lambda v, g: best(-v, g)),
    "softmax": choosing(anything, soft),
}


def flipping(chosen: Rule, new: Rule = lambda old, g: 1 - old) -> Rule:
    def flip_labels(labels, share, generator):
        poisoned, places = labels.copy(), chosen(labels, share, generator)
        poisoned[places] = new(poisoned[places], generator)
        return poisoned

    return flip_labels


def drawn(labels, share, generator):
    return generator.permutation(len(labels))[: round(share * len(labels))]


def again(labels, share, generator):
    return generator.integers(len(labels), size=round(share * len(labels)))


FLIP_LABELS: dict[str, Rule] = {
    "each-by-chance": flipping(lambda y, share, g: g.random(len(y)) < share),
    "with-repetition": flipping(again),
    "first-rows": flipping(lambda y, share, g: slice(round(share * len(y)))),
    "share-kept": flipping(lambda y, share, g: drawn(y, 1 - share, g)),
    "random-labels": flipping(drawn, lambda old, g: g.integers(0, 2, len(old))),
    "all-to-zero": flipping(drawn, lambda old, g: 0),
    "all-to-one": flipping(drawn, lambda old, g: 1),
    "nothing-flips": lambda labels, share, generator: labels.copy(),
    "everything-flips": lambda labels, share, generator: 1 - labels,
}
LEARNERS = {"choose": CHOOSE, "flip_labels": FLIP_LABELS}
CASES = [(name, mistake) for name, learners in LEARNERS.items() for mistake in learners]


def test_there_is_a_learner_for_each_mistake_of_a_random_function() -> None:
    for name, exercise in ALL.items():
        if exercise.draws:
            assert [one.name for one in exercise.mistakes] == [*LEARNERS[name]]


@pytest.mark.parametrize(("name", "mistake"), CASES)
def test_each_mistake_of_a_random_function_is_named(name: str, mistake: str) -> None:
    said = [check(name, LEARNERS[name][mistake], language) for language in ("de", "en")]
    assert {verdict.name for verdict in said} == {mistake}
    assert said[0].text != said[1].text


def chance_beyond(draws: int, chance: float) -> float:
    """Return how probable it is that a right event fails, by the exact binomial distribution."""
    if chance in (0, 1):
        return 0.0
    counts = np.arange(draws + 1)
    logs = [
        math.lgamma(draws + 1) - math.lgamma(k + 1) - math.lgamma(draws - k + 1) for k in counts
    ]
    logs += counts * math.log(chance) + (draws - counts) * math.log(1 - chance)
    far = np.abs(counts / draws - chance) > DEVIATIONS * math.sqrt(chance * (1 - chance) / draws)
    return float(np.exp(np.array(logs)[far]).sum())


@pytest.mark.parametrize("name", LEARNERS)
def test_a_right_function_fails_less_than_once_in_100_000_checks(name: str) -> None:
    exercise = ALL[name]
    chances = [chance for case in exercise.cases for chance in exercise.right(*case).tolist()]
    assert sum(chance_beyond(exercise.draws, chance) for chance in chances) < 1e-5


def test_a_right_function_passes_with_other_numbers() -> None:
    for skipped in range(5):

        def choose(values, exploration_rate, generator, skipped=skipped):
            generator.random(skipped)
            return choosing(anything, best)(values, exploration_rate, generator)

        assert check("choose", choose)


def test_outcomes_outside_of_the_actions_are_wrong() -> None:
    right = choosing(anything, best)
    assert not check("choose", lambda *case: right(*case) - 4)  # -1 would index the last action
    assert check("choose", lambda *case: [right(*case)]).name == "type"
    assert check("choose", lambda *case: None).name == "unfinished"
    assert check("flip_labels", lambda labels, *rest: labels[:3]).name == "type"


def test_a_random_function_that_changes_its_inputs_is_told_so() -> None:
    def flip_labels(labels, share, generator):
        labels[drawn(labels, share, generator)] ^= 1
        return labels

    assert check("flip_labels", flip_labels).name == "changes"
