"""Replay buffer of DQN, and the two parts that a variant can replace.

Consecutive steps are similar. Stochastic gradient descent needs independent steps, so DQN draws
them at random from a large buffer (Lin, 1992; Mnih et al., 2015).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, NamedTuple, Protocol

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds
from spielfeld.snapshot import Counter, Index


class Transitions(NamedTuple):
    """Environment steps, one in each row."""

    observation: Array  # [rows, ...]
    action: Annotated[Array, Index("actions")]  # [rows]
    reward: Array  # [rows]
    terminated: Array  # whether the episode terminated; False if it was truncated [rows]
    next_observation: Array  # observation after the step, before any reset [rows, ...]
    next_legal: Array  # legal actions of the next observation [rows, actions]


class ReplayMemory:
    """Replay buffer: the latest environment steps in arrays of fixed size.

    Args:
        capacity: Size in environment steps.
        worlds: Worlds of the steps.
        actions: Number of actions.
    """

    saved: ClassVar[tuple[str, ...]] = ("written", "columns")
    written: Counter  # number of all steps so far, with those that were overwritten

    def __init__(self, capacity: int, worlds: ManyWorlds, actions: int) -> None:
        self.capacity, self.actions, self.written = capacity, actions, 0
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
        return min(self.written, self.capacity)

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of indices, by name."""
        return {"actions": self.actions}

    def add(self, steps: Transitions) -> Array:
        """Store steps over the oldest ones if the buffer is full; return their places."""
        count = len(steps.action)
        places: Array = (self.written + np.arange(count)) % self.capacity
        for column, rows in zip(self.columns, steps, strict=True):
            column[places] = rows
        self.written += count
        return places

    def at(self, places: Array) -> Transitions:
        """Return the steps in `places`."""
        return Transitions(*(column.take(places, axis=0) for column in self.columns))


class Sampler(Protocol):
    """Sampler: draws steps from a replay buffer."""

    saved: ClassVar[tuple[str, ...]]  # attributes of a snapshot

    def added(self, places: Array) -> None:
        """Add new steps."""
        ...

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return the places of `count` draws from `steps` steps, with repetition."""
        ...

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return the weight of each drawn step in the loss. Shape [rows].

        Args:
            places: Places of the steps.
            steps: Number of steps in the buffer.
            samples: Environment steps so far.
        """
        ...

    def surprised(self, places: Array, error: Array) -> None:
        """Use the errors, prediction - target, of drawn steps. Shape [rows]."""
        ...


class Lookout(Protocol):
    """Lookout: adds up the rewards after a step before the next value is used."""

    saved: ClassVar[tuple[str, ...]]  # attributes of a snapshot

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """Add new steps.

        Args:
            places: Places of the steps. Shape [rows].
            worlds: Number of each step's world. Shape [rows].
            over: Whether each was the last step of its episode. Shape [rows].
        """
        ...

    def begin_episodes(self) -> None:
        """Begin new episodes in all worlds, also if the last ones have not ended."""
        ...

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array | float]:
        """Return stored steps, and the discount of the value after each one."""
        ...
