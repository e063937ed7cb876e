"""One environment through `gym.make`, as most programs of today step it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.experiments.benchmark.comparison import Comparison, Side, Sides, rate


def prepare(quick: bool) -> Sides:
    """Make both frozen lakes, each with Gymnasium's own wrappers as its id asks for them."""
    steps = 1_000 if quick else 200_000
    ours = gym.make("spielfeld/FrozenLake8x8-v0")
    peer = gym.make("FrozenLake8x8-v1")
    return Sides(
        Side("spielfeld/FrozenLake8x8-v0", rate(random_walk(ours, steps), steps)),
        Side("Gymnasium FrozenLake8x8-v1", rate(random_walk(peer, steps), steps)),
    )


def random_walk(env: Any, steps: int) -> Callable[[], None]:
    """Return work of that many steps with random actions, drawn beforehand, and resets."""
    actions = np.random.default_rng(0).integers(env.action_space.n, size=steps).tolist()

    def walk() -> None:
        env.reset(seed=1)
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    return walk


COMPARISON = Comparison("single-env", "one env through gym.make", "steps/s", 4, prepare)
