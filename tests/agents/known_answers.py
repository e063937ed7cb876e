"""Worlds of 1 to 6 states whose answer is known, for learners that act in many worlds at once.

Each is reached by `gym.make` as "known/...", so that any number of copies can be made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box, Discrete

from spielfeld.envs import TabularEnv, TabularModel

Row = tuple[int, float, bool]  # where an action leads, what it pays, whether that ends the episode


def model_of(
    table: list[list[Row]], start: list[float], legal: list[list[int]] | None = None
) -> TabularModel:
    """Return a deterministic world; the last state is where episodes end."""
    end = [(len(table), 0.0, True)] * len(table[0])
    columns = np.array([*table, end], float)[:, :, None]  # [states, actions, 1, columns]
    allowed = None if legal is None else np.array([*legal, [1] * len(end)], bool)
    return TabularModel(
        np.ones(columns.shape[:3]), columns[..., 0], columns[..., 1], columns[..., 2] == 1,
        np.array([*start, 0.0]), allowed,
    )  # fmt: skip


def one_step() -> TabularEnv:
    """Two states, and in each one action of three that pays 1."""
    return TabularEnv(
        model_of(
            [[(2, 0.0, True), (2, 1.0, True), (2, 0.5, True)],
             [(2, 1.0, True), (2, 0.0, True), (2, 0.5, True)]],
            [0.5, 0.5],
        )
    )  # fmt: skip


def delayed_reward() -> TabularEnv:
    """Action 0 pays .3 at once, action 1 only three steps later, but then 1."""
    return TabularEnv(
        model_of(
            [[(1, 0.3, False), (2, 0.0, False)],  # 0: the choice
             [(4, 0.0, True), (4, 0.0, True)],  # 1: there is nothing more
             [(3, 0.0, False), (3, 0.0, False)],  # 2: wait
             [(4, 1.0, True), (4, 1.0, True)]],  # 3: and be paid
            [1, 0, 0, 0],
        )
    )  # fmt: skip


class Blindfold(TabularEnv):
    """A world that looks the same everywhere."""

    def __init__(self, model: TabularModel) -> None:
        super().__init__(model)
        self.observation_space = Discrete(1)

    def _observe(self) -> int:
        return 0


def memoryless() -> TabularEnv:
    """Three steps that look alike; whoever takes action 1 in all of them is paid 1 each."""
    return Blindfold(
        model_of(
            [[(3, 0.0, True), (1, 1.0, False)],
             [(3, 0.0, True), (2, 1.0, False)],
             [(3, 0.0, True), (3, 1.0, True)]],
            [1, 0, 0],
        )
    )  # fmt: skip


def truncation() -> TabularEnv:
    """Action 0 pays 2 and ends the episode; action 1 pays 1 and stays, until time is up at once.

    Time is no part of the world, so staying is worth 1 / (1 - .9) = 10 with a discount of .9. Who
    takes a truncated episode for one that has terminated believes that staying is worth 1.
    """
    model = model_of([[(1, 2.0, True), (0, 1.0, False)]], [1])
    return TabularEnv(model, max_episode_steps=1)


def masked_actions() -> TabularEnv:
    """In each of two states one action is not legal; among the others one pays 1."""
    return TabularEnv(
        model_of(
            [[(2, 9.0, True), (2, 1.0, True), (2, 0.5, True)],
             [(2, 0.5, True), (2, 9.0, True), (2, 1.0, True)]],
            [0.5, 0.5],
            [[0, 1, 1], [1, 0, 1]],
        )
    )  # fmt: skip


class Aim(gym.Env[Any, Any]):
    """One step; it pays 1 minus the distance from .3, squared."""

    observation_space, action_space = Box(0, 1, (1,)), Box(-2, 2, (1,))

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:
        error = float(action[0]) - 0.3
        return np.ones(1, np.float32), 1 - error * error, True, False, {}


@dataclass(frozen=True)
class KnownAnswer:
    """A world with what one should do there.

    Args:
        make: Makes the world.
        observations: In which there is something to decide.
        best: What to do there; actions, or numbers for a `Box`.
        discount: By which that is best.
        legal: Which actions are; all if None. Shape [observations, actions].
    """

    make: Callable[[], gym.Env[Any, Any]]
    observations: list[Any]
    best: list[Any]
    discount: float = 0.9
    legal: list[list[int]] | None = None

    def is_known_to(self, learner: Any) -> bool:
        """Whether a learner would do the best in all of `observations`."""
        found = learner.predict(np.array(self.observations))
        if isinstance(self.best[0], float):
            return bool((np.abs(found[:, 0] - self.best) < 0.1).all())
        allowed = True if self.legal is None else np.array(self.legal, bool)
        return np.where(allowed, found, -np.inf).argmax(axis=1).tolist() == self.best


def made(name: str) -> Callable[[], gym.Env[Any, Any]]:
    """Return what makes a world of this file, by its id."""
    return lambda: gym.make(f"known/{name}-v0")


MAKERS = {
    "OneStep": one_step,
    "DelayedReward": delayed_reward,
    "Memoryless": memoryless,
    "Truncation": truncation,
    "MaskedActions": masked_actions,
    "Aim": Aim,
}
for name, maker in MAKERS.items():
    gym.register(f"known/{name}-v0", lambda maker=maker, **options: maker(), order_enforce=False)

DISCRETE = {
    "one step": KnownAnswer(made("OneStep"), [0, 1], [1, 0]),
    "delayed reward": KnownAnswer(made("DelayedReward"), [0], [1]),
    "memoryless": KnownAnswer(made("Memoryless"), [0], [1]),
    "truncation": KnownAnswer(made("Truncation"), [0], [1]),
    "masked actions": KnownAnswer(
        made("MaskedActions"), [0, 1], [1, 2], legal=[[0, 1, 1], [1, 0, 1]]
    ),
}
CONTINUOUS = {"continuous": KnownAnswer(made("Aim"), [[1.0]], [0.3])}
KNOWN_ANSWERS = {**DISCRETE, **CONTINUOUS}
