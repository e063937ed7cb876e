"""What the tests of all learners with a remembered world need."""

from collections.abc import Callable

import gymnasium as gym
import numpy as np

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv, TabularModel

DETERMINISTIC = [
    f"spielfeld/{name}-v0"
    for name in (
        "CliffWalking", "CornerGridWorld", "DynaMaze", "JumpGridWorld", "KeysAndDoors",
        "OneWayStreets", "RandomWalk", "WindyGridWorld", "WindyKingsGridWorld",
    )
]  # fmt: skip


def line(length: int = 4, slip: float = 0.0, noise: float = 0.0) -> TabularModel:
    """Make a line: action 1 goes right, 0 left, 2 stays; the right end pays 1 and ends.

    With probability `slip` a step does nothing. Where one stands decides what is legal: to stay
    is not, in odd states.
    """
    states = np.arange(length)
    moved = np.stack([np.maximum(states - 1, 0), np.minimum(states + 1, length - 1), states], 1)
    stayed = np.repeat(states[:, None], 3, 1)
    next_state = np.stack([moved, stayed], 2).copy("C")  # as other worlds: compiled once for all
    next_state[-1] = length - 1
    terminated = next_state == length - 1
    reward = terminated.astype(float)
    reward[-1] = 0.0
    legal = np.ones((length, 3), bool)
    legal[1::2, 2] = False
    probability = np.tile([1 - slip, slip], (length, 3, 1))
    deviation = noise * (reward > 0) if noise else None
    start = np.eye(length)[0]
    return TabularModel(
        probability, next_state, reward, terminated, start, legal, reward_deviation=deviation
    )


WORLDS: dict[str, Callable[[], gym.Env]] = {
    "ice, a time limit": lambda: gym.make("spielfeld/FrozenLake-v0", time_limit=9),
    "masks": lambda: TabularEnv(line(), max_episode_steps=7),
    "masks, noise, slips": lambda: TabularEnv(line(5, 0.3, 0.5), max_episode_steps=30),
    "the limit of a wrapper": lambda: gym.wrappers.TimeLimit(TabularEnv(line(6)), 5),
}
