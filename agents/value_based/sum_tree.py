"""A sum tree: draw an item as often as its weight says, in steps that grow with the logarithm.

A binary tree in an array: node k is the sum of nodes 2 k and 2 k + 1, node 1 the sum of all, and
the last half of the nodes are the weights themselves. To find where a number between 0 and the sum
of all falls, go down: left if it is below the left sum, else right with what is left of it.

Source: Schaul, Quan, Antonoglou & Silver (2016), appendix B.2.1.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.compiled import compiled


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
