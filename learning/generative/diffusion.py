"""Diffusion: learn to see the noise in a noisy row, and new rows can be made of pure noise.

A row is hidden in noise, some or much of it, and a network is asked which noise that was. Whoever
can tell can also take it away; and who takes a little away again and again, from what was nothing
but noise, ends with a row that nobody has seen before but that could have been one of the given:

    noisy = cos(angle) row + sin(angle) noise              for a random angle up to a right angle
    J = (1/rows) sum of 1/2 |network(noisy, angle) - noise|^2

    point <- level noise, for the highest level
    point <- point - (level - lower level) network(cos(angle) point, angle)    from level to level

where level = tan(angle) is the standard deviation of the noise in a point = row + level noise.

Differs from an autoencoder by the target, the noise, which is made on the spot as agents make their
targets by acting; the loss is again the squared error. Differs from a Gaussian mixture in that
nothing is assumed of the shape, but how probable a row is cannot be told.

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
FIRST_ANGLE = 0.97 * RIGHT_ANGLE  # where drawing begins: noise of 21 standard deviations


@settings
class DiffusionConfig(DescentConfig):
    """Settings of diffusion models."""

    learning_rate: Positive = 0.002
    """Step size, above 0."""
    batch_size: Count = 128
    """Rows of a step; each gets a noise of its own."""
    optimizer: OptimizerName = "adam"
    """sgd, momentum or adam."""
    one_scale: bool = True
    """Divide all features by one number, so that what is far from what stays as it is."""
    hidden: tuple[Count, ...] = (128, 128, 128)
    """Units of each hidden layer."""
    activation: ActivationName = "relu"
    """relu, tanh or sigmoid."""
    average: Annotated[float, Range(0, 1, open_high=True)] = 0.999
    """Share of a running average of the parameters that is kept at a step; rows are drawn by it."""
    drawing_steps: Count = 50
    """Levels of noise on the way from pure noise to a row."""
    denoised_level: Amount = 0.2
    """Noise that `predict` takes away, in standard deviations of the rows; 0 or more."""


def hidden_in_noise(rows: Array, noise: Array, angle: Array) -> Array:
    """Return cos(angle) rows + sin(angle) noise, and the angle as a last column.

    Args:
        rows: Of mean 0 and variance 1. Shape [rows, features].
        noise: Of the same kind and shape.
        angle: From 0, no noise, to a right angle, nothing else. Shape [rows, 1].
    """
    return np.hstack([np.cos(angle) * rows + np.sin(angle) * noise, angle])


def noise_in(function: Function, points: Array, level: float) -> Array:
    """Return which noise a function sees in points = rows + level noise. [rows, features]."""
    angle = np.full((len(points), 1), np.arctan(level))
    return function(np.hstack([np.cos(angle) * points, angle]))


def evenly(rows: int, size: int) -> int:
    """Return the size of as few batches as before that share the rows of an epoch evenly.

    A short batch at the end of an epoch has a gradient with much noise, but Adam makes its step as
    long as any other: for a network that is to see noise this was a third of all its error.

    >>> evenly(898, 128)
    113
    """
    return ceil(rows / ceil(rows / size))


class Diffusion(DataLearner):
    """Denoising diffusion: new rows by removing noise step by step.

    What it predicts is what was there before the noise: `predict` takes inputs to be slightly
    noisy, and returns what they are expected to have been.

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
        """Yield rows in random order, each hidden in fresh noise: the noise is the target."""
        for batch in super().experience(source, samples):
            yield self.noised(batch, self.noise)

    def noised(self, batch: Batch, generator: np.random.Generator) -> Batch:
        """Hide standardised rows in noise, at random angles, and make the noise the target."""
        angle = generator.uniform(0, RIGHT_ANGLE, (len(batch), 1))
        noise = generator.normal(size=batch.inputs.shape)
        return Batch(hidden_in_noise(batch.inputs, noise, angle), noise)

    def predict(self, inputs: Array) -> Array:
        """Return what rows are expected to have been before a little noise was added.

        E[row | row + level noise = input] = input - level E[noise | input], where the level is the
        setting `denoised_level` (Tweedie's formula: Efron, 2011).

        Args:
            inputs: In the units of the data set. Shape [rows, features].

        Returns:
            Of the same shape and units.

        Raises:
            ValueError: If nothing has been learned yet, or inputs have another shape.
        """
        points = self.measured_inputs(inputs)
        level = self.config.denoised_level
        return self.answer(points - level * noise_in(self.predictor, points, level))

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw new rows [count, features], in the units of the data set.

        Raises:
            ValueError: If nothing has been learned yet, or `count` is negative.
        """
        *_, rows = self.drawing(count, generator)
        return rows

    def drawing(self, count: int, generator: np.random.Generator) -> Iterator[Array]:
        """Yield rows [count, features] from pure noise to what `sample` returns, step by step.

        They are shown as learning has seen them, cos(angle) point, so that they never leave the
        range of the data. There are `drawing_steps` and one more of them.
        """
        features = self._learned_from().features
        if count < 0:
            raise ValueError(f"{count} rows cannot be drawn; expected 0 or more.")
        function = self.predictor
        levels = np.tan(np.linspace(FIRST_ANGLE, 0, self.config.drawing_steps + 1))
        points = generator.normal(size=(count, features)) * np.hypot(1, levels[0])
        yield self.answer(points / np.hypot(1, levels[0]))
        for level, lower in pairwise(levels):
            points = points - (level - lower) * noise_in(function, points, level)
            yield self.answer(points / np.hypot(1, lower))

    @property
    def predictor(self) -> NoisePredictor:
        """The function with the running average of its parameters, or with `patience` the best."""
        average = self.function.with_parameters(self.optimizer.average)
        return cast(NoisePredictor, self.stopping.best or average)

    def validation_loss(self, rows: Batch) -> float:
        """Return the loss on rows that teach nothing, always hidden in the same noise."""
        return super().validation_loss(self.noised(rows, np.random.default_rng(self.seed)))

    def make_optimizer(self, rows: int) -> Averaged:
        """Return the optimizer that the settings name, which also keeps the running average."""
        start = {name: array.copy() for name, array in self.function.parameters.items()}
        return Averaged(super().make_optimizer(rows), self.config.average, start)

    def make_batches(self, data: DataSet, generator: np.random.Generator) -> MiniBatches:
        """Return batches of one size, and make the generator of the noise."""
        self.noise = np.random.default_rng(self.seed).spawn(3)[2]  # after start and order
        return MiniBatches(data, evenly(len(data), self.config.batch_size), generator)
