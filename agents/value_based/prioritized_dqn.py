"""DQN with prioritised replay: learn more often from steps that surprised.

Fills `agents/deep_loop.py`, as DQN does. Most remembered steps are as expected, and teach nothing.
Here a step is drawn the more often, the farther its value was from its target when it was last
looked at; new ones come first. What is drawn more often than its share counts less in return, so
that in the end the loss is DQN's own.

    priority = (|Q - target| + smallest)^priority_exponent
    weight = (steps in memory * probability of being drawn)^-correction, over the largest of a batch

Differs from DQN by its sampler. With priority_exponent 0 it is DQN. The sampler draws in steps that
grow with the logarithm of the memory's size, by a sum tree (`set_weights`, `find_items`).

Source: Schaul, Quan, Antonoglou & Silver (2016), "Prioritized experience replay", algorithm 1 with
proportional priorities, and appendix B.2.1, but each step of a batch is drawn from all steps.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from spielfeld import guard
from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.learning.optimizer import linear_schedule
from spielfeld.settings import Amount, Share, Whole, settings

SMALLEST = 1e-6  # error; so that a step that was as expected is drawn again some time


@settings
class PrioritizedDQNConfig(DQNConfig):
    """Settings of DQN with prioritised replay."""

    priority_exponent: Share = 0.6
    """How much surprise matters: 0 not at all, 1 in proportion."""
    correction: Share = 0.4
    """How far weights make up for it at the start: 0 not at all, 1 fully."""
    correction_samples: Whole = 100_000
    """Environment steps until they do so fully."""


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


# A binary tree in an array: node k is the sum of nodes 2 k and 2 k + 1, node 1 the sum of all, and
# the last half of the nodes are the weights themselves. To find where a number between 0 and the
# sum of all falls, go down: left if it is below the left sum, else right with the rest of it.


def empty_tree(items: int) -> Array:
    """Return a tree in which all of `items` items weigh nothing. Shape [2 * leaves]."""
    return np.zeros(2 << max(0, items - 1).bit_length())


def leaves(tree: Array) -> Array:
    """Return the weights, of all items and of the places that fill up the tree. Shape [leaves]."""
    return tree[len(tree) // 2 :]


@compiled
def set_weights(tree: Array, items: Array, weights: Array) -> None:
    """Change the weights of items, and every sum above them; of an item named twice the last."""
    for k in range(items.size):
        node = tree.size // 2 + items[k]
        tree[node] = weights[k]
        while node > 1:
            node //= 2
            tree[node] = tree[2 * node] + tree[2 * node + 1]


@compiled
def find_items(tree: Array, shares: Array, found: Array) -> None:
    """Write into `found` [draws] the items in which shares in [0, 1) of the sum of all fall."""
    for k in range(shares.size):
        left_over, node = shares[k] * tree[1], 1
        while node < tree.size // 2:
            node *= 2
            # sums are rounded: never step into a side that weighs nothing
            if left_over >= tree[node] and tree[node + 1] > 0:
                left_over -= tree[node]
                node += 1
        found[k] = node - tree.size // 2


class Proportional:
    """The sampler that draws steps in proportion to their priorities.

    Args:
        config: Settings; see `PrioritizedDQNConfig`.
    """

    changes: ClassVar[bool] = True
    saved: ClassVar[tuple[str, ...]] = ("tree", "highest")
    tree: Annotated[Array, Amount]
    highest: Amount  # priority of any step so far

    def __init__(self, config: PrioritizedDQNConfig) -> None:
        self.config = config
        self.tree = empty_tree(config.buffer_size)
        self.highest = 1.0

    def require_sound(self) -> None:
        """Refuse a restored tree whose nodes are not the sums of those below.

        Raises:
            ValueError: If so: a draw would lead to a place where no step is remembered.
        """
        tree, half = self.tree, len(self.tree) // 2
        sums = np.array_equal(tree[1:half], tree[2::2] + tree[3::2])
        guard.require(sums, "The saved 'sampler.tree' is no sum of its weights.")

    def added(self, places: Array) -> None:
        """Make new steps as urgent as any so far."""
        set_weights(self.tree, places, np.full(len(places), self.highest))

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return the places of `count` steps."""
        places = np.empty(count, np.int64)
        find_items(self.tree, generator.random(count), places)
        return places

    def share(self, places: Array) -> Array:
        """Return the probability by which each step is drawn. Shape [rows]."""
        return np.asarray(leaves(self.tree)[places] / self.tree[1])

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return `importance_weights`, with the correction of now. Shape [rows]."""
        config = self.config
        correction = linear_schedule(config.correction, 1, config.correction_samples, samples)
        return importance_weights(self.share(places), steps, correction)

    def surprised(self, places: Array, error: Array) -> None:
        """Give steps the priorities of their new errors. Shape [rows]."""
        urgency = priorities(error, self.config.priority_exponent)
        set_weights(self.tree, places, urgency)
        self.highest = max(self.highest, float(urgency.max()))


class PrioritizedDQN(DQN):
    """DQN with prioritised replay: steps with large errors are sampled more often.

    Args:
        config: Settings; see `PrioritizedDQNConfig`.
        seed: Seed of the agent and of the first reset of the worlds.
    """

    config_class = PrioritizedDQNConfig
    sampler_class = Proportional
