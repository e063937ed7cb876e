"""Worlds of one to six states whose solution is known, and learners in short."""

from collections.abc import Callable
from typing import Any

import numpy as np

from spielfeld.agents.value_based.double_dqn import DoubleDQN
from spielfeld.agents.value_based.dqn import DQN
from spielfeld.agents.value_based.dueling_dqn import DuelingDQN
from spielfeld.agents.value_based.n_step_dqn import NStepDQN
from spielfeld.agents.value_based.prioritized_dqn import PrioritizedDQN
from spielfeld.envs import TabularEnv, TabularModel

ALL = [DQN, DoubleDQN, DuelingDQN, NStepDQN, PrioritizedDQN]
SMALL = {
    "hidden": (16,), "learning_rate": 0.02, "batch_size": 32, "learning_starts": 64,
    "train_every": 16, "gradient_steps": 2, "target_every": 10, "exploration_samples": 500,
    "final_exploration_rate": 0.1, "discount": 0.9, "num_envs": 16, "buffer_size": 2_000,
}  # fmt: skip


def masked() -> TabularEnv:
    """Five states in a row, a random half of the actions in each, and a limit of 7 steps."""
    generator = np.random.default_rng(5)
    legal = generator.random((5, 3)) < 0.5
    legal[np.arange(5), generator.integers(3, size=5)] = True
    next_state = generator.integers(5, size=(5, 3, 1))
    reward = generator.normal(size=(5, 3, 1))
    chance = np.ones((5, 3, 1))
    ends = np.zeros((5, 3, 1), bool)
    model = TabularModel(chance, next_state, reward, ends, np.full(5, 0.2), legal)
    return TabularEnv(model, max_episode_steps=7)


def same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """Whether two states are equal, arrays bit for bit."""
    assert one.keys() == two.keys()
    return all(
        np.array_equal(one[k], two[k], equal_nan=True) if isinstance(one[k], np.ndarray)
        else repr(one[k]) == repr(two[k])
        for k in one
    )  # fmt: skip


def made(kind: Any, seed: int = 0, **settings: Any) -> Any:
    return kind(kind.config_class(**{**SMALL, **settings}), seed)


def world(
    next_state: Any, reward: Any, terminated: Any, start: Any, limit: int | None = None
) -> TabularEnv:
    """A world without chance but for its start; the tables are [states, actions]."""
    tables = [np.asarray(table)[:, :, None] for table in (next_state, reward, terminated)]
    model = TabularModel(np.ones(tables[0].shape), *tables, np.asarray(start, float))
    return TabularEnv(model, limit)


def one_step() -> TabularEnv:
    """Three actions, of which the second pays most, and the end."""
    return world([[1, 1, 1]] * 2, [[0.0, 1.0, 0.5], [0, 0, 0]], np.ones((2, 3), bool), [1, 0])


def delayed() -> TabularEnv:
    """Action 0 pays a little at once; action 1 leads past three states to more."""
    return world(
        [[4, 1], [2, 2], [3, 3], [4, 4], [4, 4]],
        [[0.3, 0], [0, 0], [0, 0], [1, 1], [0, 0]],
        [[1, 0], [0, 0], [0, 0], [1, 1], [1, 1]],
        [1, 0, 0, 0, 0],
    )


def memoryless() -> TabularEnv:
    """Four situations, each with an action of its own that pays, and the next one by chance."""
    states = np.arange(4)
    probability = np.full((4, 4, 4), 0.25)
    next_state = np.tile(states, (4, 4, 1))
    reward = np.tile((states[:, None] == (states + 1) % 4)[:, :, None], (1, 1, 4)).astype(float)
    terminated = np.zeros((4, 4, 4), bool)
    return TabularEnv(
        TabularModel(probability, next_state, reward, terminated, np.full(4, 0.25)), 10
    )


def cut_off() -> TabularEnv:
    """Action 0 pays 1 and ends; action 1 pays 0.3 and stays, until time is up after two steps.

    With discount 0.9, staying is worth 3; to who takes the end of time for that of the world, 0.57.
    """
    return world([[1, 0], [1, 1]], [[1, 0.3], [0, 0]], [[1, 0], [1, 1]], [1, 0], limit=2)


WORLDS: dict[str, tuple[Callable[[], TabularEnv], int, dict[int, int]]] = {
    "one step": (one_step, 600, {0: 1}),
    "delayed": (delayed, 1_600, {0: 1}),
    "memoryless": (memoryless, 1_600, {0: 3, 1: 0, 2: 1, 3: 2}),
    "cut off": (cut_off, 1_600, {0: 1}),
}
