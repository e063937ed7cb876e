"""What all of the family promise, and what DQN is equal to."""

from dataclasses import dataclass, replace
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Discrete
from value_worlds import ALL, WORLDS, cut_off, delayed, made, masked, memoryless, same

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.tabular.q_learning import q_learning_target
from spielfeld.agents.value_based.double_dqn import DoubleDQN, chosen_values, double_values
from spielfeld.agents.value_based.dqn import (
    DQN,
    DQNConfig,
    EpsilonGreedy,
    best_values,
    dqn_target,
    plain_network,
)
from spielfeld.agents.value_based.dueling_dqn import DuelingDQN, duelling_network
from spielfeld.agents.value_based.n_step_dqn import Chain, NStepDQN
from spielfeld.agents.value_based.prioritized_dqn import PrioritizedDQN, Proportional
from spielfeld.learning import SGD
from spielfeld.settings import Count, Share, Whole
from tests.agents.tabular.tabular_worlds import aimed

EACH = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
VALUES = np.array([[1.0, 5.0, 3.0], [2.0, 0.0, 4.0], [7.0, 8.0, 9.0]])
LEGAL = np.array([[True, False, True], [True, True, True], [False, False, False]])


def test_the_best_value_is_that_of_a_legal_action() -> None:
    assert best_values(VALUES, LEGAL).tolist() == [3, 4, -np.inf]


def test_targets_by_hand() -> None:
    reward, ended = np.array([1, 2, 3], np.float32), np.array([False, True, True])
    # 1 + .5 * 4; and the rewards alone where the world ended, even if nothing is legal there
    target = dqn_target(reward, 0.5, ended, np.array([4, 9, -np.inf]))
    assert target.tolist() == [3, 2, 3] and target.dtype == np.float32


def test_one_network_chooses_and_the_other_one_judges() -> None:
    still = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]])
    # action 1 of row 0 would be the best, but is not legal
    assert double_values(VALUES[:2], still, LEGAL[:2]).tolist() == [30, 60]


def test_exploring_tries_legal_actions_equally_often_and_greed_breaks_ties_so() -> None:
    generator, rows = np.random.default_rng(0), 20_000
    values, legal = (
        np.tile([5.0, 3, 5, 9], (rows, 1)),
        np.tile([True, True, True, False], (rows, 1)),
    )
    greedy = np.bincount(EpsilonGreedy(values, legal, 0.0).draw(generator), minlength=4) / rows
    assert greedy == pytest.approx([0.5, 0, 0.5, 0], abs=0.02)
    soft = np.bincount(EpsilonGreedy(values, legal, 0.6).draw(generator), minlength=4) / rows
    assert soft == pytest.approx([0.4, 0.2, 0.4, 0], abs=0.02)


class WeightsAlone(SGD):
    """Leaves out the bias, which a table does not have."""

    def step(self, parameters: Any, gradient: Any, learning_rate: Any = None) -> None:
        super().step(parameters, {"weights0": gradient["weights0"]}, learning_rate)


def test_without_memory_and_with_a_table_for_a_network_it_is_q_learning() -> None:
    learner = made(
        DQN, 3, network="linear", num_envs=1, batch_size=1, buffer_size=1, learning_starts=0,
        train_every=1, gradient_steps=1, target_every=1, huber_threshold=1e6, learning_rate=0.5,
    )  # fmt: skip
    source = gym.make("spielfeld/CliffWalking-v0")
    learner.learn(source, 0)
    table = learner.function.parameters["weights0"]
    table[...], learner.optimizer = 0, WeightsAlone()
    expected, everything = np.zeros(table.shape), np.ones(4, bool)
    for _ in range(1_000):
        learner.learn(source, 1)
        steps = learner.replay.at([0])
        state, action, after = (int(steps[k][0]) for k in (0, 1, 4))
        reward, ends = float(steps.reward[0]), bool(steps.terminated[0])
        aim = aimed(q_learning_target, reward, 0.9, ends, expected[after], everything, -1, 0.0)
        expected[state, action] -= 0.5 * (expected[state, action] - aim)
    assert np.abs(expected).max() > 10
    assert learner.predict(np.arange(38)) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def twins(one: Any, other: Any, **settings: Any) -> bool:
    for learner in (one, other):
        learner.learn(memoryless(), 600)
    shared = one.state().keys() & other.state().keys()
    return same(*({k: v for k, v in x.state().items() if k in shared} for x in (one, other)))


def test_looking_one_step_ahead_is_dqn() -> None:
    assert twins(made(DQN), made(NStepDQN, n_steps=1))
    assert not twins(made(DQN), made(NStepDQN, n_steps=2))


def test_double_dqn_is_dqn_where_both_networks_are_equal() -> None:
    assert twins(made(DQN, target_every=1), made(DoubleDQN, target_every=1))
    assert not twins(made(DQN, target_every=9), made(DoubleDQN, target_every=9))


class OneByOne(DQN):
    foresees = False


def test_with_equal_priorities_prioritised_replay_is_dqn() -> None:
    assert twins(made(OneByOne), made(PrioritizedDQN, priority_exponent=0.0))
    assert not twins(made(OneByOne), made(PrioritizedDQN, priority_exponent=0.5))


@dataclass(frozen=True)
class AllPartsConfig(DQNConfig):
    """Settings of all variants together."""

    n_steps: Count = 2
    priority_exponent: Share = 0.6
    correction: Share = 0.4
    correction_samples: Whole = 100_000


class AllParts(DQN):
    """Every part of every variant at once."""

    config_class = AllPartsConfig
    make_function = staticmethod(duelling_network)
    next_values = staticmethod(chosen_values)
    sampler_class = Proportional
    lookout_class = Chain
    foresees = False


@pytest.mark.parametrize("name", WORLDS)
def test_all_parts_together_solve_worlds_of_few_states(name: str) -> None:
    make, samples, answers = WORLDS[name]
    for seed in range(3):
        learner = made(AllParts, seed)
        learner.learn(make(), samples)
        assert learner.predict(list(answers)).argmax(axis=1).tolist() == list(answers.values())


def test_all_parts_without_effect_are_dqn() -> None:
    settings = {"n_steps": 1, "priority_exponent": 0.0, "target_every": 1}
    one, other = made(OneByOne, target_every=1), made(AllParts, **settings)
    other.make_function = plain_network
    assert twins(one, other)


@pytest.mark.parametrize("target_every", [1, 3, 10])
def test_batches_aimed_at_together_are_those_aimed_at_one_by_one(target_every: int) -> None:
    both = [made(kind, target_every=target_every, gradient_steps=4) for kind in (DQN, OneByOne)]
    paths = (learner.experience(memoryless(), 80) for learner in both)
    for one, two in zip(*paths, strict=True):
        for learner, batch in zip(both, (one, two), strict=True):
            learner.step(batch)
        assert np.array_equal(one.inputs, two.inputs) and np.array_equal(one.select, two.select)
        assert one.targets == pytest.approx(two.targets, abs=1e-4)
    assert both[0].updates == both[1].updates == 8


def test_a_duelling_network_has_a_value_that_is_the_mean_of_its_actions() -> None:
    learner = made(DuelingDQN)
    learner.learn(memoryless(), 600)
    inputs = learner.features(np.arange(4))
    value = learner.function.function(inputs)[:, 0]
    assert learner.predict(np.arange(4)).mean(axis=1) == pytest.approx(value, abs=1e-5)


@EACH
def test_truncated_step_keeps_its_bootstrap(kind: Any) -> None:
    learner = made(kind)
    learner.learn(cut_off(), 1_600)
    # staying for good is worth .3 / (1 - .9) = 3; with an end after two steps it would be .57
    assert 2 < learner.predict([0])[0, 1] < 3.3


@EACH
def test_what_is_not_legal_is_neither_done_nor_aimed_at(kind: Any) -> None:
    world = masked()  # refuses what is not legal
    learner = made(kind, num_envs=4)
    learner.learn(world, 0)
    last = list(learner.function.parameters)[-1]
    learner.learn(world, 800)
    steps = learner.replay.at(np.arange(len(learner.replay)))
    legal = world.model.legal_actions
    assert legal[steps.observation, steps.action].all()
    assert np.array_equal(steps.next_legal, legal[steps.next_observation])  # truncated ones as well
    assert learner.function.parameters[last].any()
    mask = np.array([False, False, True])
    assert {learner.act(0, mask) for _ in range(20)} == {2}


@EACH
def test_the_history_has_a_row_for_each_episode(kind: Any) -> None:
    history = made(kind).learn(delayed(), 800)
    assert list(history.columns) == [
        "samples", "episode_return", "episode_length", "loss", "mean_action_value",
        "exploration_rate",
    ]  # fmt: skip
    assert np.isnan(history["loss"][0]) and np.isfinite(history["loss"][-1])
    assert history["exploration_rate"][-1] == pytest.approx(0.1)
    assert set(history["episode_length"]) <= {1, 4}
    assert (history["episode_length"] == 4).tolist() == (history["episode_return"] == 1).tolist()


def test_updates_are_as_many_as_the_settings_say() -> None:
    learner = made(
        DQN, num_envs=4, train_every=10, gradient_steps=3, learning_starts=45, target_every=5
    )
    learner.learn(memoryless(), 100)
    # trainings at 50, 60, ..., 100 samples, in steps of 4: six of three updates each
    assert learner.updates == 18
    still, moving = learner.still.parameters["bias0"], learner.function.parameters["bias0"]
    assert not np.array_equal(still, moving)


def test_observations_one_by_one_are_predicted_as_among_many() -> None:
    learner = made(DQN)
    learner.learn(gym.make("CartPole-v1"), 200)
    rows = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    assert learner.predict(rows[1]) == pytest.approx(learner.predict(rows)[1])
    assert learner.act(rows[0]) in (0, 1)


def test_actions_may_begin_with_another_number_than_0() -> None:
    class Shifted(gym.Env[Any, Any]):
        observation_space, action_space = Discrete(2, start=7), Discrete(2, start=5)

        def reset(self, **options: Any) -> Any:
            super().reset(**options)
            return np.int64(7), {}

        def step(self, action: Any) -> Any:
            return np.int64(8), float(action == 6), True, False, {}

    learner = made(DQN)
    history = learner.learn(Shifted(), 200)
    assert set(history["episode_return"]) == {0, 1}
    assert learner.act(7) in (5, 6)


@EACH
def test_another_source_begins_new_episodes_and_keeps_what_was_learned(kind: Any) -> None:
    learner = made(kind)
    learner.learn(delayed(), 200)
    before = learner.predict([0]).copy()
    learner.learn(delayed(), 0)
    assert np.array_equal(before, learner.predict([0]))
    learner.learn(delayed(), 64)
    assert learner.samples == 192 + 64


def test_continuous_actions_are_refused() -> None:
    with pytest.raises(ValueError, match="DQN needs Discrete actions, not Box"):
        made(DQN).learn(gym.make("Pendulum-v1"), 10)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0), ("buffer_size", 15), ("learning_starts", -1), ("train_every", 0),
        ("gradient_steps", 0), ("target_every", 0), ("exploration_rate", 1.5),
        ("final_exploration_rate", -0.1), ("exploration_samples", -1), ("huber_threshold", 0.0),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        replace(DQNConfig(), **{name: value})


@pytest.mark.parametrize(("network", "learning_rate"), [("linear", 0.1), ("torch", 0.02)])
def test_other_networks_learn_too(network: str, learning_rate: float) -> None:
    if network == "torch":
        pytest.importorskip("torch")
    learner = made(DQN, network=network, learning_rate=learning_rate)
    learner.learn(memoryless(), 1_600)
    assert learner.predict(np.arange(4)).argmax(axis=1).tolist() == [3, 0, 1, 2]


def test_by_hand_or_by_autograd_the_path_is_the_same() -> None:
    pytest.importorskip("torch")
    by_hand, by_autograd = made(DQN), made(DQN, network="torch")
    for learner in (by_hand, by_autograd):
        learner.learn(memoryless(), 160)
    states = np.arange(4)
    assert by_hand.predict(states) == pytest.approx(by_autograd.predict(states), abs=1e-3)
