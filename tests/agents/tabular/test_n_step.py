"""n-step returns between two methods that are known: one step, and whole episodes."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import (
    MonteCarlo,
    MonteCarloPrediction,
    NStepSarsa,
    NStepSarsaConfig,
    NStepTD,
    NStepTDConfig,
    Sarsa,
    TemporalDifference,
    TreeBackupConfig,
)  # fmt: skip
from spielfeld.agents.loop import Transition
from spielfeld.agents.planning import policy_evaluation, random_policy
from spielfeld.agents.tabular.n_step_sarsa import n_step_return
from spielfeld.envs import TabularEnv
from tests.agents.tabular.tabular_worlds import (
    WORLDS,
    assert_worlds_agree,
    corridor,
    each_world,
    is_over,
    lived_episodes,
    made,
    masked,
)


def assert_same(first: Any, second: Any) -> None:
    assert first.action_values.tobytes() == second.action_values.tobytes()
    assert np.array_equal(first.visits, second.visits)
    assert first.state()["progress.generator"] == second.state()["progress.generator"]


def test_return_by_hand() -> None:
    rewards = np.array([1.0, 2.0, 4.0])
    assert n_step_return(rewards, 0, 3, 0.5, 8.0) == 1 + 0.5 * 2 + 0.25 * 4 + 0.125 * 8
    assert n_step_return(rewards, 1, 2, 0.5, 8.0) == 2 + 0.5 * 8
    # Steps 4, 5 and 6 stand in places 1, 2 and 0.
    assert n_step_return(rewards, 4, 7, 0.5, 0.0) == 2 + 0.5 * 4 + 0.25 * 1
    assert n_step_return(rewards, 4, 4, 0.5, 8.0) == 8.0


@pytest.mark.uncompiled
@each_world
def test_one_step_is_sarsa_bit_for_bit(world: str) -> None:
    settings = {"exploration_samples": 700, "learning_rate_decay": 0.1}
    first, second = made(NStepSarsa, 4, steps=1, **settings), made(Sarsa, 4, **settings)
    env, twin = WORLDS[world](), WORLDS[world]()
    assert first.learn(env, 1_000) == second.learn(twin, 1_000)
    assert_same(first, second)
    assert_worlds_agree(env, twin)


@pytest.mark.uncompiled
@pytest.mark.parametrize("model", [corridor(5), masked()])
def test_one_step_of_prediction_is_temporal_difference_bit_for_bit(model: Any) -> None:
    first, second = NStepTD(NStepTDConfig(steps=1), 4), TemporalDifference(seed=4)
    assert first.learn_episodes(TabularEnv(model), 50) == second.learn_episodes(
        TabularEnv(model), 50
    )
    assert_same(first, second)


@pytest.mark.uncompiled
@pytest.mark.parametrize("pair", [(NStepSarsa, MonteCarlo), (NStepTD, MonteCarloPrediction)])
@pytest.mark.parametrize("discount", [0.9, 1.0])
def test_more_steps_than_an_episode_has_are_every_visit_monte_carlo(
    pair: tuple[type, type], discount: float
) -> None:
    settings = {
        "learning_rate": 1.0, "learning_rate_decay": 1.0, "discount": discount, "steps": 1_000,
        "final_exploration_rate": 1.0, "every_visit": True,
    }  # fmt: skip
    first, second = (made(learner_class, 4, **settings) for learner_class in pair)
    env, twin = TabularEnv(masked()), TabularEnv(masked())
    assert first.learn_episodes(env, 200) == second.learn_episodes(twin, 200)
    assert np.array_equal(first.visits, second.visits)
    assert first.action_values == pytest.approx(second.action_values, abs=1e-12)


@pytest.mark.uncompiled
@pytest.mark.parametrize("steps", [2, 3, 8])
def test_each_visit_learns_once_from_the_return_of_its_own_steps(steps: int) -> None:
    settings = {"discount": 0.9, "learning_rate": 1.0, "learning_rate_decay": 1.0}
    learner = made(NStepSarsa, 2, steps=steps, **settings, initial_value=5.0)
    env = TabularEnv(masked(), max_episode_steps=13)
    table, counts = np.full((6, 3), 5.0), np.zeros((6, 3), int)
    *episodes, rest = lived_episodes(learner, env, 1_005)
    assert rest and any(not path[-1].terminated for path in episodes)
    for path in [*episodes, rest]:
        for end in range(1, len(path) + (steps if is_over(path[-1]) else 1)):
            begin, last = end - steps, min(end, len(path))
            if begin < 0 or begin >= len(path):
                continue
            target = 0.0 if path[last - 1].terminated else table[
                path[last - 1].next_state, path[last - 1].next_action
            ]  # fmt: skip
            for step in reversed(path[begin:last]):
                target = step.reward + 0.9 * target
            cell = path[begin].state, path[begin].action
            counts[cell] += 1
            table[cell] += (target - table[cell]) / counts[cell]
    assert np.array_equal(learner.visits, counts)
    assert learner.action_values == pytest.approx(table, abs=1e-10)


@pytest.mark.uncompiled
@pytest.mark.parametrize("steps", [1, 4])
def test_truncated_episode_keeps_the_value_of_what_would_have_come(steps: int) -> None:
    learner = NStepSarsa(NStepSarsaConfig(steps=steps, discount=0.5, learning_rate=1.0))
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.action_values[2] = 0.0, 8.0
    for state, over in ((0, False), (1, True)):
        step = Transition(state, 1, 1.0, state + 1, 1, False, over, 0.0, 0.0)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
    assert learner.action_values[1, 1] == 1 + 0.5 * 8
    late = 1 + 0.5 * 1 + 0.25 * 8  # two rewards and what comes then
    assert learner.action_values[0, 1] == (late if steps == 4 else 1 + 0.5 * 0)
    assert learner.memory.length == 0


@pytest.mark.parametrize("steps", [0, -1, 2.5])
@pytest.mark.parametrize("config_class", [NStepSarsaConfig, NStepTDConfig, TreeBackupConfig])
def test_steps_are_whole(config_class: type, steps: float) -> None:
    with pytest.raises(ValueError, match=f"steps must be .*from 1 to 16777216, not {steps}"):
        config_class(steps=steps)


def errors(steps: int, rate: float, runs: int) -> np.ndarray:
    """Return the RMS error of each run: 19 states, averaged over the first ten episodes."""
    env = gym.make("spielfeld/RandomWalk19-v0")
    model = env.unwrapped.model
    truth = policy_evaluation(model, random_policy(model))[1:-1]
    config = NStepTDConfig(
        steps=steps, learning_rate=rate, learning_rate_decay=0.0, discount=1.0, initial_value=0.0
    )
    squares = np.empty((runs, 10, 19))
    for seed in range(runs):
        learner = NStepTD(config, seed)
        for episode in range(10):
            learner.learn_episodes(env, 1)
            squares[seed, episode] = (learner.state_values[1:-1] - truth) ** 2
    return np.sqrt(squares.mean(axis=2)).mean(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "published", "rates"),
    [
        (1, 0.345, (0.75, 0.8, 0.85)), (2, 0.277, (0.55, 0.6, 0.65)), (4, 0.265, (0.35, 0.4, 0.45)),
        (8, 0.278, (0.2, 0.25, 0.3)), (16, 0.313, (0.1, 0.15, 0.2)),
    ],
)  # fmt: skip
def test_errors_on_the_random_walk_are_the_published_ones(
    steps: int, published: float, rates: tuple[float, ...]
) -> None:
    # Sutton & Barto, figure 7.2, at the best of the step sizes.
    runs = 300
    best = min((errors(steps, rate, runs) for rate in rates), key=np.mean)
    error = best.std(ddof=1) * np.sqrt(1 / runs + 1 / 1_000)
    assert best.mean() == pytest.approx(published, abs=4 * error)
