import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_worlds import random_models, two_rooms

from spielfeld.agents.planning import (
    greedy_policy,
    policy_evaluation,
    policy_iteration,
    random_policy,
    soft_model,
    soft_policy,
)
from spielfeld.envs.tabular import TabularModel


def test_random_means_uniform_over_legal_actions() -> None:
    assert random_policy(two_rooms()).tolist() == [[0.5, 0.5], [1, 0], [0.5, 0.5]]


def test_greedy_shares_ties_and_respects_the_mask() -> None:
    values = np.array([[1.0, 1.0, 0.0], [3.0, 2.0, 2.0]])
    legal = np.array([[True, True, True], [False, True, True]])
    assert greedy_policy(values, legal).tolist() == [[0.5, 0.5, 0], [0, 0.5, 0.5]]
    assert greedy_policy(values).tolist() == [[0.5, 0.5, 0], [1, 0, 0]]


def test_tolerance_is_relative_for_large_values_only() -> None:
    large = np.array([[1e6, 1e6 - 1e-4]])
    assert greedy_policy(large).tolist() == [[0.5, 0.5]]
    assert greedy_policy(large / 1e6 * 1e-3, tolerance=0).tolist() == [[1, 0]]
    assert greedy_policy(np.array([[0.0, -1e-6]])).tolist() == [[1, 0]]


def test_a_soft_policy_explores_among_legal_actions() -> None:
    # .9 of the greedy choice plus .1 spread over the legal ones.
    policy = np.array([[1.0, 0, 0], [0, 1, 0]])
    legal = np.array([[True, True, True], [False, True, True]])
    expected = [[0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3], [0, 0.95, 0.05]]
    assert soft_policy(policy, 0.1, legal) == pytest.approx(np.array(expected))
    assert soft_policy(policy, 1.0) == pytest.approx(np.full((2, 3), 1 / 3))


@given(random_models(), st.sampled_from([0.0, 0.1, 1.0]))
def test_a_policy_in_the_soft_world_earns_what_its_soft_version_earns(model, rate: float) -> None:
    chosen = policy_iteration(model, 0.9).policy
    moved = policy_evaluation(soft_model(model, rate), chosen, 0.9)
    softened = soft_policy(chosen, rate, model.legal_actions)
    assert moved == pytest.approx(policy_evaluation(model, softened, 0.9), rel=1e-8, abs=1e-8)


def test_the_soft_world_keeps_masks_and_noise() -> None:
    model = two_rooms()
    noise = np.arange(12.0).reshape(3, 2, 2)
    noisy = TabularModel(
        model.probability, model.next_state, model.reward, model.terminated, model.start,
        model.legal, noise,
    )  # fmt: skip
    soft = soft_model(noisy, 0.1)
    assert np.array_equal(soft.legal_actions, model.legal_actions)
    assert soft.reward_deviation is not None
    assert soft.reward_deviation[0, 1].tolist() == [0, 1, 2, 3]
    assert soft.probability[0, 1] == pytest.approx([0.05, 0, 0.475, 0.475])
