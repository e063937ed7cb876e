"""Benchmark of one environment of `gym.make`: steps per second, and pictures per second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, SupportsFloat

import gymnasium as gym
import numpy as np

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate
from spielfeld.benchmarks.q_learning import sizes

Step = tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]  # as Gymnasium defines it


def prepare(quick: bool) -> Sides:
    """Make both frozen lakes, each with the default wrappers of its id."""
    steps = 1_000 if quick else 200_000
    ours = gym.make("spielfeld/FrozenLake8x8-v0")
    peer = gym.make("FrozenLake8x8-v1")
    return Sides(
        Side("spielfeld/FrozenLake8x8-v0", rate(random_walk(ours, steps), steps)),
        Side("Gymnasium FrozenLake8x8-v1", rate(random_walk(peer, steps), steps)),
    )


def random_walk(env: gym.Env[Any, Any], steps: int) -> Callable[[], None]:
    """Return work that takes `steps` random actions, drawn before, with resets."""
    actions = np.random.default_rng(0).integers(sizes(env)[1], size=steps).tolist()

    def walk() -> None:
        env.reset(seed=1)
        for action in actions:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()

    return walk


def prepare_drawing(quick: bool) -> Sides:
    """Make both frozen lakes and compare the size of their pictures."""
    frames = 20 if quick else 1_000
    ours = gym.make("spielfeld/FrozenLake8x8-v0", render_mode="rgb_array")
    peer = gym.make("FrozenLake8x8-v1", render_mode="rgb_array")
    sizes = [_size(env) for env in (ours, peer)]
    if sizes[0] != sizes[1]:
        raise RuntimeError(f"Our pictures are {sizes[0]}, the peer's {sizes[1]}: not comparable.")
    size = f"{sizes[0][1]} x {sizes[0][0]} pixels"
    return Sides(
        Side(f"spielfeld/FrozenLake8x8-v0, {size}", rate(_drawing(ours, frames), frames)),
        Side(f"Gymnasium FrozenLake8x8-v1, {size}", rate(_drawing(peer, frames), frames)),
    )


def _size(env: gym.Env[Any, Any]) -> tuple[int, ...]:
    env.reset(seed=1)
    return np.shape(np.asarray(env.render()))


def _drawing(env: gym.Env[Any, Any], frames: int) -> Callable[[], None]:
    return random_walk(_Drawn(env), frames)


class _Drawn(gym.Wrapper[Any, Any, Any, Any]):
    """Wrapper that draws after each step."""

    def step(self, action: object) -> Step:
        result = self.env.step(action)
        self.env.render()
        return result


COMPARISONS = (
    Comparison("single-env", "one env through gym.make", "steps/s", 4, prepare),
    Comparison("drawing", "rgb_array frames", "frames/s", 2, prepare_drawing),
)
