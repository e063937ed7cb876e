"""Benchmark of Stable-Baselines3's PPO in our worlds: vector environment or single ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import gymnasium as gym
import numpy as np

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.agents.baselines import SB3PPO, SB3PPOConfig
from spielfeld.arrays import Array
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate
from spielfeld.envs.many_worlds import rows_seed

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

WORLD, SEEDS = "spielfeld/FrozenLake-v0", 10


def prepare(num_envs: int, quick: bool) -> Sides:
    """Prepare the same algorithm with the same settings and seeds for both kinds of rows."""
    samples, seeds = (64, 1) if quick else (8_192, SEEDS)
    config = SB3PPOConfig(num_envs=num_envs, steps=64, batch_size=256, epochs=4)
    learned: dict[str, list[dict[str, Array]]] = {"rows": [], "single": []}

    def in_rows() -> None:
        learned["rows"] = [_in_rows(config, seed, samples) for seed in range(seeds)]

    def in_single_worlds() -> None:
        learned["single"] = [_in_single_worlds(config, seed, samples) for seed in range(seeds)]

    def note() -> str:
        pairs = zip(learned["rows"], learned["single"], strict=True)
        equal = sum(all(np.array_equal(one[k], other[k]) for k in one) for one, other in pairs)
        return f"the same parameters to the last bit with {equal} of {seeds} seeds"

    taken = samples * seeds
    return Sides(
        Side(f"sb3-ppo, {num_envs} native rows", rate(in_rows, taken), note),
        Side(f"SB3's PPO, DummyVecEnv of {num_envs}", rate(in_single_worlds, taken)),
    )


def _in_rows(config: SB3PPOConfig, seed: int, samples: int) -> dict[str, Array]:
    learner = SB3PPO(config, seed)
    learner.learn(gym.make(WORLD), samples)
    assert learner.model is not None
    return _weights(learner.model)


def _in_single_worlds(config: SB3PPOConfig, seed: int, samples: int) -> dict[str, Array]:
    """Train without our wrapper, and without `Monitor`, which would cost the peer more time."""
    import torch
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import DummyVecEnv

    torch.set_num_threads(1)
    worlds = DummyVecEnv([lambda: gym.make(WORLD)] * config.num_envs)
    model = PPO("MlpPolicy", worlds, seed=seed, device="cpu", **config.translated())
    worlds.seed(rows_seed(seed))  # the seeds of our rows
    return _weights(model.learn(samples))


def _weights(model: BaseAlgorithm) -> dict[str, Array]:
    return {name: each.numpy() for name, each in model.policy.state_dict().items()}


COMPARISONS = tuple(
    Comparison(
        f"sb3-worlds-{num_envs}", f"SB3's PPO in {num_envs} frozen lakes, our rows or its own",
        "steps/s", 1, partial(prepare, num_envs), needs="stable_baselines3",
        remedy="pip install 'spielfeld[deep]'",
    )
    for num_envs in (8, 64)
)  # fmt: skip
