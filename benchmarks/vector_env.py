"""Benchmarks of vector environments: ours, EnvPool's and Gymnasium's `SyncVectorEnv`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, fastest, rate

NUM_ENVS = 1_024
BATCHES = 64  # number of batches of random actions, drawn before


def prepare_envpool(quick: bool) -> Sides:
    """Find EnvPool's best setting, and compare ours with it."""
    return Sides(_ours(quick), fastest(_envpool_settings(quick)))


def prepare_sync(quick: bool) -> Sides:
    """Find the best number of environments of `SyncVectorEnv`, and compare ours with it."""
    sizes = (2,) if quick else (8, 64, 1_024)
    steps = 100 if quick else 40_000
    return Sides(_ours(quick), fastest(_sync(num_envs, steps) for num_envs in sizes))


def _ours(quick: bool) -> Side:
    num_envs, steps = (8, 800) if quick else (NUM_ENVS, 10_000_000)
    env = gym.make_vec("spielfeld/FrozenLake8x8-v0", num_envs)
    return Side(f"{num_envs} envs through gym.make_vec", _stepping(env, num_envs, steps))


def _sync(num_envs: int, steps: int) -> Side:
    env = gym.make_vec("FrozenLake8x8-v1", num_envs, vectorization_mode="sync")
    return Side(f"Gymnasium SyncVectorEnv, {num_envs} envs", _stepping(env, num_envs, steps))


def _stepping(
    env: gym.vector.VectorEnv[Any, Any, Any], num_envs: int, steps: int
) -> Callable[[], float]:
    """Return a measurement of about `steps` steps in all environments together."""
    actions = np.random.default_rng(0).integers(4, size=(BATCHES, num_envs))
    rounds = max(1, steps // (num_envs * BATCHES))
    env.reset(seed=1)

    def work() -> None:
        for _ in range(rounds):
            for batch in actions:
                env.step(batch)

    return rate(work, rounds * BATCHES * num_envs)


def _envpool_settings(quick: bool) -> Iterator[Side]:
    """Yield settings: all rows at once (`step`), and overlapping parts (`send` and `recv`)."""
    for num_envs in (64,) if quick else (64, 128, 256, 512, 1_024, 2_048, 4_096):
        for num_threads in (1, 2):
            for batch_size in (num_envs, num_envs // 2, num_envs // 4):
                yield _envpool(num_envs, num_threads, batch_size, 1_000 if quick else 300_000)


def _envpool(num_envs: int, num_threads: int, batch_size: int, steps: int) -> Side:
    import envpool

    rounds = max(1, steps // (batch_size * BATCHES))
    actions = np.random.default_rng(0).integers(4, size=(BATCHES, batch_size), dtype=np.int32)
    env = envpool.make_gymnasium(
        "FrozenLake8x8-v1", num_envs=num_envs, batch_size=batch_size, num_threads=num_threads
    )

    def together() -> None:
        for _ in range(rounds):
            for batch in actions:
                env.step(batch)

    def overlapping() -> None:
        for _ in range(rounds):
            for batch in actions:
                *_, info = env.recv()
                env.send(batch, info["env_id"])

    whole = batch_size == num_envs
    env.reset() if whole else env.async_reset()
    how = "step" if whole else f"send and recv of {batch_size}"
    name = f"EnvPool, {num_envs} envs, {num_threads} threads, {how}"
    return Side(name, rate(together if whole else overlapping, rounds * BATCHES * batch_size))


COMPARISONS = (
    Comparison(
        "vector-env", "vector env, EnvPool's best", "steps/s", 40, prepare_envpool, needs="envpool"
    ),
    Comparison("sync-vector-env", "vector env, SyncVectorEnv's best", "steps/s", 300, prepare_sync),
)
