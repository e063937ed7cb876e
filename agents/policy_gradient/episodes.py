"""Whole episodes: what was seen, done and paid in each world, kept until an episode is over."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld import guard
from spielfeld.agents.policy_gradient.advantages import discounted_returns
from spielfeld.arrays import Array
from spielfeld.learning.named import prefixed, section

ROOM = 64  # steps at first; what an episode needs beyond is made as it goes on


class Episodes:
    """The episodes under way in many worlds, and those that are over but not learned from yet.

    Args:
        worlds: How many.

    Attributes:
        arrays: Of the episodes under way, by name. [worlds, room, ...].
        length: How many steps of each there are. Shape [worlds].
        finished: Those that are over: arrays by name, "returns" among them. [steps, ...].
    """

    def __init__(self, worlds: int) -> None:
        self.arrays: dict[str, Array] = {}
        self.length = np.zeros(worlds, np.int64)
        self.finished: list[dict[str, Array]] = []

    def add(self, taken: Array, **step: Array) -> None:
        """Write one step of every world, an array [worlds, ...] for each name.

        Where none was `taken`, since the world was only reset, the next one is written over it.
        """
        for name, values in step.items():
            array = self.arrays.get(name)
            if array is None or self.length.max() == array.shape[1]:
                array = self.arrays[name] = _roomier(array, values)
            array[np.arange(len(taken)), self.length] = values
        self.length += taken

    def finish(self, world: int, after: float, discount: float) -> None:
        """Cut an episode out, and look back at the return that followed each of its steps.

        Args:
            world: Whose episode is over.
            after: What is expected to have come after its last step.
            discount: Weight of the next state's value.
        """
        episode = {k: array[world, : self.length[world]].copy() for k, array in self.arrays.items()}
        episode["returns"] = discounted_returns(episode["reward"], after, discount)
        self.finished.append(episode)
        self.length[world] = 0

    def drop(self) -> None:
        """Drop the episodes under way."""
        self.arrays, self.length[:] = {}, 0

    def take(self) -> dict[str, Array]:
        """Hand over the finished episodes, one after the other in each array. [steps, ...]."""
        episodes, self.finished = self.finished, []
        return {name: np.concatenate([one[name] for one in episodes]) for name in episodes[0]}

    def state(self) -> dict[str, Array]:
        """Return all that is kept, as arrays."""
        here = self._filled()
        kept = {name: array[:, : here.shape[1]][here] for name, array in self.arrays.items()}
        state = {"length": self.length.copy(), **prefixed("under_way", kept)}
        for number, episode in enumerate(self.finished):
            state |= prefixed(f"finished{number}", episode)
        return state

    def restore(self, state: dict[str, Any], step: dict[str, Array]) -> None:
        """Take back what `state()` returned.

        Args:
            state: What was saved.
            step: Arrays of the kind and shape of one step of all worlds, by name. [worlds, ...].

        Raises:
            ValueError: If an array does not fit; then nothing has changed.
        """
        length = guard.entry(state, "length")
        length = guard.like("The saved 'length'", length, self.length, 0, guard.MOST)
        kept = section(state, "under_way")
        steps, finished = sum(length.tolist()), list[dict[str, Array]]()
        if kept or steps:
            kept = _saved_steps("under_way", kept, step, steps)
        while episode := section(state, f"finished{len(finished)}"):
            what, returns = f"finished{len(finished)}", guard.entry(episode, "returns")
            taken = len(guard.as_array(what, returns).ravel())
            like = {**step, "returns": np.zeros(1)}
            finished.append(_saved_steps(what, episode, like, taken))
        self.length[:], self.finished, self.arrays = length, finished, {}
        here = self._filled()
        for name, values in kept.items():
            self.arrays[name] = np.zeros((*here.shape, *values.shape[1:]), values.dtype)
            self.arrays[name][here] = values

    def _filled(self) -> Array:
        """Return where there are steps. Shape [worlds, longest]."""
        return np.asarray(np.arange(self.length.max()) < self.length[:, None])


def _saved_steps(
    what: str, saved: dict[str, Any], step: dict[str, Array], count: int
) -> dict[str, Array]:
    """Return `count` saved steps, an array each of what a step consists of."""
    present = {}
    for name, one in step.items():
        given = guard.entry(saved, name)
        shape = np.shape(guard.as_array(name, given))
        guard.require(shape[:1] == (count,), f"The saved '{what}.{name}' must hold {count} steps.")
        room = np.zeros((count, *one.shape[1:]), one.dtype)
        present[name] = guard.like(f"The saved '{what}.{name}'", given, room)
    return present


def _roomier(array: Array | None, values: Array) -> Array:
    """Return an array with more than twice as much room for values [worlds, ...]."""
    old = np.zeros((len(values), 0, *values.shape[1:]), values.dtype) if array is None else array
    room = np.zeros((len(values), ROOM + old.shape[1], *values.shape[1:]), values.dtype)
    return np.concatenate([old, room], axis=1)
