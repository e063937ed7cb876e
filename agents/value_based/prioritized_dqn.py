"""DQN with prioritised replay: steps with large errors are sampled more often.

This file provides functions of `agents/deep_loop.py`, as DQN does. Most stored steps have small
errors, and the network learns little from them. So the sampler draws a step with a probability that
grows with its last error. New steps are drawn first. A step that is drawn more often gets a smaller
weight in the loss. In the end the loss is that of DQN.

    priority = (|Q - target| + smallest)^priority_exponent
    weight = (steps in memory * probability of being drawn)^-correction, over the largest of a batch

Differs from DQN by its sampler. With priority_exponent 0 it is DQN. The sampler uses a sum tree
(`set_weights`, `find_items`). The time of a draw grows with the logarithm of the buffer's size.

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

SMALLEST = 1e-6  # error; with it a step without error can be drawn again


@settings
class PrioritizedDQNConfig(DQNConfig):
    """Settings of DQN with prioritised replay."""

    priority_exponent: Share = 0.6
    """Influence of the error on the priority: 0 none, 1 proportional."""
    correction: Share = 0.4
    """Correction by the weights at the start: 0 none, 1 complete."""
    correction_samples: Whole = 100_000
    """Environment steps until the correction is complete."""


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
        share: Probability with which each row was drawn. Shape [rows].
        steps: Number of steps in the buffer.
        correction: 0 for equal weights, 1 for a complete correction.
    """
    weights = (steps * share) ** -correction
    return np.asarray(weights / weights.max())


# A binary tree in an array: node k is the sum of nodes 2 k and 2 k + 1. Node 1 is the sum of
# all. The second half of the nodes are the weights. To find the item for a number between 0 and the
# sum of all, go down from node 1. Go left if the number is below the left sum. Otherwise subtract
# the left sum and go right.


def empty_tree(items: int) -> Array:
    """Return a tree in which all of `items` items have the weight 0. Shape [2 * leaves]."""
    return np.zeros(2 << max(0, items - 1).bit_length())


def leaves(tree: Array) -> Array:
    """Return the weights of all items and of the places that fill up the tree. Shape [leaves]."""
    return tree[len(tree) // 2 :]


@compiled
def set_weights(tree: Array, items: Array, weights: Array) -> None:
    """Change the weights of items, and all sums above them; the last of equal items counts."""
    for k in range(items.size):
        node = tree.size // 2 + items[k]
        tree[node] = weights[k]
        while node > 1:
            node //= 2
            tree[node] = tree[2 * node] + tree[2 * node + 1]


@compiled
def find_items(tree: Array, shares: Array, found: Array) -> None:
    """Write into `found` [draws] the items at the given shares in [0, 1) of the sum of all."""
    for k in range(shares.size):
        left_over, node = shares[k] * tree[1], 1
        while node < tree.size // 2:
            node *= 2
            # sums are rounded: never go to a side with weight 0
            if left_over >= tree[node] and tree[node + 1] > 0:
                left_over -= tree[node]
                node += 1
        found[k] = node - tree.size // 2


class Proportional:
    """Sampler that draws steps in proportion to their priorities.

    Args:
        config: Settings; see `PrioritizedDQNConfig`.
    """

    changes: ClassVar[bool] = True
    saved: ClassVar[tuple[str, ...]] = ("tree", "highest")
    tree: Annotated[Array, Amount]
    highest: Amount  # largest priority so far

    def __init__(self, config: PrioritizedDQNConfig) -> None:
        self.config = config
        self.tree = empty_tree(config.buffer_size)
        self.highest = 1.0

    def require_sound(self) -> None:
        """Refuse a restored tree whose nodes are not the sums of those below.

        Raises:
            ValueError: If a sum is wrong: a draw could then lead to an empty place.
        """
        tree, half = self.tree, len(self.tree) // 2
        sums = np.array_equal(tree[1:half], tree[2::2] + tree[3::2])
        guard.require(sums, "The saved 'sampler.tree' is no sum of its weights.")

    def added(self, places: Array) -> None:
        """Give new steps the largest priority so far."""
        set_weights(self.tree, places, np.full(len(places), self.highest))

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return the places of `count` steps."""
        places = np.empty(count, np.int64)
        find_items(self.tree, generator.random(count), places)
        return places

    def share(self, places: Array) -> Array:
        """Return the probability with which each step is drawn. Shape [rows]."""
        return np.asarray(leaves(self.tree)[places] / self.tree[1])

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return `importance_weights` with the current correction. Shape [rows]."""
        config = self.config
        correction = linear_schedule(config.correction, 1, config.correction_samples, samples)
        return importance_weights(self.share(places), steps, correction)

    def surprised(self, places: Array, error: Array) -> None:
        """Set the priorities of steps from their new errors. Shape [rows]."""
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
