import dataclasses
import importlib

import numpy as np
import pytest
from hypothesis import given
from planning_worlds import line, random_models, solved_densely, two_rooms

from spielfeld.agents.planning import (
    expected_steps,
    policy_evaluation,
    random_policy,
    start_value,
)
from spielfeld.envs.tabular import TabularModel

evaluation = importlib.import_module("spielfeld.agents.planning.policy_evaluation")


def test_a_random_policy_earns_what_paper_says() -> None:
    # v1 = 10; v0 = 1/2 (1 + v0) + 1/2 (1/2 10 + 1/2 v0) = 3 + 3/4 v0, so v0 = 12.
    model = two_rooms()
    assert policy_evaluation(model, random_policy(model)) == pytest.approx([12, 10, 0])


def test_discounting_counts_from_the_next_step_on() -> None:
    # v0 = 1/2 (1 + v0 / 2) + 1/4 (10 / 2 + v0 / 2) = 7/4 + 3/8 v0, so v0 = 14/5.
    model = two_rooms()
    assert policy_evaluation(model, random_policy(model), 0.5) == pytest.approx([2.8, 10, 0])


@pytest.mark.parametrize("horizon, value", [(0, 0), (1, 0.5), (2, 3.375)])
def test_a_horizon_counts_the_return_within_that_many_steps(horizon: int, value: float) -> None:
    # One step: 1/2 1 = .5. Two: 1/2 (1 + .5) + 1/2 (1/2 10 + 1/2 .5) = .75 + 2.625 = 3.375.
    model = two_rooms()
    assert policy_evaluation(model, random_policy(model), horizon=horizon)[0] == value


def test_a_long_horizon_equals_none() -> None:
    model = two_rooms()
    policy = random_policy(model)
    limited = policy_evaluation(model, policy, horizon=10**9)  # ends early, or never comes back
    assert limited == pytest.approx(policy_evaluation(model, policy))


def test_a_horizon_allows_a_policy_that_never_ends() -> None:
    assert policy_evaluation(line(4), np.zeros(4, int), horizon=25).tolist() == [-25, -25, -25, 0]


def test_actions_and_probabilities_describe_the_same_policy() -> None:
    model = two_rooms()
    by_action = policy_evaluation(model, np.array([1, 0, 0]), 0.9)
    assert np.array_equal(by_action, policy_evaluation(model, np.eye(2)[[1, 0, 0]], 0.9))


def test_expected_steps_are_those_on_paper() -> None:
    # n1 = 1; n0 = 1 + 3/4 n0 + 1/4 n1, so n0 = 5.
    model = two_rooms()
    assert expected_steps(model, random_policy(model)) == pytest.approx([5, 1, 0])


@given(random_models())
def test_evaluation_equals_a_dense_solve(model) -> None:
    chosen = model.legal_actions.argmax(axis=1)
    truth = solved_densely(model, chosen, 0.9)
    assert policy_evaluation(model, chosen, 0.9) == pytest.approx(truth, rel=1e-9, abs=1e-9)


@pytest.mark.uncompiled
def test_sweeps_of_large_worlds_equal_the_direct_solution(monkeypatch) -> None:
    model = line(30)
    policy = random_policy(model)
    direct = policy_evaluation(model, policy)
    monkeypatch.setattr(evaluation, "DIRECT_LIMIT", 0)
    swept = policy_evaluation(model, policy)
    assert not np.array_equal(swept, direct)
    assert swept == pytest.approx(direct, rel=1e-6)


@pytest.mark.uncompiled
@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_sweeps_are_as_exact_in_every_unit_of_return(factor: float, monkeypatch) -> None:
    model = line(30)
    other = dataclasses.replace(model, reward=factor * model.reward)
    direct = policy_evaluation(model, random_policy(model))
    monkeypatch.setattr(evaluation, "DIRECT_LIMIT", 0)
    swept = policy_evaluation(other, random_policy(model))
    assert swept == pytest.approx(factor * direct, rel=1e-6)


def test_a_policy_that_never_ends_is_refused_by_the_state() -> None:
    # Action 0 ends from everywhere but state 1, where it waits; nothing leads to state 1.
    next_state = np.array([[[2], [2]], [[1], [2]], [[2], [2]]])
    model = TabularModel(
        np.ones((3, 2, 1)), next_state, np.zeros((3, 2, 1)), next_state == 2, np.eye(3)[0]
    )
    with pytest.raises(ValueError, match=r"State 1: the policy never ends .* discount .* horizon"):
        policy_evaluation(model, np.zeros(3, int))
    with pytest.raises(ValueError, match="State 1: the policy never ends"):
        expected_steps(model, np.zeros(3, int))
    assert start_value(model, np.zeros(3, int)) == 0


def test_a_loop_elsewhere_does_not_matter_from_the_start() -> None:
    model = two_rooms()
    assert start_value(line(4), np.ones(4, int)) == -3
    moved = dataclasses.replace(model, start=np.array([0.0, 1, 0]))
    for_ever_in_room_0 = np.array([0, 0, 0])
    assert start_value(moved, for_ever_in_room_0) == 10
    with pytest.raises(ValueError, match="State 0"):
        policy_evaluation(moved, for_ever_in_room_0)


@pytest.mark.parametrize(
    "policy, message",
    [
        (np.zeros((3, 4)), r"must have shape \(3,\) or \(3, 2\), not \(3, 4\)"),
        (np.full((3, 2), 0.6), "State 0: the policy is no distribution"),
        (np.array([0, 0, 2]), "State 2: the policy is no distribution"),
        (np.array([[2.0, -1], [1, 0], [1, 0]]), "State 0: the policy is no distribution"),
        (np.array([0, 1, 0]), "State 1: the policy takes action 1, which is not legal"),
    ],
)
def test_what_is_no_policy_is_refused(policy: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        policy_evaluation(two_rooms(), policy, 0.5)


@pytest.mark.parametrize("discount", [-0.1, 1.1, float("nan")])
def test_what_is_no_discount_is_refused(discount: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        policy_evaluation(two_rooms(), np.zeros(3, int), discount)
