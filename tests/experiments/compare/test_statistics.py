import itertools

import numpy as np
import pytest

from spielfeld.experiments.compare import statistics
from spielfeld.experiments.compare.statistics import (
    difference,
    interquartile_mean,
    interval,
    probability_of_improvement,
)

# Returns of Q-learning on the cliff while exploring, from 5,000 steps each; and shares of perfect.
GENERATOR = np.random.default_rng(5)
SHAPES = {
    "normal": GENERATOR.normal(-49.4, 6.0, 500),
    "skewed": -20 - GENERATOR.lognormal(2.2, 0.9, 500),
    "two humps": np.where(GENERATOR.random(500) < 0.4, 0.2, 1.0) + GENERATOR.normal(0, 0.02, 500),
    "three values": GENERATOR.choice([0.896, 0.95, 1.0], 500),
    "mostly perfect": np.where(GENERATOR.random(500) < 0.7, 1.0, GENERATOR.random(500)),
}


def test_interquartile_mean_is_the_mean_of_the_middle_half() -> None:
    assert interquartile_mean(np.array([-1000.0, 1, 2, 3, 4, 5, 6, 1000])) == (2 + 3 + 4 + 5) / 4
    assert interquartile_mean(np.array([1.0, 2.0])) == 1.5
    assert np.isnan(interquartile_mean(np.array([1.0, 2, 3, np.nan])))


def test_interval_draws_seeds_within_each_world() -> None:
    low, high = interval([np.zeros(10), np.ones(10)])
    assert low == high == 0.5, "worlds themselves are not drawn"
    low, high = interval([np.arange(20.0)])
    assert low < 9.5 < high


@pytest.mark.parametrize("scores", [[1.0], [1.0, np.nan]])
def test_interval_of_too_little_is_no_number(scores: list[float]) -> None:
    assert np.isnan(interval([np.array(scores)])).all()


def test_interval_of_equal_scores_is_that_score() -> None:
    assert interval([np.full(5, 0.3)]) == (0.3, 0.3)


def test_equal_scores_are_no_difference() -> None:
    for paired in (True, False):
        found = difference([np.full(10, 1.0)], [np.full(10, 1.0)], paired)
        assert found == (0, 0, 0) and found.told and not found.seen


def test_rounding_is_no_difference() -> None:
    scores = np.linspace(0, 1, 10)
    assert difference([scores], [scores + 1e-15], True) == (0, 0, 0)


def test_deterministic_scores_that_differ_are_a_difference() -> None:
    found = difference([np.full(10, 1.0)], [np.full(10, 0.75)], True)
    assert found.seen and found == (0.25, 0.25, 0.25)


def test_interval_holds_the_shifts_that_exchanges_do_not_rule_out() -> None:
    first, second = np.array([3.0, 1, 4, 1, 5, 9, 2]), np.array([2.0, 7, 1, 8, 2, 8, 1])
    signs = np.array(list(itertools.product([1, -1], repeat=7)))
    found = difference([first], [second], True)
    for end in (found.low, found.high):
        for shift, inside in ((end + 0.05 * (found.value - end), True),
                              (end - 0.05 * (found.value - end), False)):  # fmt: skip
            sums = np.abs(signs @ (first - second - shift))
            luck = (np.mean(sums > sums[0] + 1e-9) + np.mean(sums > sums[0] - 1e-9)) / 2
            assert (luck > 0.05) == inside


def test_difference_turns_with_its_sides_and_follows_shift_and_scale() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 12))
    for paired in (True, False):
        found = difference([first], [second], paired)
        moved = difference([10 * first + 7], [10 * second], paired)
        assert moved == pytest.approx([10 * number + 7 for number in found], abs=1e-6)
        turned = difference([second], [first], paired)
        expected = (-found.value, -found.high, -found.low)
        assert turned == pytest.approx(expected, abs=0 if paired else 0.1)


@pytest.mark.parametrize(("seeds", "told"), [(1, False), (2, False), (4, False), (6, True)])
def test_few_seeds_tell_nothing_however_far_apart(seeds: int, told: bool) -> None:
    near = np.arange(seeds) / 10
    for paired in (True, False):
        found = difference([near + 1_000], [near], paired)
        assert found.told == found.seen == (told or (seeds == 4 and not paired))


def test_far_apart_is_seen_through_a_stray_run() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 10))
    second[3] -= 500
    assert difference([first + 5], [second], True).seen


def test_worlds_are_weighed_alike_and_exchanged_within() -> None:
    easy, hard = np.full(10, 1.0), np.random.default_rng(0).random(10)
    found = difference([easy, hard + 1], [easy, hard], True)
    assert found.value == pytest.approx((0 + 1) / 2) and found.seen


def test_common_seeds_take_out_what_the_seed_decides() -> None:
    luck = np.random.default_rng(0).normal(size=10)
    first, second = luck + 0.1 + np.linspace(0, 0.01, 10), luck
    assert difference([first], [second], True).seen
    assert not difference([first], [second], False).seen


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [10, 20])
@pytest.mark.parametrize("shape", SHAPES)
def test_equal_learners_seem_to_differ_as_often_as_promised(
    shape: str, seeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "RESAMPLES", 799)
    generator = np.random.default_rng(seeds)
    verdicts = []
    for _ in range(200):
        drawn = generator.choice(SHAPES[shape], 2 * seeds, replace=False)
        verdicts.append(difference([drawn[:seeds]], [drawn[seeds:]], False).seen)
    assert 0.01 <= np.mean(verdicts) <= 0.10  # 0.05, and three standard errors of 200


def test_probability_of_improvement_counts_pairs_of_runs() -> None:
    first, second = np.array([1.0, 2, 3]), np.array([2.0, 2, 0])
    wins = (0 + 0 + 1) + (0.5 + 0.5 + 1) + (1 + 1 + 1)
    assert probability_of_improvement([first], [second]) == pytest.approx(wins / 9)
    assert probability_of_improvement([second], [first]) == pytest.approx(1 - wins / 9)
