"""Value iteration, policy iteration and finite-horizon planning agree with paper and each other."""

import dataclasses
import importlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_worlds import best_by_enumeration, line, random_models, two_rooms

from spielfeld.agents.planning import (
    action_values,
    finite_horizon,
    policy_evaluation,
    policy_iteration,
    proper_policy,
    random_policy,
    value_iteration,
)
from spielfeld.envs.tabular import TabularModel

sweeps = importlib.import_module("spielfeld.agents.planning.value_iteration")
SOLVERS = [value_iteration, policy_iteration]
ROUNDING = 1e-9


@pytest.mark.uncompiled
@pytest.mark.parametrize("solve", SOLVERS)
def test_two_rooms_with_patience(solve) -> None:
    # Staying earns 1 / (1 - .9) = 10; the door .9 (.5 10 + .5 10) = 9, so staying is best.
    plan = solve(two_rooms(), 0.9)
    assert plan.values == pytest.approx([10, 10, 0])
    assert plan.action_values[0] == pytest.approx([10, 9])
    assert plan.policy[0].tolist() == [1, 0]


@pytest.mark.uncompiled
@pytest.mark.parametrize("solve", SOLVERS)
def test_two_rooms_in_a_hurry(solve) -> None:
    # The door earns v = .5 (.5 10 + .5 v), so v = 10/3; staying first 1 + .5 10/3 = 8/3.
    plan = solve(two_rooms(), 0.5)
    assert plan.values == pytest.approx([10 / 3, 10, 0])
    assert plan.action_values[0] == pytest.approx([8 / 3, 10 / 3])
    assert plan.policy[0].tolist() == [0, 1]


@pytest.mark.uncompiled
@pytest.mark.parametrize("horizon, value", [(0, 0), (1, 1), (2, 5.5), (3, 7.75)])
def test_the_best_action_depends_on_the_time_left(horizon: int, value: float) -> None:
    # 1 step: stay 1. 2: door 1/2 10 + 1/2 1 = 5.5, stay 2. 3: door 5 + 1/2 5.5 = 7.75, stay 6.5.
    assert finite_horizon(two_rooms(), horizon)[0] == value


@pytest.mark.parametrize("solve", [value_iteration, policy_iteration, action_values])
def test_illegal_actions_are_never_chosen(solve) -> None:
    if solve is action_values:
        assert solve(two_rooms(), np.zeros(3))[1].tolist() == [10, -np.inf]
    else:
        assert solve(two_rooms(), 0.9).policy[1].tolist() == [1, 0]


@pytest.mark.uncompiled
def test_one_action_and_all_of_them_are_looked_ahead_alike() -> None:
    model, values = two_rooms(), np.array([3.0, 4.0, 0.0])
    world = sweeps.lookahead(model)
    one_by_one = [
        [sweeps.action_value(world, values, state, action, 0.9) for action in range(2)]
        for state in range(3)
    ]
    assert np.allclose(one_by_one, action_values(model, values, 0.9), rtol=1e-15)


@given(random_models(), st.sampled_from([0.0, 0.5, 0.9, 0.99]), st.sampled_from([1.0, 1e-2, 1e-8]))
def test_value_iteration_keeps_its_bound(model, discount: float, tolerance: float) -> None:
    plan = value_iteration(model, discount, tolerance)
    truth = best_by_enumeration(model, discount)
    assert plan.error_bound <= tolerance
    rounding = ROUNDING * max(1, np.abs(truth).max())
    assert np.abs(plan.values - truth).max() <= plan.error_bound + rounding


@given(random_models(), st.sampled_from([0.0, 0.5, 0.9, 0.99]))
def test_policy_iteration_finds_the_best_of_all_policies(model, discount: float) -> None:
    plan = policy_iteration(model, discount)
    truth = best_by_enumeration(model, discount)
    rounding = ROUNDING * max(1, np.abs(truth).max())
    assert np.abs(plan.values - truth).max() <= plan.error_bound + rounding


@given(random_models())
def test_the_planned_policy_earns_the_planned_values(model) -> None:
    plan = policy_iteration(model, 0.9)
    earned = policy_evaluation(model, plan.policy, 0.9)
    assert earned == pytest.approx(plan.values, rel=1e-6, abs=1e-6)


@given(random_models(), st.integers(0, 2**32 - 1))
def test_a_backup_is_a_contraction(model, seed: int) -> None:
    one, other = np.random.default_rng(seed).normal(scale=10, size=(2, model.states))
    backed_up = [action_values(model, values, 0.9).max(axis=1) for values in (one, other)]
    closer = np.abs(backed_up[0] - backed_up[1]).max()
    assert closer <= 0.9 * np.abs(one - other).max() + ROUNDING


@given(random_models())
def test_a_long_horizon_is_as_good_as_none(model) -> None:
    # What 500 steps leave out is at most .9^500 / (1 - .9) of the largest reward, about 1e-22.
    assert finite_horizon(model, 500, 0.9) == pytest.approx(
        value_iteration(model, 0.9, 1e-10).values, rel=1e-8, abs=1e-8
    )


@given(random_models(), st.integers(0, 6))
def test_no_policy_beats_the_plan_within_a_horizon(model, horizon: int) -> None:
    best = finite_horizon(model, horizon, 1.0)
    scale = ROUNDING * max(1, np.abs(best).max())
    for policy in (random_policy(model), model.legal_actions.argmax(axis=1)):
        assert (policy_evaluation(model, policy, 1.0, horizon) <= best + scale).all()


@pytest.mark.uncompiled
@pytest.mark.parametrize("solve", SOLVERS)
def test_without_discount_the_shortest_way_is_exact_and_no_bound_is_claimed(solve) -> None:
    plan = solve(line(6))
    assert plan.values.tolist() == [-5, -4, -3, -2, -1, 0]
    assert plan.residual == 0
    assert np.isnan(plan.error_bound)


def test_finite_horizon_stops_when_nothing_changes() -> None:
    assert finite_horizon(line(6), 10**12).tolist() == [-5, -4, -3, -2, -1, 0]


def test_the_shortest_way_is_proper() -> None:
    assert proper_policy(line(4))[:3].tolist() == [1, 1, 1]


@pytest.mark.parametrize("solve", SOLVERS)
def test_a_world_without_an_end_needs_a_discount(solve) -> None:
    with pytest.raises(ValueError, match="State 0: no policy ends an episode"):
        solve(line(3, end=False))
    assert solve(line(3, end=False), 0.5).values == pytest.approx([-2, -2, -2])


@pytest.mark.uncompiled
def test_a_loop_that_pays_for_ever_is_noticed() -> None:
    with pytest.raises(ValueError, match="State 0: its value still changes by 1 after 50 sweeps"):
        value_iteration(two_rooms(), max_sweeps=50)
    with pytest.raises(ValueError, match="State 0: the policy never ends"):
        policy_iteration(two_rooms())


def test_without_discount_policies_that_never_end_are_no_choice() -> None:
    # State 0: wait for nothing, or end at -1. Waiting for ever is worth 0, but it is no episode.
    next_state = np.array([[[0], [1]], [[1], [1]]])
    reward = np.array([[[0.0], [-1]], [[0], [0]]])
    model = TabularModel(
        np.ones((2, 2, 1)), next_state, reward, next_state == 1, np.array([1.0, 0])
    )
    assert policy_iteration(model).values.tolist() == [-1, 0]


@pytest.mark.parametrize("solve", SOLVERS)
def test_plans_tie_all_optimal_actions(solve) -> None:
    # From 0 two ways of two steps lead to the end, through 1 and through 2.
    next_state = np.array([[1, 2], [3, 0], [0, 3], [3, 3]])[..., None]
    reward = np.where(np.arange(4)[:, None, None] < 3, -1.0, 0.0) * np.ones((4, 2, 1))
    model = TabularModel(np.ones((4, 2, 1)), next_state, reward, next_state == 3, np.eye(4)[0])
    assert solve(model, 0.9).policy[0].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("factor", [1e-12, 1e-6, 1e6])
@pytest.mark.parametrize("discount", [0.9, 1.0])
def test_rewards_in_another_unit_change_no_policy(factor: float, discount: float) -> None:
    # From 0 the long way round, through 1, pays 3 in the end; the way through 2 pays 2.
    next_state = np.array([[1, 2], [3, 0], [3, 2], [3, 3]])[..., None]
    reward = np.array([[0.0, 0], [3, 0], [2, 0], [0, 0]])[..., None]
    arrays = np.ones((4, 2, 1)), next_state, reward, next_state == 3, np.eye(4)[0]
    model = TabularModel(*arrays)
    other = dataclasses.replace(model, reward=factor * reward)
    known, scaled = (policy_iteration(each, discount) for each in (model, other))
    assert scaled.values == pytest.approx(factor * known.values, rel=1e-9)
    assert np.array_equal(scaled.policy, known.policy)
    assert known.policy[0].tolist() == [1, 0]


@pytest.mark.whole
def test_importing_planners_loads_neither_numba_nor_scipy() -> None:
    lines = "import sys, spielfeld.agents.planning; print({'numba', 'scipy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert found.stdout == "set()\n", found.stderr
