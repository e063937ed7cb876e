import random

import gymnasium as gym
import numpy as np
import pytest

import envs  # noqa: F401, registers the environments
from agents.baselines import SB3A2C, SB3DQN, SB3PPO, SB3MaskablePPO

torch = pytest.importorskip("torch")
sb3 = pytest.importorskip("stable_baselines3")
make_vec_env = pytest.importorskip("stable_baselines3.common.env_util").make_vec_env
pytest.importorskip("sb3_contrib")

SMALL = {"num_envs": 2, "hidden": (8,)}
ROLLOUTS = {**SMALL, "steps": 16}
PPO_SETTINGS = {**ROLLOUTS, "batch_size": 16, "epochs": 2}
DQN_SETTINGS = {**SMALL, "learning_starts": 20, "train_every": 2, "target_every": 10}
LEARNERS = [
    (SB3PPO, PPO_SETTINGS),
    (SB3A2C, ROLLOUTS),
    (SB3DQN, DQN_SETTINGS),
    (SB3MaskablePPO, PPO_SETTINGS),
]


def make(learner_class, settings, seed=3):
    return learner_class(learner_class.config_class(**settings), seed)


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def test_parameters_are_those_of_ppo_trained_directly_bit_for_bit() -> None:
    settings = {**PPO_SETTINGS, "schedule": "linear", "schedule_samples": 192, "clip": 0.3}
    learner = make(SB3PPO, settings)
    source = gym.make("CartPole-v1")
    for samples in (50, 100, 42):
        learner.learn(source, samples)
    direct = sb3.PPO(
        "MlpPolicy", make_vec_env("CartPole-v1", 2), n_steps=16, batch_size=16, n_epochs=2, seed=3,
        learning_rate=lambda left: left * 3e-4, clip_range=lambda left: left * 0.3,
        policy_kwargs={"net_arch": [8]}, device="cpu",
    ).learn(192)  # fmt: skip
    assert learner.samples == direct.num_timesteps == 192
    assert_same_weights(learner, direct)


def test_parameters_are_those_of_a2c_trained_directly_bit_for_bit() -> None:
    learner = make(SB3A2C, {**ROLLOUTS, "entropy_weight": 0.01})
    learner.learn(gym.make("Pendulum-v1"), 320)
    direct = sb3.A2C(
        "MlpPolicy", make_vec_env("Pendulum-v1", 2), n_steps=16, ent_coef=0.01, seed=3,
        policy_kwargs={"net_arch": [8]}, device="cpu",
    ).learn(320)  # fmt: skip
    assert_same_weights(learner, direct)


def test_parameters_are_those_of_dqn_trained_directly_bit_for_bit() -> None:
    learner = make(SB3DQN, {**DQN_SETTINGS, "exploration_samples": 128})
    source = gym.make("CartPole-v1")
    for samples in (100, 156):
        learner.learn(source, samples)
    direct = sb3.DQN(
        "MlpPolicy", make_vec_env("CartPole-v1", 2), seed=3, learning_starts=20, train_freq=2,
        buffer_size=100_000, target_update_interval=10, exploration_fraction=0.5, device="cpu",
        policy_kwargs={"net_arch": [8]},
    ).learn(256)  # fmt: skip
    assert_same_weights(learner, direct)


def assert_same_weights(learner, direct) -> None:
    ours, theirs = learner.model.policy.state_dict(), direct.policy.state_dict()
    assert same({k: v.numpy() for k, v in ours.items()}, {k: v.numpy() for k, v in theirs.items()})


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_generators_of_the_process_are_left_as_they_were(learner_class, settings) -> None:
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    expected = random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002
    threads = torch.get_num_threads()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    make(learner_class, settings).learn(gym.make("spielfeld/FrozenLake-v0"), 100)
    assert (random.random(), np.random.rand(), torch.rand(()).item()) == expected  # noqa: NPY002
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_what_others_draw_meanwhile_changes_nothing(learner_class, settings) -> None:
    source, learner = gym.make("spielfeld/FrozenLake-v0"), make(learner_class, settings)
    undisturbed = make(learner_class, settings)
    for _ in range(3):
        torch.rand(3), np.random.rand(2)  # noqa: NPY002
        learner.learn(source, 64)
        undisturbed.learn(source, 0)
    undisturbed.learn(source, 192)
    assert same(learner.state(), undisturbed.state())


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_restored_learner_predicts_the_same_bits(learner_class, settings) -> None:
    source, learner = gym.make("spielfeld/FrozenLake-v0"), make(learner_class, settings)
    learner.learn(source, 100)
    restored = make(learner_class, settings, seed=9)
    restored.restore(learner.state(), source)
    states = np.arange(16)
    assert np.array_equal(learner.predict(states), restored.predict(states))
    assert same(learner.state(), restored.state())
    restored.learn(source, 64)
    assert restored.samples > learner.samples
