"""Methods that judge a policy, against the planner's exact values."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import TemporalDifference, TemporalDifferenceConfig
from spielfeld.agents.planning import policy_evaluation, random_policy
from spielfeld.agents.tabular.prediction import PredictionLearner, policy_action
from spielfeld.agents.tabular.temporal_difference import temporal_difference_target
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.learning import SGD, Batch, GradientLearner, SquaredError, Table
from tests.agents.tabular.tabular_worlds import ALL, aimed, corridor, made, masked, two_rings

JUDGES = [learner_class for learner_class in ALL if issubclass(learner_class, PredictionLearner)]
AGENTS = [learner_class for learner_class in ALL if learner_class not in JUDGES]
each_judge = pytest.mark.parametrize("learner_class", JUDGES)


def test_target_by_hand() -> None:
    arguments = (np.array([8.0]), np.ones(3), -1, 0.0)
    assert aimed(temporal_difference_target, 2.0, 0.5, False, *arguments) == 2.0 + 0.5 * 8.0
    assert aimed(temporal_difference_target, 2.0, 0.5, True, *arguments) == 2.0


@pytest.mark.uncompiled
def test_temporal_difference_is_gradient_descent_on_one_cell() -> None:
    learner = TemporalDifference(TemporalDifferenceConfig(discount=0.5, learning_rate=0.25))
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.action_values[:, 0] = 1.0, 2.0, 4.0, 8.0
    table = Table(4, 1)
    table.parameters["table"][...] = learner.action_values
    by_descent = GradientLearner()
    by_descent.function, by_descent.loss, by_descent.optimizer = table, SquaredError(), SGD(0.25)
    env = TabularEnv(corridor(4))
    learner.learn(env, 1)
    target = 0.0 + 0.5 * table.parameters["table"][env.position, 0]
    by_descent.step(Batch(np.array([0]), np.array([target]), select=np.array([0])))
    assert np.array_equal(learner.action_values, table.parameters["table"])


def test_actions_are_picked_as_likely_as_the_policy_says() -> None:
    weights = np.array([0.5, 0.0, 0.25, 0.25])
    draws = np.arange(1_000) / 1_000
    picked = [policy_action(weights, draw) for draw in draws]
    assert np.bincount(picked).tolist() == [500, 0, 250, 250]


@pytest.mark.parametrize(
    "weights", [[0.1] * 10, [0.0, 1.0, 0.0], [1 / 3] * 3, [0.7, 0.2, 0.1, 0.0], [0.0, 5e-324, 0.0]]
)
def test_the_last_draw_picks_a_possible_action_whatever_rounding_does(weights: list[float]) -> None:
    picked = policy_action(np.array(weights), np.nextafter(1.0, 0.0))
    assert picked == max(np.flatnonzero(weights))
    assert policy_action(np.array(weights), 0.0) == np.flatnonzero(weights)[0]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (np.ones(4), r"The policy must have shape \(4, 2\), not \(4,\)\.$"),
        (np.full((5, 2), 0.5), r"The policy must have shape \(4, 2\), not \(5, 2\)\.$"),
        ([[1, 0], [1, 0], [0.5, 0.4], [1, 0]], r"The policy of state 2 is no distribution\.$"),
        ([[1, 0], [1.5, -0.5], [1, 0], [1, 0]], r"The policy of state 1 is no distribution\.$"),
        ([[np.nan, 1], [1, 0], [1, 0], [1, 0]], r"The policy of state 0 is no distribution\.$"),
        ([[np.inf, 0], [1, 0], [1, 0], [1, 0]], r"The policy of state 0 is no distribution\.$"),
        ([[1, 0], [1, 0], [1, 0], [0, 0]], r"The policy of state 3 is no distribution\.$"),
        ([[0.5, 0.5]] * 4, r"The policy takes action 0 in state 1, which is illegal\.$"),
    ],
)
@each_judge
def test_what_is_no_policy_is_refused_in_a_sentence(
    learner_class: type, policy: Any, message: str
) -> None:
    model, legal = corridor(4), np.ones((4, 2), bool)
    legal[1, 0] = False
    world = TabularModel(
        model.probability, model.next_state, model.reward, model.terminated, model.start, legal
    )
    with pytest.raises(ValueError, match=message):
        learner_class(policy=policy).learn(TabularEnv(world), 10)


@pytest.mark.uncompiled
@each_judge
def test_acting_follows_the_policy_that_was_given_even_under_a_mask(learner_class: type) -> None:
    learner = learner_class(policy=np.tile([0.0, 1.0], (4, 1)))
    learner.learn(TabularEnv(corridor(4), 9), 20)
    assert {learner.act(1, np.array([1, 1], np.int8)) for _ in range(30)} == {1}
    at_random = learner_class()
    at_random.learn(TabularEnv(corridor(4), 9), 20)
    assert {at_random.act(1, np.array([1, 0], np.int8)) for _ in range(30)} == {0}
    assert {at_random.act(1) for _ in range(50)} == {0, 1}


@pytest.mark.uncompiled
@each_judge
def test_state_values_are_the_only_column(learner_class: type) -> None:
    learner = learner_class()
    learner.learn(TabularEnv(masked(), 20), 300)
    assert learner.action_values.shape == (6, 1) and learner.memory.legal.shape == (6, 3)
    assert np.array_equal(learner.predict(np.arange(6)), learner.state_values)
    assert learner.predict(2).shape == ()
    assert np.array_equal(learner.judged_policy(masked()), random_policy(masked()))


@pytest.mark.uncompiled
@each_judge
def test_truncated_step_keeps_its_bootstrap(learner_class: type) -> None:
    config = learner_class.config_class(discount=0.5, learning_rate=1.0, learning_rate_decay=0.0)
    policy = np.tile([0.0, 1.0], (4, 1))
    learner = learner_class(config, policy=policy)
    env = TabularEnv(corridor(4), max_episode_steps=1)
    learner.learn(env, 0)
    learner.action_values[1] = 8.0  # the state where every episode is cut off
    learner.learn(env, 10)
    assert learner.state_values[0] == 0.5 * 8.0


def skewed(model: TabularModel) -> np.ndarray:
    """Return a policy that is neither random nor greedy."""
    weights = np.where(model.legal_actions, np.random.default_rng(2).random((6, 3)) + 0.1, 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


@each_judge
@pytest.mark.parametrize(
    ("world", "policy", "discount", "tolerance"),
    [
        ("spielfeld/RandomWalk5-v0", None, 1.0, 0.02),
        ("spielfeld/CornerGridWorld-v0", None, 1.0, 0.5),  # of values down to -22
        ("masks", skewed, 0.9, 0.1),
    ],
)
def test_values_approach_those_of_the_planner(
    learner_class: type, world: str, policy: Any, discount: float, tolerance: float
) -> None:
    env = TabularEnv(masked()) if world == "masks" else gym.make(world, time_limit=0)
    model = env.unwrapped.model
    judged = random_policy(model) if policy is None else policy(model)
    config = learner_class.config_class(discount=discount, learning_rate_decay=0.05)
    learner = learner_class(config, 1, policy=None if policy is None else judged)
    learner.learn(env, 600_000)
    truth, live = policy_evaluation(model, judged, discount), ~model.terminal
    assert learner.state_values[live] == pytest.approx(truth[live], abs=tolerance)


@pytest.mark.parametrize("learner_class", AGENTS)
@pytest.mark.parametrize("seed", range(10))
def test_every_agent_finds_the_way_through_a_corridor(learner_class: type, seed: int) -> None:
    learner = made(learner_class, seed, discount=0.9, exploration_samples=3_000)
    learner.learn(TabularEnv(corridor(5), 50), 6_000)
    values = learner.action_values
    assert values[:4].argmax(axis=1).tolist() == [1, 1, 1, 1]
    assert values[:4, 1] == pytest.approx(0.9 ** np.arange(3, -1, -1), abs=0.05)


@pytest.mark.uncompiled
def test_a_policy_that_does_not_suit_another_world_is_refused_there() -> None:
    learner = TemporalDifference(policy=np.tile([0.0, 1.0], (6, 1)))
    learner.learn(TabularEnv(two_rings(0)), 10)
    model, legal = two_rings(3), np.ones((6, 2), bool)
    legal[4, 1] = False
    other = TabularModel(
        model.probability, model.next_state, model.reward, model.terminated, model.start, legal
    )
    with pytest.raises(ValueError, match="takes action 1 in state 4, which is illegal"):
        learner.learn(TabularEnv(other), 10)
