import dataclasses
import importlib
import math

import numpy as np
import pytest
from hypothesis import given
from planning_worlds import best_that_ends, free_loop, line, models_with_free_loops, two_rooms

from spielfeld.agents.planning import (
    best_start_value,
    policy_iteration,
    random_policy,
    share_of_perfect,
    value_iteration,
)

perfect = importlib.import_module("spielfeld.agents.planning.perfect")


def test_the_optimum_is_all_and_random_is_nothing() -> None:
    model = two_rooms()
    best = share_of_perfect(model, policy_iteration(model, 0.9).policy, 0.9)
    assert (best.share, best.gap) == pytest.approx((1, 0))
    nothing = share_of_perfect(model, random_policy(model), 0.9)
    assert nothing.share == 0
    assert nothing.gap == pytest.approx(nothing.optimum - nothing.random)


def test_the_share_is_the_one_on_paper() -> None:
    # Discount .5. Optimum 10/3 and random 2.8 (see the planners' tests); always staying earns 2.
    score = share_of_perfect(two_rooms(), np.array([0, 0, 0]), 0.5)
    assert (score.value, score.optimum, score.random) == pytest.approx((2, 10 / 3, 2.8))
    assert score.share == pytest.approx((2 - 2.8) / (10 / 3 - 2.8))
    assert score.gap == pytest.approx(4 / 3)


def test_under_a_limit_all_three_are_measured_within_it() -> None:
    # Two steps: staying 2, optimum 5.5, random 3.375.
    score = share_of_perfect(two_rooms(), np.array([0, 0, 0]), horizon=2)
    assert (score.value, score.optimum, score.random) == (2, 5.5, 3.375)


def test_a_policy_that_never_ends_is_measured_under_a_limit_only() -> None:
    assert share_of_perfect(line(4), np.zeros(4, int), horizon=10).value == -10
    with pytest.raises(ValueError, match="State 0: the policy never ends"):
        share_of_perfect(line(4), np.zeros(4, int))


def test_with_nothing_to_gain_the_share_is_one_or_nothing() -> None:
    ended = dataclasses.replace(two_rooms(), start=np.array([0.0, 0, 1]))
    assert share_of_perfect(ended, np.zeros(3, int)).share == 1
    assert perfect._share(1.0, 1.0, 1.0) == 1
    assert math.isnan(perfect._share(0.0, 1.0, 1.0))


SIZES = [2, 9_999, 10_000, 10_001, 30_000]


@pytest.mark.parametrize("states", SIZES)
def test_states_out_of_reach_change_neither_optimum_nor_policy(states: int) -> None:
    # Waiting for ever would be worth 0, but only policies that end count: the way out costs 1.
    model = free_loop(states)
    assert best_start_value(model) == -1
    for solve in (policy_iteration, value_iteration):
        plan = solve(model)
        assert plan.values[0] == -1
        assert plan.policy[0].tolist() == [0.5, 0.5]  # to wait a little costs nothing


@pytest.mark.parametrize("states", SIZES)
def test_the_optimum_means_the_same_however_many_states_are_in_reach(states: int) -> None:
    model = free_loop(states, before=states - 2)
    assert best_start_value(model) == -1
    assert best_start_value(model, 0.999) == pytest.approx(0, abs=1e-8)  # any policy counts


@pytest.mark.parametrize("limit", [0, 10_000])
def test_the_optimum_is_the_same_in_every_unit_of_return(limit: int, monkeypatch) -> None:
    monkeypatch.setattr(perfect, "EXACT_LIMIT", limit)
    small = dataclasses.replace(two_rooms(), reward=1e-12 * two_rooms().reward)
    assert best_start_value(small, 0.5) == pytest.approx(1e-12 * 10 / 3, rel=1e-6)


def test_under_a_limit_waiting_is_a_choice() -> None:
    assert best_start_value(free_loop(2), horizon=10) == 0


@given(models_with_free_loops())
def test_planners_find_the_best_of_all_policies_that_end(model) -> None:
    truth = best_that_ends(model)
    for solve in (policy_iteration, value_iteration):
        assert solve(model).values == pytest.approx(truth, abs=1e-6)


def test_the_optimum_of_large_worlds_comes_from_value_iteration(monkeypatch) -> None:
    exact = best_start_value(two_rooms(), 0.9)
    called = []
    monkeypatch.setattr(perfect, "EXACT_LIMIT", 0)
    monkeypatch.setattr(
        perfect, "value_iteration", lambda *a: called.append(a) or value_iteration(*a)
    )
    assert best_start_value(two_rooms(), 0.9) == pytest.approx(exact, abs=1e-8)
    assert called
