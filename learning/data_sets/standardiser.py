"""Features on one scale, learned from the training rows alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.settings import Finite, Positive


@dataclass(frozen=True, eq=False)
class Standardiser:
    """standardised = (input - mean) / scale, column by column; a part of the model.

    Statistics of rows that a learner is judged by must not leak into it, so they are learned once,
    from the training rows, and stored with the model.

    Args:
        mean: Of each column, in its own units. Shape [features].
        scale: Standard deviation of each column (divided by rows, not rows - 1), in its own units;
            1 for a constant column, which becomes 0. Shape [features].
    """

    mean: Annotated[Array, Finite]
    scale: Annotated[Array, Positive]

    @classmethod
    def learned_from(cls, inputs: Array, one_scale: bool = False) -> Standardiser:
        """Measure the columns of `inputs` [rows, features].

        With `one_scale`, all columns get the root of their mean variance.
        """
        constant = (inputs == inputs[0]).all(axis=0)
        mean = np.where(constant, inputs[0], inputs.mean(axis=0))
        centred = inputs - mean
        reach = np.where(constant, 1.0, np.abs(centred).max(axis=0))
        # squares of very small numbers would vanish: they are taken of shares of the largest
        scale = reach * np.sqrt(np.square(centred / reach).mean(axis=0))
        if one_scale:
            scale = np.full_like(scale, np.sqrt(np.square(scale).mean()))
        return cls(mean, np.where(scale > 0, scale, 1.0))

    def __call__(self, inputs: Array) -> Array:
        """Return (inputs - mean) / scale, [rows, features]."""
        standardised: Array = inputs - self.mean
        standardised /= self.scale  # in place: inputs may be large
        return standardised

    def inverse(self, standardised: Array) -> Array:
        """Return mean + scale * standardised: what `__call__` was given."""
        inputs: Array = self.mean + self.scale * standardised
        return inputs


def standardised(split: Split) -> tuple[Split, Standardiser]:
    """Bring every part to the scale of the training rows.

    Returns:
        The same parts with standardised inputs, and what to apply to any further inputs.

    Raises:
        ValueError: If inputs are users and items, which are names, not measurements.
    """
    if split.train.kind == "ratings":
        raise ValueError(f"Data set {split.train.name!r}: users and items have no scale.")
    measure = Standardiser.learned_from(split.train.inputs)

    def scaled(part: DataSet) -> DataSet:
        return replace(part, inputs=measure(part.inputs))

    validation = None if split.validation is None else scaled(split.validation)
    return Split(scaled(split.train), validation, scaled(split.test)), measure
