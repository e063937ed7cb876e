"""Benchmarks of each compiled tabular learner against a plain Python loop of its method."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld.arrays import Array
from spielfeld.benchmarks import plain_methods
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate
from spielfeld.benchmarks.plain_methods import Maker, Settings
from spielfeld.benchmarks.q_learning import sizes
from spielfeld.envs import TabularEnv
from spielfeld.envs.gymnasium_table import read_table
from spielfeld.experiments.registry import find_learner

# Learner -> plain method that does the same; prediction is control with one column.
METHODS: dict[str, Maker] = {
    "monte-carlo-prediction": plain_methods.monte_carlo,
    "temporal-difference": plain_methods.sarsa,
    "n-step-td": plain_methods.n_step_sarsa,
    "td-lambda": plain_methods.sarsa_lambda,
    "monte-carlo": plain_methods.monte_carlo,
    "off-policy-monte-carlo": plain_methods.off_policy_monte_carlo,
    "sarsa": plain_methods.sarsa,
    "expected-sarsa": plain_methods.expected_sarsa,
    "double-q-learning": plain_methods.double_q_learning,
    "n-step-sarsa": plain_methods.n_step_sarsa,
    "tree-backup": plain_methods.tree_backup,
    "sarsa-lambda": plain_methods.sarsa_lambda,
    "dyna-q": plain_methods.dyna_q,
    "dyna-q-plus": plain_methods.dyna_q_plus,
    "prioritized-sweeping": plain_methods.prioritized_sweeping,
}
EXPLORATION = 0.1
DETERMINISTIC = {"dyna-q", "dyna-q-plus", "prioritized-sweeping"}  # for worlds without slipping


def prepare(name: str, quick: bool) -> Sides:
    """Make both learners with the same settings, each with its own frozen lake."""
    ours, peer = (2_000, 200) if quick else (2_000_000, 20_000)
    learner_class, config = find_learner(name), settings(name)
    peer_env = gym.make("FrozenLake8x8-v1", is_slippery=name not in DETERMINISTIC)
    our_env = TabularEnv(read_table(peer_env), max_episode_steps=200)
    return Sides(
        Side(name, rate(lambda: learner_class(config).learn(our_env, ours), ours)),
        Side(
            "Python over gym.make",
            rate(lambda: plain_loop(METHODS[name], config, peer_env, peer), peer),
        ),
    )


def settings(name: str) -> Settings:
    """Return the learner's default settings, but with a constant exploration rate."""
    config = find_learner(name).config_class()
    rates = ("exploration_rate", "final_exploration_rate")
    known = {field.name for field in fields(config)}
    changed: Settings = replace(config, **{name: EXPLORATION for name in rates if name in known})
    return changed


def plain_loop(
    method: Maker, config: Settings, env: gym.Env[Any, Any], samples: int, seed: int = 0
) -> Array:
    """Act in an environment and learn with a plain method; return its table."""
    random, (states, actions) = np.random.default_rng(seed), sizes(env)
    explore = asdict(config).get("exploration_rate")
    columns = actions if explore is not None else 1
    table = np.full((states, columns), config.initial_value)
    update = method(table, config, random)

    def choose(state: int) -> int:
        if explore is None or random.random() < explore:
            return int(random.integers(actions))
        row = table[state]
        return int(random.choice(np.flatnonzero(row == row.max())))

    state = int(env.reset(seed=seed)[0])
    action = choose(state)
    for _ in range(samples):
        following, reward, terminated, truncated, _ = env.step(action)
        over, next_action = terminated or truncated, choose(following)
        here, there = (action, next_action) if explore is not None else (0, 0)
        update(state, here, float(reward), following, there, terminated, over)
        state, action = following, next_action
        if over:
            state = int(env.reset()[0])
            action = choose(state)
    return table


COMPARISONS = tuple(
    Comparison(
        name,
        f"{name} on a frozen lake{', no slipping' if name in DETERMINISTIC else ''}",
        "steps/s",
        100,
        partial(prepare, name),
    )
    for name in METHODS
)
