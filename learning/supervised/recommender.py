"""A recommender: what a user will think of an item, from what others thought of it.

Every user and every item has a bias and a short vector, and nobody says what its numbers mean:
they are found so that users agree with the items that they like.

    prediction = user_bias[user] + item_bias[item] + users[user] . items[item]
    J = (1/rows) sum of 1/2 (prediction - rating)^2 + weight_decay / 2 * (|user|^2 + |item|^2)

and for every rating, with error = prediction - rating,

    user <- user - learning_rate (error * item + weight_decay * user)      the same for the item
    user_bias <- user_bias - learning_rate * error                         the same for the item's

Differs from linear regression by the features: there they are given, here those of the items are
learned from all users, and those of the users from all items. Without vectors (dimensions 0) only
biases are left: users who are easily pleased, and items that please everybody.

Source: Koren, Bell & Volinsky (2009), equations 4 and 5 and the steps between 2 and 3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_learner import DataLearner, DescentConfig
from spielfeld.learning.data_sets.data_set import DataSet, checked_inputs
from spielfeld.learning.data_sets.mini_batches import Standardiser
from spielfeld.learning.embedding import EmbeddingDot
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.settings import Amount, Count, Positive, Whole, settings


@settings
class RecommenderConfig(DescentConfig):
    """Settings of recommenders."""

    learning_rate: Positive = 0.03
    """Step size of a single rating, whatever the size of a batch; above 0."""
    batch_size: Count = 200
    """Ratings of a step."""
    standardise: bool = True
    """Bring ratings to mean 0 and standard deviation 1, as measured on the training rows."""
    weight_decay: Amount = 0.01
    """J above is minimised; biases are free. 0 or more."""
    dimensions: Whole = 2
    """Numbers that describe a user or an item; 0 for biases alone."""

    def require_sound(self) -> None:
        """Refuse optimizers that change every user and item."""
        if self.optimizer != "sgd":
            raise ValueError(
                "A recommender changes only the users and items of a batch, which only the "
                f"optimizer sgd does, not {self.optimizer!r}."
            )


class Recommender(DataLearner):
    """Matrix factorisation with biases: predicts ratings of items by users.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = Recommender(seed=1)
    >>> history = learner.learn(find_data_set("ratings").split(test=0.2), samples=50_000)
    >>> learner.predict([[0, 0], [0, 1]]).shape
    (2,)
    """

    tasks = ("ratings",)
    config_class = RecommenderConfig

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return vectors and biases for all users and items, and squared error."""
        return EmbeddingDot(
            data.users, data.items, self.config.dimensions, generator
        ), SquaredError()

    def measured(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the mean rating and the deviation of ratings."""
        if self.config.standardise:
            return {"targets": Standardiser.learned_from(np.asarray(data.targets)[:, None])}
        return {"targets": Standardiser(np.zeros(1), np.ones(1))}

    def prepared(self, data: DataSet) -> DataSet:
        """Return rows with standardised ratings."""
        ratings = np.asarray(data.targets)[:, None]
        return replace(data, targets=self.measures["targets"](ratings)[:, 0])

    def step_size(self, batch: Batch) -> float:
        """Return the learning rate times the ratings of a batch, since J is their mean.

        So every rating moves its user and its item as far as if it were alone; in batches so large
        that a user or an item has more than one rating, on average, they share that step.
        """
        alone = min(len(batch), *map(len, (self._biases("user"), self._biases("item"))))
        return super().step_size(batch) * alone

    def predict(self, inputs: Array) -> Array:
        """Return ratings [rows] of pairs of a user and an item [rows, 2].

        Raises:
            ValueError: If nothing has been learned yet, or there is no such user or item.
        """
        data = self._learned_from()
        pairs = checked_inputs(inputs, 2)
        ends = data.users, data.items
        if not (np.isin(pairs % 1, 0) & (pairs >= 0) & (pairs < ends)).all():
            raise ValueError(
                f"Expected pairs of a user from 0 to {ends[0] - 1} and an item from 0 to "
                f"{ends[1] - 1}."
            )
        users, items = pairs.astype(np.int64).T
        return self.answer(self.predictor(users, items))

    def answer(self, outputs: Array) -> Array:
        """Return outputs in units of a rating."""
        return self.measures["targets"].inverse(outputs)

    def recommend(self, user: int, count: int = 10) -> Array:
        """Return the items that a user has not rated and will like best, the best first.

        Raises:
            ValueError: If nothing has been learned yet, or there is no such user.
        """
        data = self._learned_from()
        worth = self.predict(np.array([[user, item] for item in range(data.items)]))
        worth[data.inputs[data.inputs[:, 0] == user, 1]] = -np.inf
        unrated = np.isfinite(worth).sum()
        return np.argsort(-worth, kind="stable")[: min(count, unrated)]

    def _biases(self, side: str) -> Array:
        return self.function.parameters[f"{side}_bias"]
