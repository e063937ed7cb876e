"""The one-step control methods beside each other, and beside the book."""

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents import DoubleQLearning, ExpectedSarsa, QLearning, Sarsa, TreeBackup
from spielfeld.agents.tabular.expected_sarsa import expected_sarsa_target
from spielfeld.agents.tabular.q_learning import q_learning_target
from spielfeld.agents.tabular.sarsa import sarsa_target
from tests.agents.tabular.tabular_worlds import aimed

LADDER = [Sarsa, ExpectedSarsa, QLearning]
VALUES, LEGAL = np.array([1.0, 5.0, 3.0]), np.ones(3, bool)


def cliff(learner_class: type, seed: int, episodes: int) -> np.ndarray:
    """Return the returns of the first episodes on the book's cliff (example 6.6)."""
    config = learner_class.config_class(
        learning_rate=0.5, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=0.1, final_exploration_rate=0.1,
    )  # fmt: skip
    learner, env = learner_class(config, seed), gym.make("spielfeld/CliffWalking-v0", time_limit=0)
    history = learner.learn(env, 10_000)
    while len(history) < episodes:
        history += learner.learn(env, 5_000)
    return history["episode_return"][:episodes]


def test_sarsa_target_by_hand() -> None:
    assert aimed(sarsa_target, 2.0, 0.5, False, VALUES, LEGAL, 2, 0.1) == 2.0 + 0.5 * 3.0
    assert aimed(sarsa_target, 2.0, 0.5, True, VALUES, LEGAL, -1, 0.1) == 2.0


def test_expected_sarsa_target_by_hand() -> None:
    # 0.7 * 5 + 0.3 * (1 + 5 + 3) / 3
    assert aimed(expected_sarsa_target, 2.0, 0.5, False, VALUES, LEGAL, -1, 0.3) == pytest.approx(
        4.2
    )
    legal = np.array([True, False, True])
    # 0.7 * 3 + 0.3 * (1 + 3) / 2
    assert aimed(expected_sarsa_target, 2.0, 0.5, False, VALUES, legal, -1, 0.3) == pytest.approx(
        3.35
    )
    assert aimed(expected_sarsa_target, 2.0, 0.5, True, VALUES, LEGAL, -1, 0.3) == 2.0


def test_without_exploration_expected_sarsa_is_q_learning() -> None:
    arguments = (2.0, 0.5, False, VALUES, LEGAL, -1, 0.0)
    assert aimed(expected_sarsa_target, *arguments) == aimed(q_learning_target, *arguments)


def test_expected_sarsa_is_the_mean_of_sarsa() -> None:
    picked = [
        aimed(sarsa_target, 1.0, 0.9, False, VALUES, LEGAL, action, 0.6) for action in range(3)
    ]
    chances = np.array([0.2, 0.6, 0.2])  # 0.6 / 3 each, and 0.4 more for the best
    expected = aimed(expected_sarsa_target, 1.0, 0.9, False, VALUES, LEGAL, -1, 0.6)
    assert expected == pytest.approx(chances @ picked)


def test_sarsa_takes_the_action_that_it_learned_from() -> None:
    env = gym.make("spielfeld/CliffWalking-v0")
    learner = Sarsa(seed=1)
    for batch in learner.experience(env, 200):
        picked = learner.state()["progress.position.action"]
        if picked >= 0:
            following = next(iter(learner.experience(env, 1)))
            assert following.select.tolist() == [picked]
        learner.step(batch)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("learner_class", "published", "error"),
    [(Sarsa, -27.1, 0.2), (QLearning, -50.0, 0.2), (ExpectedSarsa, -20.9, 0.1)],
)
def test_online_returns_on_the_cliff_are_the_published_ones(
    learner_class: type, published: float, error: float
) -> None:
    runs = 400
    means = np.array([cliff(learner_class, seed, 500)[400:].mean() for seed in range(runs)])
    ours = means.std(ddof=1) / np.sqrt(runs)
    assert means.mean() == pytest.approx(published, abs=4 * np.hypot(error, ours))


@pytest.mark.parametrize("learner_class", [*LADDER, DoubleQLearning, TreeBackup])
@pytest.mark.parametrize("seed", range(10))
def test_with_fading_exploration_each_finds_a_short_windy_way(
    learner_class: type, seed: int
) -> None:
    config = learner_class.config_class(
        learning_rate_decay=0.0, discount=1.0, exploration_rate=0.5,
        final_exploration_rate=0.0, exploration_samples=300_000,
    )  # fmt: skip
    learner, env = learner_class(config, seed), gym.make("spielfeld/WindyGridWorld-v0")
    learner.learn(env, 300_000)
    shortest = -15.0 if learner_class in (QLearning, TreeBackup) else -17.0  # others settle early
    assert learner.learn(env, 1_000)["episode_return"][-1] >= shortest
