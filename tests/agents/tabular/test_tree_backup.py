"""Tree Backup against the recursion as the book writes it."""

from typing import Any

import numpy as np
import pytest

from spielfeld.agents import QLearning, TreeBackup, TreeBackupConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.planning import greedy_policy
from spielfeld.agents.tabular.tree_backup import return_of, tree_backup_return
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

EVERYTHING = np.ones(3, bool)


def test_return_by_hand() -> None:
    values = np.array([1.0, 6.0, 6.0])
    # A greedy action, picked half of the time: 6 / 2 for the other one, 10 / 2 for itself.
    assert tree_backup_return(2.0, 0.5, values, EVERYTHING, 1, 10.0) == 2 + 0.5 * (3 + 5)
    # Not greedy: what followed does not count.
    assert tree_backup_return(2.0, 0.5, values, EVERYTHING, 0, 10.0) == 2 + 0.5 * 6
    legal = np.array([True, True, False])
    assert tree_backup_return(2.0, 0.5, values, legal, 1, 10.0) == 2 + 0.5 * 10


def textbook(
    path: list[Transition], table: np.ndarray, legal: np.ndarray, discount: float
) -> float:
    """Return G of the first step, by equations 7.15 and 7.16 with the greedy policy."""
    policy = greedy_policy(table, legal, tolerance=0.0)
    step, *later = path
    if step.terminated:
        return step.reward
    following = step.next_state
    if not later:
        return step.reward + discount * (policy[following] @ table[following])
    taken = later[0].action
    others = sum(
        policy[following, action] * table[following, action]
        for action in range(table.shape[1])
        if action != taken
    )
    rest = textbook(later, table, legal, discount)
    return step.reward + discount * (others + policy[following, taken] * rest)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("terminated", [False, True])
def test_return_is_the_recursion_of_the_book(seed: int, terminated: bool) -> None:
    random = np.random.default_rng(seed)
    steps, states = int(random.integers(1, 7)), random.integers(6, size=8)
    legal = masked(seed).legal_actions
    table = random.integers(3, size=(6, 3)).astype(float)  # full of ties
    actions = [int(random.choice(np.flatnonzero(legal[state]))) for state in states]
    rewards = random.normal(size=8)
    path = [
        Transition(
            int(states[k]), actions[k], float(rewards[k]), int(states[k + 1]), -1,
            terminated and k == steps - 1, terminated and k == steps - 1, 0.5, 0.5,
        )
        for k in range(steps)
    ]  # fmt: skip
    learner = TreeBackup(TreeBackupConfig(steps=steps))
    memory = learner.make_memory(table, legal)
    for step, (place, transition) in enumerate(zip(range(steps), path, strict=True)):
        memory.states[place], memory.actions[place] = transition.state, transition.action
        memory.rewards[place], memory.length[0] = transition.reward, step + 1
    found = return_of(memory, 0.9, path[-1], 0, steps)
    assert found == pytest.approx(textbook(path, table, legal, 0.9), abs=1e-12)


@pytest.mark.uncompiled
@pytest.mark.parametrize("steps", [2, 5])
def test_each_visit_learns_once_from_the_return_of_its_own_steps(steps: int) -> None:
    settings = {"discount": 0.9, "learning_rate": 0.5, "learning_rate_decay": 0.0}
    learner = made(TreeBackup, 2, steps=steps, **settings, exploration_rate=0.5)
    legal, table = masked().legal_actions, np.zeros((6, 3))
    *episodes, rest = lived_episodes(learner, TabularEnv(masked(), 13), 700)
    assert rest and any(not path[-1].terminated for path in episodes)
    for path in [*episodes, rest]:
        for end in range(steps, len(path) + (steps if is_over(path[-1]) else 1)):
            part = path[end - steps : end]
            if part:
                cell = part[0].state, part[0].action
                table[cell] += 0.5 * (textbook(part, table, legal, 0.9) - table[cell])
    assert learner.action_values == pytest.approx(table, abs=1e-10)


@pytest.mark.uncompiled
@each_world
def test_one_step_is_q_learning_bit_for_bit(world: str) -> None:
    settings: dict[str, Any] = {"exploration_samples": 700, "learning_rate_decay": 0.1}
    first, second = made(TreeBackup, 4, steps=1, **settings), made(QLearning, 4, **settings)
    env, twin = WORLDS[world](), WORLDS[world]()
    assert first.learn(env, 1_000) == second.learn(twin, 1_000)
    assert first.action_values.tobytes() == second.action_values.tobytes()
    assert np.array_equal(first.visits, second.visits)
    assert first.state()["progress.generator"] == second.state()["progress.generator"]
    assert_worlds_agree(env, twin)


@pytest.mark.uncompiled
def test_truncated_episode_keeps_its_bootstrap() -> None:
    learner = TreeBackup(TreeBackupConfig(discount=0.5, learning_rate=1.0))
    env = TabularEnv(corridor(4), max_episode_steps=1)
    learner.learn(env, 0)
    learner.action_values[1] = 8.0, 3.0
    learner.learn(env, 40)
    assert learner.action_values[0, 1] == 0.5 * 8.0
