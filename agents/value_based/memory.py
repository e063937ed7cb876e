"""The replay memory of DQN, and the two parts that a variant may replace.

Steps that follow one another are alike; steps drawn at random from a large memory are not, which is
the condition of stochastic gradient descent (Lin, 1992; Mnih et al., 2015).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, NamedTuple, Protocol

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds
from spielfeld.snapshot import Counter, Index


class Transitions(NamedTuple):
    """Some environment steps, a row each."""

    observation: Array  # [rows, ...]
    action: Annotated[Array, Index("actions")]  # [rows]
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

    saved: ClassVar[tuple[str, ...]] = ("written", "columns")
    written: Counter  # steps in all, those that are forgotten included

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
        """Write steps, in the end over the oldest ones; return their places."""
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
    """How steps are drawn from a memory."""

    saved: ClassVar[tuple[str, ...]]  # attributes of a snapshot

    def added(self, places: Array) -> None:
        """Take note of new steps."""
        ...

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return the places of `count` of `steps` steps, with repetition."""
        ...

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return how much each drawn step counts in the loss. Shape [rows].

        Args:
            places: Where they are.
            steps: How many are remembered.
            samples: Environment steps so far.
        """
        ...

    def surprised(self, places: Array, error: Array) -> None:
        """Take note of prediction - target of drawn steps. Shape [rows]."""
        ...


class Lookout(Protocol):
    """How far a remembered step is followed before its next value is asked for."""

    saved: ClassVar[tuple[str, ...]]  # attributes of a snapshot

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """Take note of new steps.

        Args:
            places: Where they are. Shape [rows].
            worlds: Their worlds, by number. Shape [rows].
            over: Whether each was the last step of its episode. Shape [rows].
        """
        ...

    def begin_episodes(self) -> None:
        """Take note that new episodes begin in all worlds, whether or not the last ones ended."""
        ...

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array | float]:
        """Return remembered steps, and the discount of the value after each one."""
        ...
