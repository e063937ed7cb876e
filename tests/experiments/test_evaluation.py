import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiBinary
from gymnasium.vector import VectorEnv

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.experiments.evaluation import Evaluator
from spielfeld.experiments.greedy import (
    Copies,
    beside_each_other,
    greedy_actions,
    greedy_actor,
    play_in_turn,
    play_together,
)


class Shifted(gym.Env):
    """A step long; actions are numbered from 3, and 4 pays 1."""

    observation_space, action_space = Discrete(1), Discrete(2, start=3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        assert action in (3, 4)
        return 0, float(action == 4), True, False, {}


class Knows:
    def predict(self, inputs):
        return np.array([0.0, 1.0])


class Linear:
    """Prefers actions by a fixed sum of what it sees; in many worlds at once, if asked to."""

    def __init__(self, env, many=True, outputs=None):
        inputs = int(np.prod(env.observation_space.shape))
        outputs = outputs or int(getattr(env.action_space, "n", 1))
        self.weights, self.bias = np.random.default_rng(3).normal(size=(2, inputs, outputs))
        self.many = many

    def predict(self, inputs):
        rows = np.reshape(inputs, (len(inputs), -1) if self.many else (1, -1))
        return rows.astype(np.float64) @ self.weights + self.bias[0]


def test_actors_and_episodes_number_actions_as_the_environment_does() -> None:
    env = Shifted()
    act = greedy_actor(Knows(), env)
    assert act(0, {}) == 4
    assert play_in_turn(act, env, 1.0, 10, episodes=3).tolist() == [1.0, 1.0, 1.0]


def test_actor_respects_the_mask() -> None:
    assert greedy_actor(Knows(), Shifted())(0, {"action_mask": np.array([1, 0], np.int8)}) == 3


def test_ties_are_broken_at_random_among_the_best_legal_actions() -> None:
    values = np.tile([1.0, 1.0, 0.0, 1.0], (4_000, 1))
    mask = np.tile([True, True, True, False], (4_000, 1))
    chosen = greedy_actions(values, Discrete(4), mask, np.random.default_rng(0))
    assert np.bincount(chosen, minlength=4)[2:].tolist() == [0, 0]
    assert abs(np.bincount(chosen)[0] - 2_000) < 160  # five standard deviations


def test_continuous_actions_are_what_was_predicted_within_the_bounds() -> None:
    space = Box(-2, 1, (1,), np.float32)
    chosen = greedy_actions(np.array([[-3.0], [0.5], [7.0]]), space, None, np.random.default_rng())
    assert chosen.dtype == np.float32 and chosen.ravel().tolist() == [-2, 0.5, 1]


def test_what_cannot_be_chosen_from_is_named() -> None:
    with pytest.raises(ValueError, match="must be Discrete or a Box"):
        greedy_actions(np.zeros((1, 2)), MultiBinary(2), None, np.random.default_rng())


@pytest.mark.parametrize("space", [Box(0, 1, (2,)), Discrete(2)])
def test_prediction_of_nan_is_no_action(space: gym.Space) -> None:
    with pytest.raises(FloatingPointError):
        greedy_actions(np.array([[0.0, np.nan]]), space, None, np.random.default_rng())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("spielfeld/ConnectFour-v0", {"opponent": "rule"}),
        ("spielfeld/RussellNorvig4x3-v0", {"observation": "one-hot"}),
        ("Pendulum-v1", {"max_episode_steps": 30}),
    ],
)
def test_episodes_played_together_are_those_played_in_turn(name: str, options: dict) -> None:
    env = gym.make(name, **options)
    together = play_together(Linear(env), beside_each_other(env, 12), 0.9, 200)
    alone = play_in_turn(greedy_actor(Linear(env, many=False), env), env, 0.9, 200, episodes=12)
    assert together == pytest.approx(alone, abs=1e-12)
    assert len(set(alone.tolist())) > 1


def test_worlds_are_native_where_they_can_be_and_else_copies() -> None:
    kinds = {"CartPole-v1": VectorEnv, "spielfeld/FrozenLake-v0": VectorEnv, "Acrobot-v1": Copies}
    for name, kind in kinds.items():
        assert isinstance(beside_each_other(gym.make(name), 2), kind)
    wrapped = gym.wrappers.TransformReward(gym.make("CartPole-v1"), float)
    assert isinstance(beside_each_other(wrapped, 2), Copies)
    assert isinstance(beside_each_other(Shifted(), 2), Copies)


def test_copies_do_not_touch_the_original() -> None:
    env = gym.make("Acrobot-v1")
    before = env.reset(seed=1)[0].tolist()
    play_together(Linear(env), beside_each_other(env, 2), 1.0, 5)
    again = gym.make("Acrobot-v1")
    again.reset(seed=1)
    assert env.step(0)[0].tolist() == again.step(0)[0].tolist() != before


def test_a_row_that_has_ended_stands_still() -> None:
    rows = Copies(Shifted(), 2)
    rows.reset(seed=0)
    assert rows.step(np.array([4, 3]))[1].tolist() == [1.0, 0.0]
    assert rows.step(np.array([99, 99]))[2].tolist() == [True, True]  # nobody looks at these


class Masked(Shifted):
    """Says what is legal at the start alone."""

    def reset(self, *, seed=None, options=None):
        return 0, {"action_mask": np.array([0, 1], np.int8)}


def test_a_row_that_says_nothing_of_what_is_legal_keeps_what_it_said() -> None:
    rows = Copies(Masked(), 3)
    assert rows.reset(seed=0)[1]["action_mask"].tolist() == [[0, 1]] * 3
    assert rows.step(np.array([4, 4, 4]))[-1]["action_mask"].tolist() == [[0, 1]] * 3


def test_a_world_that_cannot_be_copied_is_refused_in_a_sentence() -> None:
    env = Shifted()
    env.numbers = (number for number in range(3))
    with pytest.raises(ValueError, match="needs copies of the environment: cannot pickle"):
        Copies(env, 2)


class Doubled(gym.RewardWrapper):
    """A wrapper that does not write down what it was made with."""

    def reward(self, reward):
        return 2 * reward


def test_a_world_in_a_wrapper_of_ones_own_is_evaluated_in_it() -> None:
    plain = gym.make("Pendulum-v1", max_episode_steps=5)
    once, twice = (Evaluator(env)(Linear(env, outputs=1)) for env in (plain, Doubled(plain)))
    assert twice.value == pytest.approx(2 * once.value) and once.value < 0


def test_what_a_wrapper_has_learned_meanwhile_counts_in_the_next_evaluation() -> None:
    env = gym.wrappers.NormalizeObservation(gym.make("CartPole-v1"))
    evaluator, learner = Evaluator(env), Linear(env)
    for _ in range(2):
        before = env.obs_rms.count
        evaluator(learner)
        assert evaluator._copies.envs[0].obs_rms.count > before
        assert env.obs_rms.count == before  # only copies have played
        env.reset(seed=1)
        for _ in range(1_000):
            if any(env.step(1)[2:4]):
                env.reset()


def test_evaluation_of_continuous_actions_plays_a_hundred_episodes() -> None:
    env = gym.make("Pendulum-v1", max_episode_steps=5)
    score = Evaluator(env)(Linear(env, outputs=1))
    assert score.episodes == 100 and score.horizon == 5 and -100 < score.value < 0
    assert score.deviation == pytest.approx(0, abs=3) and score.share is None


def test_evaluation_without_exploring_is_the_same_again() -> None:
    env = gym.make("CartPole-v1")
    learner, evaluator = Linear(env), Evaluator(env)
    assert evaluator(learner) == evaluator(learner) == Evaluator(env)(learner)


def test_opponents_that_search_are_not_played_a_hundred_times_on_the_way() -> None:
    for opponent, quick in {"rule": True, "perfect": False}.items():
        assert Evaluator(gym.make("spielfeld/ConnectFour-v0", opponent=opponent)).playable is quick
