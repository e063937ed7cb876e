"""A2C and PPO as learners: how they differ, what their parts do, and that they balance a pole."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.policy_gradient.a2c import A2C
from spielfeld.agents.policy_gradient.parts import end_values
from spielfeld.agents.policy_gradient.ppo import PPO
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.tuning import seconds_to
from spielfeld.learning import CrossEntropy
from spielfeld.learning.batch import Batch
from tests.agents.known_answers import DISCRETE, KNOWN_ANSWERS

SMALL = {"num_envs": 8, "steps": 16, "hidden": (8,)}


def ppo(seed: int = 1, **settings: Any) -> PPO:
    return PPO(PPO.config_class(**{**SMALL, **settings}), seed)


def a2c(seed: int = 1, **settings: Any) -> A2C:
    return A2C(A2C.config_class(**{**SMALL, **settings}), seed)


def first_batch(learner: Any, source: gym.Env) -> Batch:
    return next(learner.experience(source, 128))


def gradient(learner: Any, batch: Batch) -> dict[str, np.ndarray]:
    prediction, backward = learner.function.forward(batch.inputs)
    return backward(learner.loss.derivative(prediction, batch.targets))


@pytest.mark.parametrize("world", ["one step", "masked actions", "continuous"])
def test_ppo_at_ratio_1_has_the_gradient_of_a2c(world: str) -> None:
    same = {"trace_decay": 0.9, "batch_size": 128, "normalise_advantages": False}
    one, other = ppo(**same), a2c(trace_decay=0.9)
    first, second = (
        gradient(learner, first_batch(learner, KNOWN_ANSWERS[world].make()))
        for learner in (one, other)
    )
    for name, slope in first.items():
        assert slope == pytest.approx(second[name], rel=1e-4, abs=1e-6)
    assert any(slope.any() for slope in first.values())


def test_both_have_the_gradient_of_reinforce_with_the_advantage_for_the_return() -> None:
    learner = ppo(batch_size=128, normalise_advantages=False, entropy_weight=0.0)
    batch = first_batch(learner, DISCRETE["one step"].make())
    slopes, part = gradient(learner, batch), learner.function.function.parts["policy"]
    weighted = CrossEntropy().derivative(
        part(batch.inputs), batch.targets.action, batch.targets.advantage
    )
    for name, slope in part.gradient(batch.inputs, weighted).items():
        assert slopes[f"policy.{name}"] == pytest.approx(slope, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(("rows", "sizes"), [(50, [43, 43, 42]), (1_000, [128]), (64, [64, 64])])
def test_every_epoch_is_the_whole_rollout_in_another_order(rows: int, sizes: list[int]) -> None:
    learner = ppo(batch_size=rows, epochs=3, learning_rate=1e-12)
    seen = []
    for batch in learner.experience(KNOWN_ANSWERS["continuous"].make(), 128):
        learner.step(batch)
        seen.append(batch.targets.action[:, 0])
    assert [len(part) for part in seen] == sizes * 3
    epochs = np.concatenate(seen).reshape(3, 128)
    assert not np.array_equal(epochs[0], epochs[1])
    assert np.array_equal(np.sort(epochs[0]), np.sort(epochs[1]))
    assert np.array_equal(np.sort(epochs[0]), np.sort(epochs[2]))


def steps_of(learner: PPO) -> int:
    """How many steps are taken along the first rollout."""
    batches = learner.experience(DISCRETE["one step"].make(), 128)
    return sum(1 for batch in batches if learner.step(batch) is None)


def test_a_policy_that_moved_too_far_leaves_the_remaining_epochs_out() -> None:
    fast = {"learning_rate": 0.1, "epochs": 10, "batch_size": 128}
    assert steps_of(ppo(**fast)) == 10
    assert 1 < steps_of(ppo(**fast, kl_limit=0.01)) < 10
    assert steps_of(ppo(**fast, kl_limit=1e9)) == 10


def test_the_clip_falls_along_its_schedule() -> None:
    learner = ppo(clip=0.4, clip_schedule="linear", schedule_samples=512)
    source, clips = DISCRETE["one step"].make(), []
    for _ in range(5):
        learner.learn(source, 128)
        clips.append(learner.loss.clip)
    assert clips == pytest.approx([0.3, 0.2, 0.1, 0, 0])


def test_normalised_advantages_are_those_of_the_whole_rollout() -> None:
    batch = first_batch(ppo(batch_size=128), DISCRETE["delayed reward"].make())
    advantage = batch.targets.advantage
    assert advantage.mean() == pytest.approx(0, abs=1e-6) and advantage.std() == pytest.approx(1)
    returns = batch.targets.returns  # which stay what they are
    assert returns.max() <= 1.5 and returns.std() < 1


def test_values_beyond_a_truncated_step_are_those_of_where_it_led() -> None:
    learner = a2c(num_envs=3, steps=2)
    learner.learn(KNOWN_ANSWERS["one step"].make(), 6)
    step = type("Step", (), {
        "reward": np.zeros(4),
        "terminated": np.array([True, False, True, False]),
        "truncated": np.array([True, True, False, False]),
        "next_observation": np.array([0, 1, 1, 0]),
    })  # fmt: skip
    value = learner.function(learner.features(1))[0, -1]
    assert end_values(learner, step) == pytest.approx([0, value, 0, 0])


@pytest.mark.parametrize("world", KNOWN_ANSWERS)
@pytest.mark.parametrize("make", [a2c, ppo])
def test_networks_by_hand_and_in_torch_learn_the_same(make: Any, world: str) -> None:
    pytest.importorskip("torch")
    source, observations = KNOWN_ANSWERS[world].make(), np.array(KNOWN_ANSWERS[world].observations)
    settings = {"batch_size": 64, "epochs": 3} if make is ppo else {}
    ours, theirs = make(**settings), make(network="torch", **settings)
    for learner in (ours, theirs):
        learner.learn(source, 5 * 128)
    assert theirs.predict(observations) == pytest.approx(ours.predict(observations), abs=1e-4)


def test_drawn_actions_are_those_of_the_policy_and_of_the_world() -> None:
    learner = a2c()
    learner.learn(KNOWN_ANSWERS["masked actions"].make(), 128)
    drawn = [learner.act(1, action_mask=np.array([1, 0, 1])) for _ in range(50)]
    assert {type(action) for action in drawn} == {int} and set(drawn) == {0, 2}
    assert {learner.act(1) for _ in range(200)} == {0, 1, 2}


def test_continuous_actions_fit_their_space() -> None:
    learner, source = a2c(), gym.make("Pendulum-v1")
    learner.learn(source, 256)
    observation = np.zeros(3, np.float32)
    drawn = [learner.act(observation) for _ in range(100)]
    assert all(source.action_space.contains(action) for action in drawn)
    assert learner.predict(observation).shape == (1,)
    assert learner.predict(observation[None]).shape == (1, 1)


class Shifted(gym.Env):
    """Actions 5 and 6, of which 6 pays."""

    observation_space = action_space = gym.spaces.Discrete(2, start=5)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 6, {}

    def step(self, action):
        assert action in (5, 6)
        return 6, float(action == 6), True, False, {}


def test_actions_are_counted_from_where_the_space_starts() -> None:
    learner = a2c(learning_rate=0.05)
    learner.learn(Shifted(), 600)
    assert learner.predict(6)[1] > 0.9
    assert {learner.act(6) for _ in range(50)} <= {5, 6}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps must be 1 or more, not 0."),
        ({"trace_decay": 1.1}, "trace_decay must be from 0 to 1, not 1.1."),
        ({"value_weight": -1.0}, "value_weight must be 0 or more, not -1.0."),
        ({"entropy_weight": float("nan")}, "entropy_weight must be 0 or more, not nan."),
        ({"epochs": 0}, "epochs must be 1 or more, not 0."),
        ({"batch_size": 0}, "batch_size must be 1 or more, not 0."),
        ({"clip": 0.0}, "clip must be above 0, not 0.0."),
        ({"clip_schedule": "wild"}, "There is no clip_schedule 'wild': choose one of constant, "
         "linear, cosine, step."),
        ({"kl_limit": -0.1}, "kl_limit must be 0 or more, not -0.1."),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused_in_a_sentence(settings: dict, message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        ppo(**settings)
    assert str(refusal.value) == message


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ppo_balances_the_pole_within_60_000_samples(seed: int) -> None:
    settings = {"num_envs": 32, "steps": 32, "learning_rate": 0.002}
    way = seconds_to(RunSpec("ppo", "CartPole-v1", 60_000, seed, settings), 475, every=10_000)
    assert way.passed
