import dataclasses
import importlib
import math

import numpy as np
import pytest
from planning_worlds import line, two_rooms

from agents.planning import (
    best_start_value,
    policy_iteration,
    random_policy,
    share_of_perfect,
    value_iteration,
)

perfect = importlib.import_module("agents.planning.perfect")


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


def test_the_optimum_of_large_worlds_comes_from_value_iteration(monkeypatch) -> None:
    exact = best_start_value(two_rooms(), 0.9)
    called = []
    monkeypatch.setattr(perfect, "EXACT_LIMIT", 0)
    monkeypatch.setattr(
        perfect, "value_iteration", lambda *a: called.append(a) or value_iteration(*a)
    )
    assert best_start_value(two_rooms(), 0.9) == pytest.approx(exact, abs=1e-8)
    assert called
