"""Recommender: predicts the rating of an item by a user, from ratings of many users.

Every user and every item has a bias and a short vector. Learning finds the numbers in the vectors,
so that they fit the known ratings:

    prediction = user_bias[user] + item_bias[item] + users[user] . items[item]
    J = (1/rows) sum of 1/2 (prediction - rating)^2 + weight_decay / 2 * (|user|^2 + |item|^2)

and for every rating, with error = prediction - rating,

    user <- user - learning_rate (error * item + weight_decay * user)      the same for the item
    user_bias <- user_bias - learning_rate * error                         the same for the item's

In linear regression the features are given. Here the vectors of items are learned from all users,
and those of users from all items. With dimensions = 0 there are only biases. The bias of a user is
high if the user gives high ratings. The bias of an item is high if it gets high ratings.

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
    """Learning rate of a single rating, for any batch size; above 0."""
    batch_size: Count = 200
    """Ratings of a step."""
    standardise: bool = True
    """Scale ratings to mean 0 and standard deviation 1 of the training rows."""
    weight_decay: Amount = 0.01
    """Weight of the penalty in J; biases have no penalty. 0 or more."""
    dimensions: Whole = 2
    """Length of the vectors of users and items; 0 for biases alone."""

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

    def scales_of(self, data: DataSet) -> dict[str, Standardiser]:
        """Return the mean and the standard deviation of ratings."""
        if self.config.standardise:
            return {"targets": Standardiser.learned_from(np.asarray(data.targets)[:, None])}
        return {"targets": Standardiser(np.zeros(1), np.ones(1))}

    def scaled(self, data: DataSet) -> DataSet:
        """Return rows with standardised ratings."""
        ratings = np.asarray(data.targets)[:, None]
        return replace(data, targets=self.measures["targets"](ratings)[:, 0])

    def step_size(self, batch: Batch) -> float:
        """Return the learning rate times the number of ratings in a batch, since J is their mean.

        So every rating changes its user and its item as much as in a batch of one. In a very large
        batch, a user or an item has several ratings on average. Then these ratings share the step.
        """
        alone = min(len(batch), *map(len, (self._biases("user"), self._biases("item"))))
        return super().step_size(batch) * alone

    def predict(self, inputs: Array) -> Array:
        """Return ratings [rows] for pairs of a user and an item [rows, 2].

        Raises:
            ValueError: If nothing has been learned yet, or a user or an item does not exist.
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
        return self.to_predictions(self.predictor(users, items))

    def to_predictions(self, outputs: Array) -> Array:
        """Return outputs in the units of the ratings."""
        return self.measures["targets"].inverse(outputs)

    def recommend(self, user: int, count: int = 10) -> Array:
        """Return the unrated items with the highest predicted ratings for a user, best first.

        Raises:
            ValueError: If nothing has been learned yet, or the user does not exist.
        """
        data = self._learned_from()
        worth = self.predict(np.array([[user, item] for item in range(data.items)]))
        worth[data.inputs[data.inputs[:, 0] == user, 1]] = -np.inf
        unrated = np.isfinite(worth).sum()
        return np.argsort(-worth, kind="stable")[: min(count, unrated)]

    def _biases(self, side: str) -> Array:
        return self.function.parameters[f"{side}_bias"]
