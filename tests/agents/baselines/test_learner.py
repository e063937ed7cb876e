import random

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.baselines import SB3A2C, SB3DQN, SB3PPO, SB3MaskablePPO
from spielfeld.envs.many_worlds import ManyWorlds, rows_seed
from spielfeld.experiments.greedy import EPISODES, SEED

torch = pytest.importorskip("torch")
sb3 = pytest.importorskip("stable_baselines3")
make_vec_env = pytest.importorskip("stable_baselines3.common.env_util").make_vec_env
pytest.importorskip("sb3_contrib")

pytestmark = pytest.mark.slow
SMALL = {"num_envs": 2, "hidden": (8,)}
ROLLOUTS = {**SMALL, "steps": 16}
PPO_SETTINGS = {**ROLLOUTS, "batch_size": 16, "epochs": 2}
DQN_SETTINGS = {**SMALL, "learning_starts": 20, "train_every": 4, "target_every": 10}
LEARNERS = [
    (SB3PPO, PPO_SETTINGS),
    (SB3A2C, ROLLOUTS),
    (SB3DQN, DQN_SETTINGS),
    (SB3MaskablePPO, PPO_SETTINGS),
]


def make(learner_class, settings, seed=3):
    return learner_class(learner_class.config_class(**settings), seed)


def learn_in_our_rows(direct, samples, seed=3) -> None:
    """Learn by the library alone, in rows that are seeded as ours are."""
    direct.get_env().seed(rows_seed(seed))
    direct.learn(samples)


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def test_parameters_are_those_of_ppo_trained_directly_bit_for_bit() -> None:
    settings = {**PPO_SETTINGS, "schedule": "linear", "schedule_samples": 192}
    settings |= {"clip": 0.3, "clip_schedule": "linear", "value_weight": 0.6}
    learner = make(SB3PPO, settings)
    source = gym.make("CartPole-v1")
    for samples in (50, 100, 42):
        learner.learn(source, samples)
    direct = sb3.PPO(
        "MlpPolicy", make_vec_env("CartPole-v1", 2), n_steps=16, batch_size=16, n_epochs=2, seed=3,
        vf_coef=0.3,
        learning_rate=lambda left: left * 3e-4, clip_range=lambda left: left * 0.3,
        policy_kwargs={"net_arch": [8]}, device="cpu",
    )  # fmt: skip
    learn_in_our_rows(direct, 192)
    assert learner.samples == direct.num_timesteps == 192
    assert_same_weights(learner, direct)


def test_parameters_are_those_of_a2c_trained_directly_bit_for_bit() -> None:
    learner = make(SB3A2C, {**ROLLOUTS, "entropy_weight": 0.01})
    learner.learn(gym.make("Pendulum-v1"), 320)
    direct = sb3.A2C(
        "MlpPolicy", make_vec_env("Pendulum-v1", 2), n_steps=16, ent_coef=0.01, seed=3,
        policy_kwargs={"net_arch": [8]}, device="cpu",
    )  # fmt: skip
    learn_in_our_rows(direct, 320)
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
    )  # fmt: skip
    learn_in_our_rows(direct, 256)
    assert_same_weights(learner, direct)


@pytest.mark.parametrize("seed", range(2))
def test_our_rows_teach_what_single_environments_teach_bit_for_bit(seed: int) -> None:
    learner = make(SB3PPO, PPO_SETTINGS, seed)
    learner.learn(gym.make("spielfeld/FrozenLake-v0", max_episode_steps=9), 320)
    rows = make_vec_env(
        "spielfeld/FrozenLake-v0", 2, env_kwargs={"max_episode_steps": 9}, seed=None
    )
    direct = sb3.PPO(
        "MlpPolicy", rows, n_steps=16, batch_size=16, n_epochs=2, seed=seed, device="cpu",
        policy_kwargs={"net_arch": [8]},
    )  # fmt: skip
    learn_in_our_rows(direct, 320, seed)
    assert_same_weights(learner, direct)


SOURCES = {
    "native rows": lambda: gym.make("spielfeld/FrozenLake-v0"),
    "copies": lambda: gym.make("Pendulum-v1"),
    "a vector": lambda: gym.make_vec(
        "CartPole-v1", 8, "sync", vector_kwargs={"autoreset_mode": AutoresetMode.DISABLED}
    ),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_rows_of_other_runs_and_of_evaluations_have_other_seeds(source, monkeypatch) -> None:
    used, reset = list(range(SEED, SEED + EPISODES)), ManyWorlds.reset
    used += range(51)  # of the runs themselves, which seed random actions

    def note(worlds, seed=None):
        used.extend(() if seed is None else range(seed, seed + worlds.rows))
        reset(worlds, seed)

    monkeypatch.setattr(ManyWorlds, "reset", note)
    for seed in range(51):
        learner = make(SB3A2C, {**ROLLOUTS, "num_envs": 8, "steps": 1}, seed)
        learner.learn(source(), 8)
        learner.learn(source(), 8)  # another source, in which it goes on
    assert len(used) == len(set(used)) == EPISODES + 51 + 2 * 51 * 8


def test_neighbouring_seeds_see_no_row_alike() -> None:
    seen = []
    for seed in (1_000, 1_001):
        learner = make(SB3DQN, {**DQN_SETTINGS, "num_envs": 8}, seed)
        learner.learn(gym.make("CartPole-v1"), 8)
        seen.append(learner.model.env.worlds.observation)
    assert len(np.unique(np.concatenate(seen), axis=0)) == 16


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


def test_learning_in_one_world_and_then_in_another_is_the_same_again() -> None:
    states = []
    for _ in range(2):
        learner = make(SB3PPO, PPO_SETTINGS)
        for limit in (20, 5, 7):
            learner.learn(gym.make("spielfeld/FrozenLake-v0", max_episode_steps=limit), 32)
        states.append(learner.state())
    assert same(*states)


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS[:2])
def test_continuous_actions_are_predicted_within_their_bounds(learner_class, settings) -> None:
    learner = make(learner_class, settings)
    learner.learn(gym.make("Pendulum-v1"), 64)
    observations = 100 * np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    actions = learner.predict(observations)
    assert actions.shape == (50, 1) and np.abs(actions).max() <= 2
    means = learner.model.predict(observations, deterministic=True)[0]
    assert np.array_equal(actions, means)
    assert np.allclose(learner.predict(observations[0]), actions[0])


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_predictions_are_what_the_library_would_do(learner_class, settings) -> None:
    learner = make(learner_class, settings)
    learner.learn(gym.make("CartPole-v1"), 64)
    observations = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    predicted = learner.predict(observations)
    assert predicted.shape == (50, 2)
    assert np.array_equal(
        predicted.argmax(axis=1), learner.model.predict(observations, deterministic=True)[0]
    )
    if learner_class is not SB3DQN:
        assert np.allclose(predicted.sum(axis=1), 1)


def test_history_tells_of_each_episode_and_of_samples_really_taken() -> None:
    learner, source = make(SB3PPO, PPO_SETTINGS), gym.make("CartPole-v1")
    history = learner.learn(source, 0)
    assert learner.samples == len(history) == 0
    history = learner.learn(source, 1_000)
    assert learner.samples == 1_024  # whole rollouts of 32
    history += learner.learn(source, 24)
    assert learner.samples == 1_024  # of which there were enough
    assert history["samples"].max() <= 1_024 and (history["samples"] % 2 == 0).all()
    assert (np.diff(history["samples"]) >= 0).all()
    assert 900 < history["episode_length"].sum() <= 1_024
    assert np.array_equal(history["episode_return"], history["episode_length"])


def test_a_shorter_last_minibatch_is_nothing_to_warn_of(recwarn: pytest.WarningsRecorder) -> None:
    make(SB3PPO, {**PPO_SETTINGS, "batch_size": 20}).learn(gym.make("CartPole-v1"), 32)
    assert not [warning for warning in recwarn if "mini-batch" in str(warning.message)]


def test_another_world_goes_on_with_what_was_learned() -> None:
    learner = make(SB3PPO, PPO_SETTINGS)
    learner.learn(gym.make("spielfeld/FrozenLake-v0"), 32)
    history = learner.learn(gym.make("spielfeld/FrozenLake-v0", max_episode_steps=5), 320)
    assert learner.samples == 352 and history["samples"].min() > 32
    assert history["episode_length"].max() == 5
    with pytest.raises(ValueError, match="Observation spaces do not match"):
        learner.learn(gym.make("spielfeld/CliffWalking-v0"), 32)


class Odd(gym.Env):
    """A world of one step with any spaces."""

    def __init__(self, observation_space, action_space) -> None:
        self.observation_space, self.action_space = observation_space, action_space

    def reset(self, *, seed=None, options=None):
        return self.observation_space.sample(), {}

    def step(self, action):
        return self.observation_space.sample(), 0.0, True, False, {}


@pytest.mark.parametrize(
    ("learner_class", "observations", "actions", "complaint"),
    [
        (SB3PPO, spaces.Discrete(2, start=1), spaces.Discrete(2), "observations numbered from 0"),
        (SB3PPO, spaces.Text(3), spaces.Discrete(2), "observations numbered from 0 or a box"),
        (SB3PPO, spaces.Discrete(2), spaces.Discrete(2, start=1), "numbered from 0 or a bounded"),
        (SB3A2C, spaces.Discrete(2), spaces.Box(-np.inf, np.inf), "or a bounded box, not Box"),
        (SB3DQN, spaces.Discrete(2), spaces.Box(-1, 1), "needs actions numbered from 0, not Box"),
        (SB3MaskablePPO, spaces.Discrete(2), spaces.Box(-1, 1), "actions numbered from 0, not"),
    ],
)
def test_spaces_that_do_not_fit_are_refused(
    learner_class, observations, actions, complaint
) -> None:
    with pytest.raises(ValueError, match=complaint):
        learner_class().learn(Odd(observations, actions), 10)


def test_nothing_is_predicted_before_anything_was_learned() -> None:
    with pytest.raises(ValueError, match="has no model yet: call learn first"):
        SB3PPO().predict(np.zeros(4))


@pytest.mark.parametrize(
    ("config_class", "settings", "complaint"),
    [
        (SB3PPO.config_class, {"activation": "bent"}, "no activation 'bent': choose one of relu"),
        (SB3PPO.config_class, {"schedule": "cosine"}, "no schedule 'cosine'"),
        (SB3PPO.config_class, {"clip_schedule": "step"}, "no clip_schedule 'step'"),
        (SB3PPO.config_class, {"steps": 1}, "2 or more"),
        (SB3PPO.config_class, {"batch_size": 1}, "batch_size must be 2 or more"),
        (SB3A2C.config_class, {"steps": 0}, "steps must be 1 or more"),
        (SB3A2C.config_class, {"hidden": (8, 0)}, "hidden must be 1 or more"),
        (SB3DQN.config_class, {"discount": 1.5}, "discount must be from 0 to 1"),
        (SB3DQN.config_class, {"exploration_rate": -1.0}, "exploration_rate must be from 0"),
    ],
)
def test_settings_out_of_their_range_are_named(config_class, settings, complaint) -> None:
    with pytest.raises(ValueError, match=complaint):
        config_class(**settings)


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_what_grows_beyond_all_numbers_is_told_in_a_sentence(learner_class, settings) -> None:
    learner = make(learner_class, {**settings, "learning_rate": 1e30})
    with pytest.raises(ValueError, match="no longer finite; choose a smaller learning_rate"):
        learner.learn(gym.make("CartPole-v1"), 500)


@pytest.mark.parametrize("learner_class", [SB3PPO, SB3A2C, SB3DQN])
def test_who_knows_no_masks_is_told_who_does(learner_class) -> None:
    with pytest.raises(ValueError, match="has no action masks: use sb3-maskable-ppo"):
        make(learner_class, SMALL).learn(gym.make("spielfeld/ConnectFour-v0"), 2_000)


def tamper(state: dict, name: str, value) -> dict:
    changed = dict(state)
    changed.pop(name)
    return changed if value is None else {**changed, name: value}


@pytest.mark.parametrize(("learner_class", "settings"), LEARNERS)
def test_misfitting_state_is_refused_and_changes_nothing(learner_class, settings) -> None:
    source, learner = gym.make("spielfeld/FrozenLake-v0"), make(learner_class, settings)
    learner.learn(source, 100)
    state, weight = learner.state(), next(n for n in learner.state() if n.startswith("policy."))
    slot = next(name for name in state if name.startswith("optimizer.0."))
    for wrong, complaint in (
        (tamper(state, weight, None), f"no numbers '{weight}'"),
        (tamper(state, weight, state[weight][:-1]), f"'{weight}' has shape .*, but this"),
        (tamper(state, weight, "text"), f"no numbers '{weight}'"),
        (tamper(state, weight, state[weight].astype(int)), f"no numbers '{weight}'"),
        (
            tamper(state, weight, state[weight] * np.nan),
            f"'{weight}' contains numbers that are not finite",
        ),
        (tamper(state, slot, np.zeros((3, 3, 3))), f"'{slot}' has shape"),
        (
            {**state, "optimizer.99.step": np.zeros(())},
            "'optimizer.99.step', which .* does not have",
        ),
        ({**state, "env.code": np.zeros(3)}, "'env.code', which is not expected here"),
    ):
        fresh = make(learner_class, settings, seed=9)
        fresh.learn(source, 0)
        before = fresh.state()
        with pytest.raises(ValueError, match=complaint):
            fresh.restore(wrong, source)
        assert same(fresh.state(), before)
