from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import DynaQ, PrioritizedSweeping, PrioritizedSweepingConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.planning import value_iteration
from spielfeld.agents.tabular.prioritized_sweeping import prioritized_sweeping_update
from spielfeld.envs import TabularEnv
from spielfeld.envs.grid_world.layout_file import load_layout
from tests.agents.tabular.planning_laws import (
    line,
)


def learned(env: gym.Env, samples: int, **config: float) -> PrioritizedSweeping:
    """Return a learner after some steps in an environment."""
    learner = PrioritizedSweeping(PrioritizedSweepingConfig(**config), seed=3)
    learner.learn(env, samples)
    return learner


def chain(memory, state: int) -> list[int]:
    """Return the pairs that are remembered to lead to a state."""
    pairs, pair = [], int(memory.first_source[state])
    while pair >= 0:
        pairs.append(pair)
        pair = int(memory.following[pair])
    return pairs


def test_updates_by_hand() -> None:
    # 0 -> 1 -> 2 -> end, which pays 8: found at the last step, carried back by the same step.
    config = PrioritizedSweepingConfig(discount=0.5, planning_steps=9)
    learner, generator = PrioritizedSweeping(config), np.random.default_rng(0)
    memory = learner.make_memory(np.zeros((4, 1)), np.ones((4, 1), bool))
    for state in range(3):
        assert memory.visits.sum() == 0
        end = state == 2
        step = Transition(state, 0, 8.0 * end, state + 1, -1, end, end, 0.0, 0.0)
        prioritized_sweeping_update(memory, learner.settings, learner.rates, step, generator)
    assert memory.table.ravel().tolist() == [2.0, 4.0, 8.0, 0.0]
    assert memory.visits.ravel().tolist() == [1, 1, 1, 0]


def test_errors_up_to_the_threshold_are_left() -> None:
    config = PrioritizedSweepingConfig(threshold=8.0)
    learner, generator = PrioritizedSweeping(config), np.random.default_rng(0)
    memory = learner.make_memory(np.zeros((2, 1)), np.ones((2, 1), bool))
    for reward, value in ((8.0, 0.0), (8.5, 8.5)):
        step = Transition(0, 0, reward, 1, -1, True, True, 0.0, 0.0)
        prioritized_sweeping_update(memory, learner.settings, learner.rates, step, generator)
        assert memory.table[0, 0] == value


@pytest.mark.uncompiled
@pytest.mark.parametrize("slip", [0.0, 0.5])
def test_predecessors_are_those_that_memory_leads_by(slip: float) -> None:
    memory = learned(TabularEnv(line(5, slip), 30), 800).memory
    for state in range(5):
        leading = np.flatnonzero(memory.next_states.ravel() == state)
        assert sorted(chain(memory, state)) == leading.tolist()


@pytest.mark.uncompiled
def test_nothing_is_planned_twice_when_all_is_known() -> None:
    env = TabularEnv(line(5), 30)
    learner = learned(env, 2_000, final_exploration_rate=1.0)
    before = learner.visits.sum()
    learner.learn(env, 1_000)
    assert learner.visits.sum() == before
    live = learner.memory.next_states >= 0
    assert learner.action_values[live] == pytest.approx(exact(env)[live], abs=0.01)


def exact(env: gym.Env) -> np.ndarray:
    """Return the optimal action values of a deterministic world at the default discount."""
    model = env.unwrapped.model
    values = value_iteration(model, 0.99).values[model.next_state[:, :, 0]]
    return model.reward[:, :, 0] + 0.99 * np.where(model.terminated[:, :, 0], 0.0, values)


@pytest.mark.uncompiled
def test_an_illegal_action_is_never_planned() -> None:
    learner = learned(TabularEnv(line(), 9), 500)
    assert (learner.visits[~line().legal_actions] == 0).all()


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("planning_steps", 0, "planning_steps must be 1 or more, not 0"),
        ("planning_steps", -3, "planning_steps must be 1 or more, not -3"),
        ("threshold", -1.0, "threshold must be 0 or more, not -1.0"),
        ("threshold", float("nan"), "threshold must be 0 or more, not nan"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PrioritizedSweepingConfig(**{setting: value})


def finer_dyna_maze(times: int) -> gym.Env:
    """Make the Dyna maze with every cell cut into times x times, one of them start or goal."""
    layout, span = load_layout("dyna-maze"), range(times)
    rows = tuple(
        "".join(sign if sign in "#." or i + j == 0 else "." for sign in row for j in span)
        for row in layout.rows
        for i in span
    )
    return gym.make("spielfeld/GridWorld-v0", layout=replace(layout, rows=rows), time_limit=0)


def steps_to_goal(env: gym.Env, values: np.ndarray, patience: int) -> int:
    """Return how long the greedy policy takes, or more than `patience`."""
    model, state = env.unwrapped.model, int(env.unwrapped.model.start.argmax())
    for step in range(1, patience + 1):
        action = values[state].argmax()
        if model.terminated[state, action, 0]:
            return step
        state = model.next_state[state, action, 0]
    return patience + 1


def updates_to_shortest_path(learner_class: type, seed: int, times: int) -> int:
    """Return how many updates it takes until the greedy path is a shortest one."""
    config = learner_class.config_class(
        learning_rate=1.0, learning_rate_decay=0.0, discount=0.95, planning_steps=5,
        exploration_rate=1.0, final_exploration_rate=1.0,
    )  # fmt: skip
    learner, env = learner_class(config, seed), finer_dyna_maze(times)
    learner.learn(env, 1)
    while steps_to_goal(env, learner.action_values, 14 * times) > 14 * times:
        learner.learn(env, 10 * times)
    return int(learner.visits.sum())


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_the_shortest_path_takes_many_times_fewer_updates_than_with_dyna_q(times: int) -> None:
    # Sutton & Barto, example 8.4: mazes of one shape, finer and finer; 5 to 10 times fewer.
    seeds = range(10)
    random = [updates_to_shortest_path(DynaQ, seed, times) for seed in seeds]
    urgent = [updates_to_shortest_path(PrioritizedSweeping, seed, times) for seed in seeds]
    assert np.mean(random) > 5 * np.mean(urgent)
    assert min(random) > max(urgent)
