"""What an agent remembers of its steps, to learn from them again.

Steps that follow one another are alike; steps drawn at random from a large memory are not, which is
what stochastic gradient descent needs (Lin, 1992; Mnih et al., 2015).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds
from spielfeld.guard import MOST


class Transitions(NamedTuple):
    """Some environment steps, a row each."""

    observation: Array  # [rows, ...]
    action: Array  # [rows]
    reward: Array  # [rows]
    terminated: Array  # whether the world ended; False where only the time was up [rows]
    next_observation: Array  # where the step led, before any reset [rows, ...]
    next_legal: Array  # which actions are allowed there [rows, actions]


class ReplayMemory:
    """The latest environment steps, in arrays that are made once and written round and round.

    Args:
        capacity: In environment steps.
        worlds: Where they are taken.
        actions: How many there are.
    """

    def __init__(self, capacity: int, worlds: ManyWorlds, actions: int) -> None:
        self.capacity = capacity
        self.written = np.zeros(1, np.int64)  # steps in all, those that are forgotten included
        space = worlds.observation_space
        shape, dtype = space.shape or (), space.dtype
        self.columns = Transitions(
            observation=np.zeros((capacity, *shape), dtype),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            terminated=np.zeros(capacity, bool),
            next_observation=np.zeros((capacity, *shape), dtype),
            next_legal=np.zeros((capacity, actions), bool),
        )

    def __len__(self) -> int:
        return min(int(self.written[0]), self.capacity)

    def add(self, steps: Transitions, worlds: Array, over: Array) -> Array:
        """Write steps, in the end over the oldest ones; return their places.

        Args:
            steps: One step in some of the worlds.
            worlds: In which, by their number. Shape [rows].
            over: Whether that was the last step of its episode. Shape [rows].
        """
        count = len(steps.action)
        places: Array = (self.written[0] + np.arange(count)) % self.capacity
        for column, rows in zip(self.columns, steps, strict=True):
            column[places] = rows
        self.written += count
        return places

    def draw(self, generator: np.random.Generator, count: int) -> Array:
        """Return the places of `count` steps, each step equally likely, with repetition."""
        return (generator.random(count) * len(self)).astype(np.int64)

    def begin_episodes(self) -> None:
        """Take note that new episodes begin in all worlds, whether or not the last ones ended."""

    def at(self, places: Array) -> Transitions:
        """Return the steps in `places`."""
        return Transitions(*(column.take(places, axis=0) for column in self.columns))

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the least number, and the one that all stay below, of some of the arrays."""
        return {"written": (0, MOST)}

    def require_sound(self, saved: dict[str, Array]) -> None:
        """Raise a ValueError if saved arrays contradict each other."""

    def arrays(self) -> dict[str, Array]:
        """Return all that is remembered, the very arrays."""
        return {"written": self.written, **self.columns._asdict()}
