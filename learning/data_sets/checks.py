"""What learners refuse to learn from, and in which words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet


def require_kind(data: DataSet, kinds: Sequence[str], learner: str) -> None:
    """Refuse rows whose targets are not of a kind that a learner can learn.

    Raises:
        ValueError: If so; names the data set, the learner and what was expected.
    """
    if data.kind not in kinds:
        raise ValueError(
            f"{learner} learns from data for {' or '.join(kinds)}, but data set {data.name!r} is "
            f"{'unlabelled' if data.targets is None else f'for {data.kind}'}."
        )


def checked_inputs(inputs: Array, features: int) -> Array:
    """Return inputs [rows, features] as numbers.

    Raises:
        ValueError: If they have another shape.
    """
    inputs = np.asarray(inputs, np.float64)
    if inputs.ndim != 2 or inputs.shape[1] != features:
        raise ValueError(f"Expected inputs of shape [rows, {features}], not {inputs.shape}.")
    return inputs


def require_same_rows(began: DataSet, data: DataSet) -> None:
    """Refuse rows other than those that a learner began with.

    Raises:
        ValueError: If so; names both data sets and their sizes.
    """
    if not (began is data or _same_rows(began, data)):
        raise ValueError(
            f"This learner began with {_size(began)} of data set {began.name!r}, not with these "
            f"{_size(data)} of {data.name!r}: make a new one for other rows."
        )


def _same_rows(one: DataSet, other: DataSet) -> bool:
    if one.kind != other.kind or one.class_names != other.class_names:
        return False
    targets = np.asarray(one.targets), np.asarray(other.targets)
    return np.array_equal(one.inputs, other.inputs) and np.array_equal(*targets)


def _size(data: DataSet) -> str:
    return f"{len(data)} rows of {data.features} features"
