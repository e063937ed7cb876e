"""A rollout: what was seen, done and paid in all worlds for a few steps, in arrays made once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spielfeld.agents.policy_gradient.advantages import generalised_advantages
from spielfeld.arrays import Array


class ActionTargets(NamedTuple):
    """The targets of policy gradients: one action a row, and how it turned out."""

    action: Array  # [rows], or [rows, numbers]
    legal: Array | None  # [rows, actions]
    log_probability: Array  # [rows], of the action when it was drawn
    advantage: Array  # [rows]
    returns: Array  # [rows], advantage + value: what the value should have been

    def rows(self, index: Array) -> ActionTargets:
        """Return some of the rows."""
        return ActionTargets(*(None if array is None else array[index] for array in self))  # type: ignore[arg-type]


class Rollout:
    """`steps` steps of every world; `add` fills it, `lessons` reads it when it is `full`.

    Args:
        steps: Of each world.
        worlds: How many.
        features: Numbers that the network sees of an observation.
        action: One action of all worlds, for its shape and dtype. Shape [worlds, ...].
        actions: How many may be legal; 0 if they all are.
    """

    def __init__(self, steps: int, worlds: int, features: int, action: Array, actions: int) -> None:
        shape = steps, worlds
        self.arrays: dict[str, Array] = {
            "inputs": np.zeros((*shape, features), np.float32),
            "action": np.zeros((steps, *action.shape), action.dtype),
            "legal": np.zeros((*shape, actions), bool),
            "log_probability": np.zeros(shape, np.float32),
            "value": np.zeros(shape, np.float32),
            "end_value": np.zeros(shape, np.float32),
            "reward": np.zeros(shape),
            "ended": np.zeros(shape, bool),
            "taken": np.zeros(shape, bool),
            "filled": np.zeros(1, np.int64),
        }

    @property
    def full(self) -> bool:
        """Whether there is no room for another step."""
        return int(self.arrays["filled"][0]) == len(self.arrays["reward"])

    def add(self, **row: Any) -> None:
        """Write one step of every world, an array [worlds, ...] for each name."""
        step = int(self.arrays["filled"][0])
        for name, values in row.items():
            self.arrays[name][step] = values
        self.arrays["filled"] += 1

    def clear(self) -> None:
        """Make room for all steps again."""
        self.arrays["filled"][:] = 0

    def lessons(
        self, last_value: Array, discount: float, trace_decay: float
    ) -> tuple[Array, ActionTargets]:
        """Return the inputs [rows, features] and targets of all steps that were taken; empty it.

        Args:
            last_value: Of what the worlds show after the last step. Shape [worlds].
            discount: Weight of the next state's value.
            trace_decay: See `generalised_advantages`.
        """
        was = self.arrays
        follows = np.concatenate([was["value"][1:], last_value[None]])
        next_value = np.where(was["ended"], was["end_value"], follows)
        advantage = generalised_advantages(
            was["reward"], was["value"], next_value, was["ended"], discount, trace_decay
        )
        legal = was["legal"] if was["legal"].size else None
        returns = advantage + was["value"]
        targets = ActionTargets(was["action"], legal, was["log_probability"], advantage, returns)
        self.clear()
        return was["inputs"][was["taken"]], targets.rows(was["taken"])
