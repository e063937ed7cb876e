"""Diffusion model: a network learns to predict the noise in a row, and then makes new rows.

In training, noise is added to a row, and the network predicts this noise. To draw a new row, start
from pure noise. Remove a little of the predicted noise at each step. The result is a new row that
resembles the data.

    noisy = cos(angle) row + sin(angle) noise              for a random angle up to a right angle
    J = (1/rows) sum of 1/2 |network(noisy, angle) - noise|^2

    point <- level noise, for the highest level
    point <- point - (level - lower level) network(cos(angle) point, angle)    from level to level

where level = tan(angle) is the standard deviation of the noise in a point = row + level noise.

In an autoencoder the target is the row; here it is the noise, which is drawn for each batch. Both
have squared error as loss. A Gaussian mixture assumes a shape of the distribution, and a diffusion
model does not. But a diffusion model gives no density of a row.

Source: Ho, Jain & Abbeel (2020), algorithm 1 and equation 14, with the cosine schedule of Nichol &
Dhariwal (2021) in continuous time; drawing by Song, Meng & Ermon (2021), equations 12 to 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, pi
from typing import Annotated, ClassVar, cast

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_learner import DataLearner, DescentConfig, OptimizerName
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import MiniBatches
from spielfeld.learning.function import Function
from spielfeld.learning.generative.average import Averaged
from spielfeld.learning.generative.noise_predictor import NoisePredictor
from spielfeld.learning.loss import Loss, SquaredError
from spielfeld.learning.network import ActivationName
from spielfeld.settings import Amount, Count, Positive, Range, settings

RIGHT_ANGLE = pi / 2
FIRST_ANGLE = 0.97 * RIGHT_ANGLE  # start of drawing: noise of 21 standard deviations


@settings
class DiffusionConfig(DescentConfig):
    """Settings of diffusion models."""

    learning_rate: Positive = 0.002
    """Learning rate, above 0."""
    batch_size: Count = 128
    """Rows of a step; each row gets its own noise."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    one_scale: bool = True
    """Divide all features by the same number, so that distances keep their proportions."""
    hidden: tuple[Count, ...] = (128, 128, 128)
    """Units of each hidden layer."""
    activation: ActivationName = "relu"
    """relu, tanh or sigmoid."""
    average: Annotated[float, Range(0, 1, open_high=True)] = 0.999
    """Share of the running average of the parameters that is kept at a step; the average draws
    rows."""
    drawing_steps: Count = 50
    """Number of steps from pure noise to a row."""
    denoised_level: Amount = 0.2
    """Noise that `predict` removes, in standard deviations of the rows; 0 or more."""


def hidden_in_noise(rows: Array, noise: Array, angle: Array) -> Array:
    """Return cos(angle) rows + sin(angle) noise, and the angle as a last column.

    Args:
        rows: Rows with mean 0 and variance 1. Shape [rows, features].
        noise: Noise with mean 0 and variance 1. Shape [rows, features].
        angle: Angle from 0 (no noise) to a right angle (only noise). Shape [rows, 1].
    """
    return np.hstack([np.cos(angle) * rows + np.sin(angle) * noise, angle])


def noise_in(function: Function, points: Array, level: float) -> Array:
    """Return the noise [rows, features] that a function predicts in rows + level noise."""
    angle = np.full((len(points), 1), np.arctan(level))
    return function(np.hstack([np.cos(angle) * points, angle]))


def evenly(rows: int, size: int) -> int:
    """Return a batch size that divides an epoch evenly, with the same number of batches.

    The last batch of an epoch may be short. Its gradient then has much noise, but Adam takes a step
    of the usual length. In a diffusion model this caused a third of the error.

    >>> evenly(898, 128)
    113
    """
    return ceil(rows / ceil(rows / size))


class Diffusion(DataLearner):
    """Denoising diffusion: new rows by removing noise step by step.

    `predict` takes slightly noisy inputs, and returns the expected rows without this noise.

    >>> from spielfeld.learning.data_sets import find_data_set
    >>> learner = Diffusion(seed=1)
    >>> history = learner.learn(find_data_set("two-moons"), samples=5_000)
    >>> learner.sample(3, np.random.default_rng(1)).shape
    (3, 2)
    """

    tasks = ("generation",)
    own_targets = True
    config_class = DiffusionConfig
    saved: ClassVar[tuple[str, ...]] = (*DataLearner.saved, "noise")
    function: NoisePredictor
    optimizer: Averaged
    noise: np.random.Generator

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a network for rows with an angle, in single precision, and squared error."""
        sizes = data.features, self.config.hidden
        activation = self.config.activation
        return NoisePredictor(*sizes, generator, activation, np.float32), SquaredError()

    def experience(self, source: DataSet | Split, samples: int) -> Iterator[Batch]:
        """Yield rows in random order with new noise; the noise is the target."""
        for batch in super().experience(source, samples):
            yield self.noised(batch, self.noise)

    def noised(self, batch: Batch, generator: np.random.Generator) -> Batch:
        """Add noise to standardised rows, at random angles; the noise is the target."""
        angle = generator.uniform(0, RIGHT_ANGLE, (len(batch), 1))
        noise = generator.normal(size=batch.inputs.shape)
        return Batch(hidden_in_noise(batch.inputs, noise, angle), noise)

    def predict(self, inputs: Array) -> Array:
        """Return the expected rows before a little noise was added.

        E[row | row + level noise = input] = input - level E[noise | input]

        The level is the setting `denoised_level` (Tweedie's formula: Efron, 2011).

        Args:
            inputs: Inputs in the units of the data set. Shape [rows, features].

        Returns:
            Rows of the same shape and units.

        Raises:
            ValueError: If nothing has been learned yet, or the inputs have another shape.
        """
        points = self.scaled_inputs(inputs)
        level = self.config.denoised_level
        return self.to_predictions(points - level * noise_in(self.predictor, points, level))

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw new rows [count, features], in the units of the data set.

        Raises:
            ValueError: If nothing has been learned yet, or `count` is negative.
        """
        *_, rows = self.drawing(count, generator)
        return rows

    def drawing(self, count: int, generator: np.random.Generator) -> Iterator[Array]:
        """Yield rows [count, features] from pure noise to the result of `sample`, step by step.

        They have the form cos(angle) point, as in training, so that they stay in the range of the
        data. The method yields `drawing_steps` + 1 arrays.
        """
        features = self._learned_from().features
        if count < 0:
            raise ValueError(f"{count} rows cannot be drawn; expected 0 or more.")
        function = self.predictor
        levels = np.tan(np.linspace(FIRST_ANGLE, 0, self.config.drawing_steps + 1))
        points = generator.normal(size=(count, features)) * np.hypot(1, levels[0])
        yield self.to_predictions(points / np.hypot(1, levels[0]))
        for level, lower in pairwise(levels):
            points = points - (level - lower) * noise_in(function, points, level)
            yield self.to_predictions(points / np.hypot(1, lower))

    @property
    def predictor(self) -> NoisePredictor:
        """The function with the average parameters, or the best one with early stopping."""
        average = self.function.with_parameters(self.optimizer.average)
        return cast(NoisePredictor, self.stopping.best or average)

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on validation rows, always with the same noise."""
        return super().validation_loss(self.noised(rows, np.random.default_rng(self.seed)))

    def make_optimizer(self, rows: int) -> Averaged:
        """Return the optimizer in the settings, with a running average."""
        start = {name: array.copy() for name, array in self.function.parameters.items()}
        return Averaged(super().make_optimizer(rows), self.config.average, start)

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return batches of equal size, and make the generator of the noise."""
        self.noise = np.random.default_rng(self.seed).spawn(3)[2]  # 0 and 1: start and order
        return MiniBatches(data, evenly(len(data), self.config.batch_size), generator)
