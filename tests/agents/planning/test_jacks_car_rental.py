"""Jack's car rental, told again with plain sums: example 4.2 and exercise 4.7 of the book."""

import math
from functools import cache

import numpy as np
import pytest

from spielfeld.agents.planning import (
    action_values,
    policy_evaluation,
    policy_iteration,
    value_iteration,
)
from spielfeld.agents.planning.policy_iteration import improve
from spielfeld.arrays import Floats
from spielfeld.envs.small_worlds.jacks_car_rental import DISCOUNT, MOVES, jacks_car_rental

SOLVERS = pytest.mark.parametrize("solve", [value_iteration, policy_iteration])


@cache
def place(requests: float, returns: float) -> tuple[Floats, Floats]:
    """Chance of each evening after each morning, and mean rentals, by all sums up to 45."""
    likely = [math.exp(-requests) * requests**k / math.factorial(k) for k in range(46)]
    back = [math.exp(-returns) * returns**k / math.factorial(k) for k in range(46)]
    evening, rented = np.zeros((21, 21)), np.zeros(21)
    for morning in range(21):
        for asked, chance in enumerate(likely):
            for brought, share in enumerate(back):
                out = min(asked, morning)
                evening[morning, min(20, morning - out + brought)] += chance * share
                rented[morning] += chance * share * out
    return evening, rented


@cache
def told_again(free_shuttle: bool, parking_fee: float) -> tuple[list[Floats], Floats]:
    """Policy iteration from "move none": the policies [21, 21] and the last one's values."""
    (evening_1, rented_1), (evening_2, rented_2) = place(3, 3), place(4, 2)
    policy, values, policies = np.zeros((21, 21), int), np.zeros((21, 21)), []

    def worth(at_1: int, at_2: int, moved: int, after: Floats) -> float:
        cars_1, cars_2 = min(20, at_1 - moved), min(20, at_2 + moved)
        paid = 2 * (moved - 1 if free_shuttle and moved > 0 else abs(moved))
        fees = parking_fee * sum(number > 10 for number in (int(cars_1), int(cars_2)))
        return after[cars_1, cars_2] - paid - fees

    while True:
        policies.append(policy)
        change = 1.0
        while change > 1e-9:
            after = 10 * (rented_1[:, None] + rented_2) + 0.9 * evening_1 @ values @ evening_2.T
            new = np.array([[worth(i, j, policy[i, j], after) for j in range(21)]
                            for i in range(21)])  # fmt: skip
            change, values = abs(new - values).max(), new
        after = 10 * (rented_1[:, None] + rented_2) + 0.9 * evening_1 @ values @ evening_2.T
        better = policy.copy()
        for i, j in np.ndindex(21, 21):
            moves = range(-min(5, j), min(5, i) + 1)
            best = max(moves, key=lambda moved: worth(i, j, moved, after))
            if worth(i, j, best, after) > worth(i, j, policy[i, j], after) + 1e-6:
                better[i, j] = best
        if np.array_equal(better, policy):
            return policies, values
        policy = better


VARIANTS = pytest.mark.parametrize(("free_shuttle", "parking_fee"), [(False, 0.0), (True, 4.0)])


@SOLVERS
@VARIANTS
@pytest.mark.slow
def test_example_4_2_and_exercise_4_7(solve, free_shuttle: bool, parking_fee: float) -> None:
    plan = solve(jacks_car_rental(free_shuttle, parking_fee), DISCOUNT)
    policies, values = told_again(free_shuttle, parking_fee)
    assert plan.values.reshape(21, 21) == pytest.approx(values, rel=0, abs=1e-6)
    chosen = policies[-1].ravel() + MOVES
    assert (plan.policy[np.arange(441), chosen] > 0).all()


@VARIANTS
def test_figure_4_2_policy_by_policy(free_shuttle: bool, parking_fee: float) -> None:
    model = jacks_car_rental(free_shuttle, parking_fee)
    expected, _ = told_again(free_shuttle, parking_fee)
    policy = np.full(441, MOVES)
    for moves in expected:
        assert np.array_equal(policy.reshape(21, 21) - MOVES, moves)
        values = policy_evaluation(model, policy, DISCOUNT)
        policy = improve(policy, action_values(model, values, DISCOUNT))
    assert np.array_equal(policy.reshape(21, 21) - MOVES, expected[-1])


def test_the_fourth_improvement_of_figure_4_2_is_optimal() -> None:
    policies, values = told_again(False, 0.0)
    assert len(policies) == 5
    best = policies[-1]
    assert (best[20, 0], best[0, 20], best[10, 10], best[8, 0], best[0, 8]) == (5, -4, 0, 3, -1)
    assert (values[0, 0], values[20, 20]) == pytest.approx((421.414, 636.990), abs=5e-4)


def test_every_day_of_jack_leads_to_each_evening_as_often_as_the_sums_say() -> None:
    model = jacks_car_rental()
    (evening_1, rented_1), (evening_2, rented_2) = place(3, 3), place(4, 2)
    for state, action in np.argwhere(model.legal_actions):
        at_1, at_2, moved = *divmod(int(state), 21), int(action) - MOVES
        morning = min(20, at_1 - moved), min(20, at_2 + moved)
        chances = np.outer(evening_1[morning[0]], evening_2[morning[1]]).ravel()
        np.testing.assert_allclose(model.probability[state, action], chances, rtol=0, atol=1e-13)
        earned = 10 * (rented_1[morning[0]] + rented_2[morning[1]]) - 2 * abs(moved)
        assert model.expected_reward[state, action] == pytest.approx(earned, abs=1e-9)
