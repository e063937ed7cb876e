"""DQN with prioritised replay: learn more often from steps that surprised.

Most remembered steps are as expected, and teach nothing. Here a step is drawn the more often, the
farther its value was from its target when it was last looked at; new ones come first. What is drawn
more often than its share counts less in return, so that in the end the loss is DQN's own.

    priority = (|Q - target| + smallest)^priority_exponent
    weight = (steps in memory * probability of being drawn)^-correction, over the largest of a batch

Differs from DQN by how it draws from its memory. With priority_exponent 0 it is DQN.

Source: Schaul, Quan, Antonoglou & Silver (2016), "Prioritized experience replay", algorithm 1 with
proportional priorities, and appendix B.2.1, but each step of a batch is drawn from all steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from spielfeld import guard
from spielfeld.agents.networks import at_least, within
from spielfeld.agents.tabular.exploration import linear_schedule
from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.agents.value_based.memory import ReplayMemory, Transitions
from spielfeld.agents.value_based.sum_tree import empty_tree, find_items, leaves, set_weights
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds
from spielfeld.learning.batch import Batch

SMALLEST = 1e-6  # error; so that a step that was as expected is drawn again some time


@dataclass(frozen=True)
class PrioritizedDQNConfig(DQNConfig):
    """Settings of DQN with prioritised replay."""

    priority_exponent: float = 0.6
    """How much surprise matters: 0 not at all, 1 in proportion."""
    correction: float = 0.4
    """How far weights make up for it at the start: 0 not at all, 1 fully."""
    correction_samples: int = 100_000
    """Environment steps until they do so fully."""

    def __post_init__(self) -> None:
        super().__post_init__()
        within("priority_exponent", self.priority_exponent, 0, 1)
        within("correction", self.correction, 0, 1)
        at_least("correction_samples", self.correction_samples, 0)


def priorities(error: Array, exponent: float) -> Array:
    """Return (|error| + smallest)^exponent (Schaul et al., section 3.3). Shape [rows].

    Args:
        error: Prediction - target. Shape [rows].
        exponent: 0 for equal priorities.
    """
    return np.asarray((np.abs(error).astype(np.float64) + SMALLEST) ** exponent)


def importance_weights(share: Array, steps: int, correction: float) -> Array:
    """Return (steps * share)^-correction, divided by the largest (section 3.4). Shape [rows].

    Args:
        share: Probability by which each row was drawn. Shape [rows].
        steps: How many there are to draw from.
        correction: 0 for equal weights, 1 to make up for all of the difference.
    """
    weights = (steps * share) ** -correction
    return np.asarray(weights / weights.max())


class PrioritizedMemory(ReplayMemory):
    """A replay memory that draws steps as often as their priorities say.

    Args:
        capacity: In environment steps.
        worlds: Where they are taken.
        actions: How many there are.
    """

    def __init__(self, capacity: int, worlds: ManyWorlds, actions: int) -> None:
        super().__init__(capacity, worlds, actions)
        self.tree = empty_tree(capacity)
        self.highest = np.ones(1)  # priority of any step so far

    def add(self, steps: Transitions, worlds: Array, over: Array) -> Array:
        """Write steps, as urgent as any so far; see `ReplayMemory.add`."""
        places = super().add(steps, worlds, over)
        set_weights(self.tree, places, np.full(len(places), self.highest[0]))
        return places

    def draw(self, generator: np.random.Generator, count: int) -> Array:
        """Return the places of `count` steps, drawn in proportion to their priorities."""
        places = np.empty(count, np.int64)
        find_items(self.tree, generator.random(count), places)
        return places

    def share(self, places: Array) -> Array:
        """Return by which probability steps are drawn. Shape [rows]."""
        return np.asarray(leaves(self.tree)[places] / self.tree[1])

    def change(self, places: Array, urgency: Array) -> None:
        """Give steps other priorities. Shape [rows]."""
        set_weights(self.tree, places, urgency)
        self.highest[0] = max(self.highest[0], urgency.max())

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the least number, and the one that all stay below, of some of the arrays."""
        return {**super().limits(), "tree": (0, None), "highest": (0, None)}

    def require_sound(self, saved: dict[str, Array]) -> None:
        """Refuse a tree whose nodes are not the sums of those below, or that weighs no step.

        Raises:
            ValueError: If so: a draw would lead to a place where no step is remembered.
        """
        tree, used = saved["tree"], min(int(saved["written"][0]), self.capacity)
        half = len(tree) // 2
        sums = np.array_equal(tree[1:half], tree[2::2] + tree[3::2])
        weighs = (leaves(tree)[:used] > 0).all() and not leaves(tree)[used:].any()
        guard.require(sums and weighs, "The saved 'memory.tree' is no sum of these steps' weights.")

    def arrays(self) -> dict[str, Array]:
        """Return all that is remembered, the very arrays."""
        return {**super().arrays(), "tree": self.tree, "highest": self.highest}


class PrioritizedDQN(DQN):
    """DQN with prioritised replay in any environment with discrete actions.

    Args:
        config: Settings; see `PrioritizedDQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class = PrioritizedDQNConfig
    foresees = False  # each update changes priorities
    replay: PrioritizedMemory

    def make_memory(self) -> PrioritizedMemory:
        """Return an empty memory."""
        return PrioritizedMemory(self.config.buffer_size, self.worlds, int(self.actions.n))

    def batches(self, count: int) -> Iterator[Batch]:
        """Yield so many batches of remembered steps, each with the weight that is due to it."""
        config, samples = self.config, self.samples
        correction = linear_schedule(config.correction, 1, config.correction_samples, samples)
        for batch in super().batches(count):
            share = self.replay.share(self.places)
            yield replace(batch, weights=importance_weights(share, len(self.replay), correction))

    def record(self, batch: Batch, prediction: Array) -> None:
        """Take note of how surprising each step was."""
        super().record(batch, prediction)
        error = prediction - batch.targets
        self.replay.change(self.places, priorities(error, self.config.priority_exponent))
