"""Embeddings: a table of low rank, for tables with too many cells to see each of them.

Every user and every item has a short vector, and the predicted rating is their dot product. A
`Table` learns each cell separately. Here cells share the vectors: each rating of an item changes
its vector for all users. So the function also predicts cells that it has never seen. This is the
matrix factorisation of recommenders (Koren, Bell & Volinsky, 2009, equations 1 and 4).
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Backward, Function, Parameters


class EmbeddingDot(Function):
    """phi(u)[i] = user_bias[u] + item_bias[i] + users[u] . items[i].

    As in a `Table`, an input is a row number (a user) and an output is a column (an item). So all
    ratings of a user are predicted without `select`. A batch of single ratings names the item of
    each row: `Batch(users, ratings, select=items)`. Then the gradient consists of `Rows` of the
    vectors and biases in the batch.

    Args:
        users: Number of users.
        items: Number of items.
        dimensions: Length of the vectors.
        generator: Draws the vectors at the start; with all 0 their gradient would be 0.
        mean: Value of `item_bias` at the start, usually the mean rating.
        deviation: Standard deviation of the vectors' components at the start, in units of the
            square root of a rating.
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
        """Return ratings of all items [rows, items], or [rows] of the selected items.

        The gradient of a user's vector is upstream times the item's vector. The gradient of an
        item's vector is upstream times the user's vector. Both are `Rows`.
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
