"""Benchmark of compiled Q-learning against the plain Python loop of many courses."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Discrete

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.agents.tabular import QLearning, QLearningConfig
from spielfeld.arrays import Array
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate

SETTINGS = QLearningConfig()


def prepare(quick: bool) -> Sides:
    """Make both learners with the same settings, each with its own frozen lake."""
    ours, peer = (2_000, 200) if quick else (4_000_000, 40_000)
    our_env, peer_env = gym.make("spielfeld/FrozenLake8x8-v0"), gym.make("FrozenLake8x8-v1")
    return Sides(
        Side("QLearning().learn", rate(lambda: QLearning(SETTINGS).learn(our_env, ours), ours)),
        Side("NumPy loop over gym.make", rate(lambda: plain_q_learning(peer_env, peer), peer)),
    )


def sizes(env: gym.Env[Any, Any]) -> tuple[int, int]:
    """Return the number of states and of actions of a finite world."""
    states, actions = env.observation_space, env.action_space
    assert isinstance(states, Discrete) and isinstance(actions, Discrete)
    return int(states.n), int(actions.n)


def plain_q_learning(env: gym.Env[Any, Any], samples: int, seed: int = 0) -> Array:
    """Learn action values in a loop over `env.step`, with our schedules and ways to break ties."""
    config, random = SETTINGS, np.random.default_rng(seed)
    table = np.full(sizes(env), config.initial_value)
    visits = np.zeros(table.shape, np.int64)
    fall = config.exploration_rate - config.final_exploration_rate
    state, _ = env.reset(seed=seed)
    for sample in range(samples):
        share = min(1.0, sample / config.exploration_samples)
        if random.random() < config.exploration_rate - share * fall:
            action = int(random.integers(len(table[state])))
        else:
            best = np.flatnonzero(table[state] == table[state].max())
            action = int(best[random.integers(len(best))])
        next_state, reward, terminated, truncated, _ = env.step(action)
        following = 0.0 if terminated else table[next_state].max()
        visits[state, action] += 1
        decay = 1 + config.learning_rate_decay * (visits[state, action] - 1)
        error = float(reward) + config.discount * following - table[state, action]
        table[state, action] += config.learning_rate / decay * error
        state = env.reset()[0] if terminated or truncated else next_state
    return table


COMPARISON = Comparison("q-learning", "Q-learning on a frozen lake", "steps/s", 200, prepare)
