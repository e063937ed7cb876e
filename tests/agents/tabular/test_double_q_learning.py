"""Two tables, of which each learns what the other one says."""

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import DoubleQLearning, DoubleQLearningConfig, QLearning
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.double_q_learning import double_q_learning_target
from spielfeld.envs import TabularEnv
from tests.agents.tabular.tabular_worlds import corridor, lived, made, masked

EVERYTHING = np.ones(3, bool)


def test_target_by_hand() -> None:
    choosing, judging = np.array([1.0, 5.0, 9.0]), np.array([7.0, 3.0, 2.0])
    arguments = (choosing, judging, EVERYTHING, 0.0)
    assert double_q_learning_target(2.0, 0.5, False, *arguments) == 2.0 + 0.5 * 2.0
    assert double_q_learning_target(2.0, 0.5, True, *arguments) == 2.0
    legal = np.array([True, True, False])
    assert double_q_learning_target(2.0, 0.5, False, choosing, judging, legal, 0.9) == 3.5


def test_ties_of_the_choosing_table_are_broken_by_the_draw() -> None:
    choosing, judging = np.array([4.0, 1.0, 4.0]), np.array([10.0, 20.0, 30.0])
    targets = [
        double_q_learning_target(0.0, 1.0, False, choosing, judging, EVERYTHING, draw)
        for draw in (0.0, 0.49, 0.5, 0.99)
    ]
    assert targets == [10.0, 10.0, 30.0, 30.0]


def learned(next_values: list[list[float]]) -> set[tuple[int, float]]:
    """Return which table learned what, from 50 equal steps of reward 0.5 to two rows of values."""
    learner = DoubleQLearning(DoubleQLearningConfig(discount=1.0, learning_rate=1.0))
    learner.learn(TabularEnv(corridor(4)), 0)
    seen = set()
    for _ in range(50):
        learner.memory.tables[:, 1] = next_values
        before = learner.memory.tables.copy()
        step = Transition(0, 0, 0.5, 1, -1, False, False, 0.0, 0.0)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
        learner.memory.updates[...] = 0
        table = int((learner.memory.tables != before).any(axis=(1, 2)).argmax())
        seen.add((table, learner.memory.tables[table, 0, 0].item()))
        learner.memory.tables[:, 0] = -1.0
    return seen


@pytest.mark.uncompiled
def test_no_table_is_judged_by_its_own_maximum() -> None:
    # Table 0 prefers action 0, worth 1 to table 1; table 1 prefers action 1, worth 0 to table 0.
    assert learned([[10.0, 0.0], [1.0, 2.0]]) == {(0, 1.5), (1, 0.5)}


@pytest.mark.uncompiled
def test_ties_of_the_table_that_learns_are_broken_anew_at_every_step() -> None:
    assert learned([[4.0, 4.0], [10.0, 20.0]]) == {(0, 10.5), (0, 20.5), (1, 4.5)}


@pytest.mark.uncompiled
def test_the_table_is_the_mean_of_both_which_learn_half_of_the_time_each() -> None:
    learner = DoubleQLearning(DoubleQLearningConfig(initial_value=2.0), 5)
    for number, _ in enumerate(lived(learner, TabularEnv(masked(), 20), 3_000), start=1):
        memory = learner.memory
        if number % 500 == 0:
            assert np.array_equal(memory.table, (memory.tables[0] + memory.tables[1]) / 2)
            assert np.array_equal(memory.visits, memory.updates.sum(axis=0))
    assert memory.updates.sum() == 3_000
    assert memory.updates[0].sum() == pytest.approx(1_500, abs=5 * np.sqrt(3_000 / 4))
    assert not np.array_equal(memory.tables[0], memory.tables[1])


@pytest.mark.uncompiled
def test_truncated_step_keeps_its_bootstrap() -> None:
    learner = DoubleQLearning(DoubleQLearningConfig(discount=0.5, learning_rate=1.0))
    env = TabularEnv(corridor(4), max_episode_steps=1)
    learner.learn(env, 0)
    learner.memory.tables[:, 1, 0] = 8.0
    learner.learn(env, 60)
    assert learner.action_values[0, 1] == 0.5 * 8.0


def lefts(learner_class: type, runs: int) -> np.ndarray:
    """Return in which episodes of figure 6.5 the agent went left. Shape [runs, 300]."""
    env = gym.make("spielfeld/MaximisationBias-v0")
    settings = {
        "learning_rate": 0.1, "learning_rate_decay": 0.0, "discount": 1.0, "initial_value": 0.0,
        "exploration_rate": 0.1, "final_exploration_rate": 0.1,
    }  # fmt: skip
    lengths = np.empty((runs, 300))
    for seed in range(runs):
        learner = made(learner_class, seed, **settings)
        lengths[seed] = learner.learn_episodes(env, 300)["episode_length"]
    return lengths == 2


def band(share: float, runs: int) -> float:
    """Return four standard errors of a share, of 1,000 published runs beside ours."""
    return 4 * np.sqrt(share * (1 - share) * (1 / 1_000 + 1 / runs))


@pytest.mark.slow
def test_maximisation_bias_is_the_published_one() -> None:
    # Sutton & Barto, figure 6.5.
    runs = 2_000
    single, double = lefts(QLearning, runs).mean(axis=0), lefts(DoubleQLearning, runs).mean(axis=0)
    assert single.max() == pytest.approx(0.94, abs=band(0.94, runs))
    assert single.argmax() + 1 == pytest.approx(23, abs=5)
    assert single[-1] == pytest.approx(0.12, abs=band(0.12, runs))
    assert double[-1] == pytest.approx(0.068, abs=band(0.068, runs))
