"""Embeddings: a table of low rank, for tables far too large to visit every cell.

Every user and every item gets a short vector, and a rating is their dot product. Differs from
`Table` by sharing: what one user's ratings teach about an item holds for all users, so cells that
were never seen are predicted too. This is the matrix factorisation of recommenders (Koren, Bell &
Volinsky, 2009, equations 1 and 4).
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Backward, Function, Parameters


class EmbeddingDot(Function):
    """phi(u)[i] = user_bias[u] + item_bias[i] + users[u] . items[i].

    As in a `Table`, an input is a row number (of a user) and an output a column (an item). So
    predicting a user's ratings of all items needs no `select`, and a batch of single ratings names
    each item there: `Batch(users, ratings, select=items)`. Then the gradient is `Rows` of the
    vectors and biases that took part.

    Args:
        users: Number of users.
        items: Number of items.
        dimensions: Length of the vectors.
        generator: Draws the vectors at the start; at zero they would never begin to move.
        mean: Where `item_bias` starts, usually the mean rating.
        deviation: Of the vectors' components at the start, in units of the square root of a rating.
    """

    def __init__(
        self,
        users: int,
        items: int,
        dimensions: int,
        generator: np.random.Generator,
        mean: float = 0.0,
        deviation: float = 0.1,
    ) -> None:
        self.parameters: Parameters = {
            "users": generator.normal(0, deviation, (users, dimensions)),
            "items": generator.normal(0, deviation, (items, dimensions)),
            "user_bias": np.zeros(users),
            "item_bias": np.full(items, float(mean)),
        }

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return ratings of all items [rows, items], or [rows] of the selected ones.

        The gradient is upstream times the other side's vectors, as `Rows` of those that took part.
        """
        if select is None:
            return self._all_items(inputs)
        users, items = self.parameters["users"][inputs], self.parameters["items"][select]
        ratings = (users * items).sum(axis=1)
        ratings += self.parameters["user_bias"][inputs] + self.parameters["item_bias"][select]

        def backward(upstream: Array) -> Gradient:
            return {
                "users": Rows(inputs, upstream[:, None] * items),
                "items": Rows(select, upstream[:, None] * users),
                "user_bias": Rows(inputs, upstream),
                "item_bias": Rows(select, upstream),
            }

        return ratings, backward

    def _all_items(self, inputs: Array) -> tuple[Array, Backward]:
        users, items = self.parameters["users"][inputs], self.parameters["items"]
        ratings = users @ items.T
        ratings += self.parameters["user_bias"][inputs][:, None] + self.parameters["item_bias"]

        def backward(upstream: Array) -> Gradient:
            return {
                "users": Rows(inputs, upstream @ items),
                "items": upstream.T @ users,
                "user_bias": Rows(inputs, upstream.sum(axis=1)),
                "item_bias": upstream.sum(axis=0),
            }

        return ratings, backward
