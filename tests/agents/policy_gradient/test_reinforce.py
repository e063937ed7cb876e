"""REINFORCE and its baseline: the gradient is that of the expected return, and what it solves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.continuous import Gaussian
from spielfeld.agents.planning import start_value
from spielfeld.agents.policy_gradient.parts import ActionTargets, Categorical
from spielfeld.agents.policy_gradient.ppo import ClippedLoss
from spielfeld.agents.policy_gradient.reinforce import (
    ROOM,
    Episodes,
    Played,
    Reinforce,
    ReinforceConfig,
    ReinforceLoss,
    discounted_returns,
)
from spielfeld.agents.policy_gradient.reinforce_with_baseline import (
    ReinforceWithBaseline,
    ReinforceWithBaselineConfig,
)
from spielfeld.envs.env import TabularEnv
from spielfeld.envs.tabular import TabularModel
from spielfeld.learning.beside import Beside
from spielfeld.learning.function import Linear
from tests.agents.policy_gradient.reinforce_worlds import (
    chosen,
    delayed_reward,
    memoryless,
    one_step,
    truncation,
)

ROWS, ACTIONS = 6, 3
KINDS = pytest.mark.parametrize("kind", [Reinforce, ReinforceWithBaseline])


def make(kind: type[Reinforce], seed: int = 0, **settings: Any) -> Reinforce:
    return kind(kind.config_class(**settings), seed)


# The gradient.


def example(kind: Any, masked: bool = False) -> tuple[np.ndarray, Played]:
    generator = np.random.default_rng(1)
    prediction = generator.normal(size=(ROWS, ACTIONS if kind is Categorical else 2 * ACTIONS))
    legal = np.tile([True, False, True], (ROWS, 1)) if masked else None
    action = kind(prediction, legal).draw(generator)
    return prediction, Played(action, legal, generator.normal(size=ROWS))


@pytest.mark.parametrize(("kind", "masked"), [(Categorical, 0), (Categorical, 1), (Gaussian, 0)])
def test_finite_differences_confirm_the_derivative(kind: Any, masked: int) -> None:
    prediction, target = example(kind, bool(masked))
    loss, weights = ReinforceLoss(kind), np.linspace(0.5, 2, ROWS)
    slope = loss.derivative(prediction, target, weights)
    for place in np.ndindex(prediction.shape):
        step = np.zeros_like(prediction)
        step[place] = 1e-6
        above, below = (loss.value(prediction + s, target, weights) for s in (step, -step))
        assert slope[place] == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("kind", [Categorical, Gaussian])
def test_gradient_of_ppo_at_ratio_1_is_that_of_reinforce(kind: Any) -> None:
    prediction, played = example(kind)
    log_probability = kind(prediction).log_probability(played.action)
    taken = ActionTargets(played.action, None, log_probability, played.returns, played.returns)
    ppo = ClippedLoss(kind, 0.0, 0.0, clip=0.2)
    with_value = np.column_stack([prediction, np.ones(ROWS)])
    slope = ppo.derivative(with_value, taken)
    assert slope[:, -1].tolist() == [0.0] * ROWS
    expected = ReinforceLoss(kind).derivative(prediction, played)
    assert slope[:, :-1] == pytest.approx(expected, abs=1e-15)


def slippery() -> TabularModel:
    """Two cells and an end; every action may slip, and every way pays something else."""
    probability = np.array([[[0.7, 0.3], [0.2, 0.8]], [[0.9, 0.1], [0.4, 0.6]], [[1, 0], [1, 0]]])
    next_state = np.array([[[0, 1], [1, 2]], [[2, 0], [1, 2]], [[2, 2], [2, 2]]])
    reward = np.array([[[1.0, -2.0], [0.5, 3.0]], [[-1.0, 4.0], [2.0, 0.0]], [[0, 0], [0, 0]]])
    return TabularModel(probability, next_state, reward, next_state == 2, np.array([0.6, 0.4, 0]))


STEPS = 3  # after which every episode is cut, so that all of them can be counted


def every_episode(model: TabularModel) -> Iterator[tuple[float, list[tuple[int, int, float]]]]:
    """Yield the chance that the world gives each course of events, the policy's left out."""

    def follow(state: int, chance: float, steps: list[Any]) -> Iterator[Any]:
        if len(steps) == STEPS or (steps and state == 2):
            yield chance, steps
            return
        for action, outcome in product(range(2), range(2)):
            place = state, action, outcome
            now = (state, action, model.reward[place])
            share = chance * model.probability[place]
            yield from follow(int(model.next_state[place]), share, [*steps, now])

    for state in range(2):
        yield from follow(state, float(model.start[state]), [])


@KINDS
@pytest.mark.parametrize("masked", [False, True])
def test_mean_gradient_over_all_episodes_is_that_of_the_exact_value(
    kind: type[Reinforce], masked: bool
) -> None:
    model = slippery()
    learner = make(kind, num_envs=1, discount=1.0)
    learner.learn(TabularEnv(model, STEPS), 0)
    parts: dict[str, Any] = {"policy": Linear(3, 2)}
    parts |= {"value": Linear(3, 1)} if kind.critic else {}
    learner.function = Beside(**parts)
    generator = np.random.default_rng(2)
    for parameter in learner.function.parameters.values():
        parameter[...] = generator.normal(size=parameter.shape)
    mask = np.array([[True, not masked], [True, True], [True, True]])

    def probabilities() -> np.ndarray:
        return learner.policy(learner.function(np.eye(3)), mask).best()

    mean: dict[str, Any] = {}
    total = 0.0
    for chance, steps in every_episode(model):
        states, actions = (np.array([step[k] for step in steps]) for k in (0, 1))
        chance *= probabilities()[states, actions].prod()
        total += chance
        if not chance:
            continue
        returns = discounted_returns(np.array([step[2] for step in steps]), 0.0, 1.0)
        batch = learner.lesson(np.eye(3)[states], actions, returns, mask[states])
        prediction, backward = learner.function.forward(batch.inputs)
        slopes = backward(learner.loss.derivative(prediction, batch.targets, batch.weights))
        for name, slope in slopes.items():
            mean[name] = mean.get(name, 0) + chance * slope
    assert total == pytest.approx(1)
    exact = lambda: start_value(model, probabilities(), 1.0, STEPS)  # noqa: E731
    for name in ("policy.weights", "policy.bias"):
        parameter = learner.function.parameters[name]
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + 1e-5
            above = exact()
            parameter[place] = kept - 1e-5
            below = exact()
            parameter[place] = kept
            assert -mean[name][place] == pytest.approx((above - below) / 2e-5, abs=1e-8)


def test_each_episode_counts_the_same_however_long_it_is() -> None:
    learner = make(Reinforce, episodes=2)
    learner.learn(one_step(), 0)
    batch = learner.lesson(np.zeros((5, 3), np.float32), np.zeros(5, int), np.arange(5.0))
    prediction = learner.function(batch.inputs)
    logs = learner.policy(prediction).log_probability(batch.targets.action)
    value = learner.loss.value(prediction, batch.targets, batch.weights)
    assert value == pytest.approx(-(np.arange(5.0) * logs).sum() / 2)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_step_of_the_book_is_the_sum_over_an_episode(optimizer: str) -> None:
    learner = make(
        Reinforce,
        num_envs=1,
        network="linear",
        optimizer=optimizer,
        learning_rate=0.1,
        discount=1.0,
    )
    env = memoryless()
    learner.learn(env, 0)
    before = learner.function.parameters["policy.weights0"].copy()
    batches = list(learner.experience(env, 10))
    assert len(batches) == 1 and len(batches[0].inputs) == 10
    learner.step(batches[0])
    policy, targets = Categorical(batches[0].inputs @ before), batches[0].targets
    book = 0.1 * batches[0].inputs.T @ (targets.returns[:, None] * policy.score(targets.action))
    moved = learner.function.parameters["policy.weights0"] - before
    assert (moved == pytest.approx(book, abs=1e-5)) is (optimizer == "sgd")


# What is played, and what of it is learned from.


class Recording(Reinforce):
    """Keeps its batches."""

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        super().__init__(config, seed)
        self.seen: list[Any] = []

    def step(self, batch: Any) -> None:
        self.seen.append(batch)
        super().step(batch)


@pytest.mark.parametrize("mode", AutoresetMode)
def test_every_finished_episode_is_learned_from_once_and_whole(mode: AutoresetMode) -> None:
    worlds = gym.make_vec("CartPole-v1", 3, "sync", vector_kwargs={"autoreset_mode": mode})
    learner = Recording(ReinforceConfig(num_envs=3, discount=1.0), seed=1)
    history = learner.learn(worlds, 400)
    assert len(history) == len(learner.seen) > 5
    for batch, length, earned in zip(
        learner.seen, history["episode_length"], history["episode_return"], strict=True
    ):
        assert batch.targets.returns.tolist() == list(range(int(length), 0, -1))
        assert batch.targets.returns[0] == earned
        assert batch.weights == length
        assert np.abs(batch.inputs[0]).max() <= 0.05  # where CartPole begins
        assert len(np.unique(batch.inputs, axis=0)) == length


def test_step_is_taken_when_enough_episodes_are_over() -> None:
    learner = Recording(ReinforceConfig(num_envs=2, episodes=3), seed=1)
    history = learner.learn(one_step(), 20)
    assert len(history) == 20 and len(learner.seen) == 6
    assert [len(batch.inputs) for batch in learner.seen] == [3] * 6


def test_truncated_return_is_cut_without_a_critic_and_bootstrapped_with_one() -> None:
    cut, kept = (
        make(kind, num_envs=1, discount=0.5) for kind in (Reinforce, ReinforceWithBaseline)
    )
    for learner in (cut, kept):
        env = truncation()
        batches = [batch for _ in range(20) for batch in learner.experience(env, 1)]
        stayed = [batch for batch in batches if batch.targets.action[0] == 0]
        left = [batch for batch in batches if batch.targets.action[0] == 1]
        value = learner.function(np.eye(2)[:1])[0, -1] if learner.critic else 0.0
        for batches, expected in ((stayed, 1 + 0.5 * value), (left, 3.0)):
            assert batches
            assert [b.targets.returns[0] for b in batches] == pytest.approx(
                [expected] * len(batches)
            )


@KINDS
def test_no_episode_goes_on_in_another_source(kind: type[Reinforce]) -> None:
    learner, going_on = make(kind, num_envs=2), memoryless()  # for ten steps
    learner.learn(going_on, 12)
    assert learner.episodes.length.tolist() == [6, 6]
    history = learner.learn(memoryless(), 20)
    assert history["episode_length"].tolist() == [10, 10]
    learner.learn(going_on, 8)
    assert learner.episodes.length.tolist() == [4, 4]


def test_episodes_longer_than_the_room_at_first_are_kept_whole() -> None:
    inputs, action = np.zeros((2, 2), np.float32), np.zeros(2, int)
    episodes, steps = Episodes(inputs, action, None), 3 * ROOM
    for t in range(steps):
        taken = np.array([True, t % 2 == 0])  # every other step of the second row is a reset
        rows = np.array([[t, -t], [t, -t]])
        episodes.add(taken, reward=np.array([t, t]), inputs=rows, action=action)
    assert episodes.length.tolist() == [steps, steps // 2]
    episodes.finish(1, 0.0, 1.0)
    episodes.finish(0, 0.0, 1.0)
    short, long = episodes.take(1), episodes.take(1)
    assert short.reward.tolist() == list(range(0, steps, 2))
    assert long.inputs.tolist() == [[t, -t] for t in range(steps)]
    assert episodes.finished == 0 and len(episodes.log.world) == 0


def test_episodes_are_handed_over_in_the_order_in_which_they_ended() -> None:
    episodes = Episodes(np.zeros((3, 1)), np.zeros(3, int), np.ones((3, 2), bool))
    for t in range(4):
        row = {"inputs": np.full((3, 1), t), "action": np.arange(3), "legal": np.ones((3, 2))}
        episodes.add(np.ones(3, bool), reward=np.ones(3), **row)
        if t in (1, 3):
            episodes.finish(3 - t, 0.5, 1.0)  # world 2 after two steps, world 0 after four
    assert episodes.finished == 2 and episodes.length.tolist() == [0, 4, 2]
    first = episodes.take(1)
    assert first.returns.tolist() == [2.5, 1.5] and first.inputs.ravel().tolist() == [0, 1]
    second = episodes.take(1)
    assert second.returns.tolist() == [4.5, 3.5, 2.5, 1.5] and set(second.action) == {0}
    episodes.drop()
    assert len(episodes.log.world) == 0


# Known answers.

SETTINGS: dict[str, Any] = {
    "num_envs": 8, "network": "linear", "learning_rate": 0.03, "episodes": 4, "discount": 0.9,
}  # fmt: skip


@KINDS
@pytest.mark.parametrize(
    ("make_world", "samples", "answer"),
    [(one_step, 1_000, [1, 0]), (delayed_reward, 3_000, [1]), (memoryless, 4_000, [1, 0])],
)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.slow
def test_known_answer_is_found(
    kind: type[Reinforce], make_world: Any, samples: int, answer: list[int], seed: int
) -> None:
    learner = make(kind, seed, **SETTINGS)
    learner.learn(make_world(), samples)
    assert chosen(learner, range(len(answer))) == answer


@KINDS
@pytest.mark.parametrize("seed", range(10))
def test_only_who_bootstraps_sees_beyond_a_time_limit(kind: type[Reinforce], seed: int) -> None:
    learner = make(kind, seed, **SETTINGS)
    learner.learn(truncation(), 2_000)
    assert chosen(learner, [0]) == [0 if kind.critic else 1]


class Aim(gym.Env[Any, Any]):
    """One step: the nearer to the aim, the better."""

    observation_space = gym.spaces.Box(-1, 1, (1,))
    action_space = gym.spaces.Box(-2, 2, (1,))

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:
        return np.ones(1, np.float32), -float((action[0] - 1) ** 2), True, False, {}


@KINDS
def test_continuous_action_is_found(kind: type[Reinforce]) -> None:
    learner = make(kind, network="linear", learning_rate=0.02, episodes=8)
    learner.learn(Aim(), 2_000)
    assert learner.predict(np.ones(1))[0] == pytest.approx(1, abs=0.3)


@KINDS
def test_illegal_actions_are_never_tried(kind: type[Reinforce]) -> None:
    env = gym.make("spielfeld/ConnectFour-v0", opponent="random")  # who plays one raises an error
    learner = make(kind, seed=1)
    history = learner.learn(env, 200)
    assert len(history) > 8 and history["entropy"][-1] < np.log(7)


# The same again.

CASES = [
    ("CartPole-v1", {}),
    ("spielfeld/CliffWalking-v0", {"normalise_observations": True, "episodes": 3}),
    ("spielfeld/ConnectFour-v0", {"num_envs": 2, "episodes": 5, "optimizer": "sgd"}),
]


@KINDS
def test_saved_episodes_with_columns_of_different_lengths_are_refused(kind: Any) -> None:
    learner = make(kind, num_envs=2)
    learner.learn(memoryless(), 12)
    state = learner.state()
    state["episodes.log.reward"] = state["episodes.log.reward"][:-1]
    with pytest.raises(ValueError, match="columns of the saved episodes have different lengths"):
        make(kind, num_envs=2).restore(state, memoryless())


# Settings.


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"episodes": 0}, "episodes must be 1 or more, not 0."),
        ({"optimizer": "adamw"}, "There is no optimizer 'adamw': choose one of adam, sgd."),
    ],
)
@pytest.mark.parametrize("kind", [ReinforceConfig, ReinforceWithBaselineConfig])
def test_settings_out_of_range_are_refused(
    kind: type[ReinforceConfig], settings: dict[str, Any], answer: str
) -> None:
    with pytest.raises(ValueError) as error:
        kind(**settings)
    assert str(error.value) == answer


def test_value_cannot_count_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="value_weight must be 0 or more, not -1"):
        ReinforceWithBaselineConfig(value_weight=-1.0)
