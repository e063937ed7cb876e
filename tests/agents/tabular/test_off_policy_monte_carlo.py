"""Weighted importance sampling against averages over recorded episodes."""

import numpy as np
import pytest

from spielfeld.agents import OffPolicyMonteCarlo, OffPolicyMonteCarloConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.off_policy_monte_carlo import HUGE
from spielfeld.agents.tabular.rules import action_probability
from spielfeld.envs import TabularEnv, TabularModel
from tests.agents.tabular.tabular_worlds import corridor, lived_episodes

HALF = {"exploration_rate": 0.5, "final_exploration_rate": 0.5}


def clear_cut(seed: int = 0) -> TabularModel:
    """Make four states and an end, where action 0 pays 10 to 11 and action 1 costs 30."""
    random = np.random.default_rng(seed)
    next_state = random.integers(5, size=(5, 2, 3))
    next_state[4], next_state[:, :, 2] = 4, 4
    reward = np.stack([10 + random.random((5, 3)), np.full((5, 3), -30.0)], 1)
    reward[4] = 0.0
    probability = np.tile([0.4, 0.35, 0.25], (5, 2, 1))
    start = np.array([0.25, 0.25, 0.25, 0.25, 0.0])
    return TabularModel(probability, next_state, reward, next_state == 4, start)


def weighted_averages(episodes: list[list[Transition]], discount: float) -> dict:
    """Average all returns, each weighted by how much likelier action 0 was to follow (5.7)."""
    sums: dict = {}
    for steps in episodes:
        for start, step in enumerate(steps):
            later = steps[start + 1 :]
            weight = float(all(other.action == 0 for other in later)) / 0.75 ** len(later)
            powers = discount ** np.arange(len(steps) - start)
            result = powers @ [other.reward for other in steps[start:]]
            over, under = sums.get((step.state, step.action), (0.0, 0.0))
            sums[step.state, step.action] = over + weight * result, under + weight
    return {pair: over / under for pair, (over, under) in sums.items() if under > 0}


@pytest.mark.uncompiled
def test_values_are_averages_weighted_by_importance_while_the_target_stays() -> None:
    learner = OffPolicyMonteCarlo(OffPolicyMonteCarloConfig(discount=0.3, **HALF), 2)
    env = TabularEnv(clear_cut())
    learner.learn(env, 0)
    learner.action_values[:, 0] = 0.0  # better than -1,000, and than action 1 will ever be
    *episodes, _ = lived_episodes(learner, env, 2_000)
    expected = weighted_averages(episodes, 0.3)
    assert len(expected) == 8 and max(map(len, episodes)) > 6
    for pair, value in expected.items():
        assert learner.action_values[pair] == pytest.approx(value, rel=1e-10), pair


@pytest.mark.uncompiled
def test_update_by_hand() -> None:
    learner = OffPolicyMonteCarlo(OffPolicyMonteCarloConfig(discount=0.5, initial_value=-9.0))
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.action_values[:, 1] = 0.0
    learner.memory.weights[0, 1] = 2.0
    learner.reserve(3)
    for state, action, over in ((1, 0, False), (0, 1, False), (2, 1, True)):
        step = Transition(state, action, 1.0, 3, -1, over, over, 0.2, 0.2)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
    # Greedy actions are taken with probability 0.8 + 0.2 / 2 = 0.9, so step 1 weighs 1 / 0.9.
    weight = 1 / 0.9
    assert learner.action_values[2, 1] == 1.0
    assert learner.action_values[0, 1] == pytest.approx(weight / (2 + weight) * 1.5)
    assert learner.memory.weights[0, 1] == pytest.approx(2 + weight)
    # Action 0 in state 1 learns with weight 1 / 0.9^2, of which nothing was there before.
    assert learner.action_values[1, 0] == pytest.approx(1 + 0.5 * 1.5)
    assert learner.visits.sum() == 3 and learner.memory.length == 0


@pytest.mark.uncompiled
def test_nothing_is_learned_before_an_action_that_was_not_greedy() -> None:
    learner = OffPolicyMonteCarlo(OffPolicyMonteCarloConfig(initial_value=-9.0))
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.action_values[1] = 5.0, 9.0
    learner.reserve(3)
    for state, action, over in ((0, 1, False), (1, 0, False), (2, 1, True)):
        step = Transition(state, action, 0.0, 3, -1, over, over, 0.2, 0.2)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
    assert learner.visits.tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]


@pytest.mark.uncompiled
def test_episode_cut_off_teaches_nothing() -> None:
    learner = OffPolicyMonteCarlo()
    history = learner.learn(TabularEnv(corridor(9), max_episode_steps=5), 500)
    assert len(history) == 100
    assert not learner.visits.any() and (learner.action_values == -1_000.0).all()
    assert learner.memory.length == 0


@pytest.mark.uncompiled
def test_weights_stop_before_they_leave_the_range_of_numbers() -> None:
    # 3,000 steps, each picked with probability 1 / 2 though greedy: 2^3000 is no number.
    learner = OffPolicyMonteCarlo(OffPolicyMonteCarloConfig(initial_value=-1.0))
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.action_values[:, 1] = 0.0
    learner.reserve(3_000)
    for k in range(3_000):
        step = Transition(0, 1, 0.0, 3, -1, k == 2_999, k == 2_999, 1.0, 1.0)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
    assert 0 < learner.memory.weights[0, 1] < 10 * HUGE
    assert 0 < learner.visits[0, 1] < 3_000


def test_probability_of_an_action_by_hand() -> None:
    values, legal = np.array([1.0, 4.0, 4.0, 9.0]), np.array([True, True, True, False])
    assert action_probability(values, legal, 0.3, 0) == pytest.approx(0.3 / 3)
    assert action_probability(values, legal, 0.3, 2) == pytest.approx(0.3 / 3 + 0.7 / 2)
    assert action_probability(values, legal, 0.0, 1) == 0.5
    assert sum(
        action_probability(values, legal, 0.3, action) for action in range(3)
    ) == pytest.approx(1)
