"""Data sets: rows of inputs, usually with targets, and their division into three parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np

from spielfeld.arrays import Array

Kind = Literal["regression", "classification", "unlabelled", "ratings"]
Rows = slice | Array | Sequence[int]  # selected rows: a slice, indices, or a mask [rows]
LARGEST = 1e100  # squares of smaller numbers, and sums of them, are finite


@dataclass(frozen=True, eq=False)
class DataSet:
    """Inputs and targets; they are checked when the object is made, and then read-only.

    Args:
        name: Name of the data set in reports.
        kind: "regression" (targets are numbers), "classification" (class indices) or "unlabelled"
            (no targets). In "ratings", inputs are pairs of user and item, and targets are numbers.
        inputs: Shape [rows, features], float64; for ratings [rows, 2], int64.
        targets: Shape [rows], float64, or int64 class indices; None for unlabelled rows.
        feature_names: One name for each column of `inputs`.
        class_names: Name of each class, by its index; empty without classes.
        users: For ratings, the number of users.
        items: For ratings, the number of items.
        truth: For generated rows, their targets without noise. Shape [rows].
        noise: Standard deviation of `targets` around `truth`, in units of the target. It is the
            smallest root mean squared error that a learner can expect on new rows.
        notes: Sentences for the report, for example about rows that were left out.
        gaps: True for a missing value. Its input is the mean of the column; `parts` replaces it by
            the mean of the training rows. Shape [rows, features].

    Raises:
        ValueError: If shapes, names or numbers do not fit together. The message names the place.
    """

    name: str
    kind: Kind
    inputs: Array
    targets: Array | None = None
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    users: int = 0
    items: int = 0
    truth: Array | None = None
    noise: float | None = None
    notes: tuple[str, ...] = ()
    gaps: Array | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            self._refuse(f"{self.kind!r} is none of the kinds {', '.join(get_args(Kind))}")
        ratings, classes = self.kind == "ratings", self.kind == "classification"
        self._freeze("inputs", self.inputs, np.int64 if ratings else np.float64)
        self._freeze("targets", self.targets, np.int64 if classes else np.float64)
        self._freeze("truth", self.truth, np.float64)
        self._freeze("gaps", self.gaps, np.bool_)
        self._check_inputs()
        if self.gaps is not None and self.gaps.shape != self.inputs.shape:
            self._refuse(f"gaps have shape {self.gaps.shape}; expected {self.inputs.shape}")
        self._check_targets()
        if classes:
            self._check_classes()
        if ratings:
            self._check_pairs()

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def features(self) -> int:
        """Number of columns of the inputs."""
        return int(self.inputs.shape[1])

    def take(self, rows: Rows) -> DataSet:
        """Return some of the rows, by a slice, indices, or a mask [rows]."""
        targets = None if self.targets is None else self.targets[rows]
        truth = None if self.truth is None else self.truth[rows]
        gaps = None if self.gaps is None else self.gaps[rows]
        return replace(self, inputs=self.inputs[rows], targets=targets, truth=truth, gaps=gaps)

    def parts(self, train: Rows, validation: Rows | None, test: Rows) -> Split:
        """Return a split of these rows; missing values become means of the training rows.

        Args:
            train: Training rows: a slice, indices or a mask.
            validation: Validation rows in the same form; None for none.
            test: Test rows in the same form.

        Raises:
            ValueError: If a column with missing values has no value in the training rows.
        """
        data = self if self.gaps is None else self._with_means_of(self.gaps, train)
        held_back = None if validation is None else data.take(validation)
        return Split(data.take(train), held_back, data.take(test))

    def without_targets(self) -> DataSet:
        """Return the same inputs without targets, for unsupervised learners."""
        return DataSet(self.name, "unlabelled", self.inputs, feature_names=self.feature_names)

    def split(self, validation: float = 0.0, test: float = 0.2, seed: int = 0) -> Split:
        """Divide the rows at random into training, validation and test rows.

        Equal seeds give equal parts. Rows keep their order. With classes, the parts are stratified:
        each part has the same shares of the classes, as nearly as possible. The method of
        Sainte-Lague decides on the rows, as it does on seats in a parliament. A small part may have
        no row of a rare class. A class with one row goes to the training rows if possible.

        Args:
            validation: Share of the validation rows.
            test: Share of the test rows.
            seed: Seed of the random division.

        Raises:
            ValueError: If shares are not in [0, 1), if test is 0, or if no training rows are left.
        """
        if not (0 <= validation < 1 and 0 < test < 1 and validation + test < 1):
            self._refuse(
                f"cannot be split with validation={validation} and test={test}; "
                "expected shares of at least 0, a test above 0, and a sum below 1"
            )
        tests, validations = (_share(len(self), share) for share in (test, validation))
        if tests + validations >= len(self):
            self._refuse(f"{len(self)} rows are too few to split")
        order = self._spread(np.random.default_rng(seed))
        ends = [tests, tests + validations]
        tested, validated, trained = (np.sort(rows) for rows in np.split(order, ends))
        return self.parts(trained, validated if validations else None, tested)

    def _with_means_of(self, gaps: Array, train: Rows) -> DataSet:
        """Fill the missing values of all rows with means of the training rows."""
        known = ~gaps[train]
        unknown = np.flatnonzero(~known.any(axis=0) & gaps.any(axis=0))
        if len(unknown):
            name = self.feature_names[unknown[0]]
            self._refuse(f"{name} has no value in the {len(known)} training rows to take a mean of")
        return replace(self, inputs=with_means(self.inputs, gaps, train), gaps=None)

    def _spread(self, generator: np.random.Generator) -> Array:
        """Return an order of the rows in which every class is spread evenly."""
        order = generator.permutation(len(self))
        if self.kind != "classification" or self.targets is None:
            return order
        place = np.empty(len(self))
        for label in range(len(self.class_names)):
            rows = np.flatnonzero(self.targets[order] == label)
            place[rows] = (np.arange(len(rows)) + 0.5) / max(1, len(rows))
        return order[np.argsort(place, kind="stable")]

    def _freeze(self, field: str, given: Array | None, dtype: type[np.generic]) -> None:
        if given is None:
            return
        try:
            given = np.asarray(given)
            with np.errstate(invalid="ignore"):
                array = given.astype(dtype)
        except (TypeError, ValueError, OverflowError):
            self._refuse(f"{field} are not all numbers of one rectangular table")
        if dtype is np.int64 and not np.array_equal(array, given):
            self._refuse(f"{field} are not all whole numbers")
        array.setflags(write=False)
        object.__setattr__(self, field, array)

    def _check_inputs(self) -> None:
        if self.inputs.ndim != 2 or 0 in self.inputs.shape:
            self._refuse(
                f"inputs have shape {self.inputs.shape}; expected [rows, features], none of them 0"
            )
        if len(self.feature_names) != self.features:
            self._refuse(f"has {self.features} features, but {len(self.feature_names)} names")
        wrong = np.argwhere(~(np.abs(self.inputs) <= LARGEST))
        if len(wrong):
            row, column = wrong[0]
            value, name = self.inputs[row, column], self.feature_names[column]
            self._refuse(f"row {row} has {name} = {value}; expected a number up to {LARGEST:g}")

    def _check_targets(self) -> None:
        if (self.targets is None) != (self.kind == "unlabelled"):
            self._refuse(f"has kind {self.kind!r}, which does not fit its targets")
        for what, array in (("targets", self.targets), ("truth", self.truth)):
            if array is None:
                continue
            if array.shape != (len(self),):
                self._refuse(f"{what} have shape {array.shape}; expected ({len(self)},)")
            wrong = np.flatnonzero(~(np.abs(array) <= LARGEST))
            if len(wrong):
                value = array[wrong[0]]
                self._refuse(f"{what}[{wrong[0]}] is {value}; expected a number up to {LARGEST:g}")

    def _check_classes(self) -> None:
        if len(self.class_names) < 2:
            self._refuse("has a single class; expected at least two classes")
        self._check_range("targets", np.asarray(self.targets), len(self.class_names))

    def _check_pairs(self) -> None:
        if self.features != 2:
            self._refuse(f"has {self.features} columns; ratings need two, user and item")
        self._check_range("users", self.inputs[:, 0], self.users)
        self._check_range("items", self.inputs[:, 1], self.items)

    def _check_range(self, what: str, array: Array, end: int) -> None:
        if array.min() < 0 or array.max() >= end:
            self._refuse(f"{what} reach {array.min()}..{array.max()}; expected 0..{end - 1}")

    def _refuse(self, why: str) -> None:
        raise ValueError(f"Data set {self.name!r}: {why}.")


class Split(NamedTuple):
    """The parts of a data set; `validation` is None without validation rows."""

    train: DataSet
    validation: DataSet | None
    test: DataSet


def with_means(inputs: Array, gaps: Array, rows: Rows = slice(None)) -> Array:
    """Return inputs [rows, features]; missing values become means over some `rows`."""
    known = ~gaps[rows]
    count = np.maximum(1, known.sum(axis=0))
    means = np.where(known, inputs[rows], 0.0).sum(axis=0) / count
    filled: Array = np.where(gaps, means, inputs)
    return filled


def _share(rows: int, share: float) -> int:
    return max(1, round(rows * share)) if share else 0


# Checks of the rows that learners get.


def require_kind(data: DataSet, kinds: Sequence[str], learner: str) -> None:
    """Refuse rows of a kind that a learner cannot use.

    Raises:
        ValueError: If they are of such a kind. The message names the data set, the learner and the
            kinds that it can use.
    """
    if data.kind not in kinds:
        raise ValueError(
            f"{learner} learns from data for {' or '.join(kinds)}, but data set {data.name!r} is "
            f"{'unlabelled' if data.targets is None else f'for {data.kind}'}."
        )


def checked_inputs(inputs: Array, features: int) -> Array:
    """Return inputs [rows, features] as an array of numbers.

    Raises:
        ValueError: If they have another shape.
    """
    inputs = np.asarray(inputs, np.float64)
    if inputs.ndim != 2 or inputs.shape[1] != features:
        raise ValueError(f"Expected inputs of shape [rows, {features}], not {inputs.shape}.")
    return inputs


def require_same_rows(began: DataSet, data: DataSet) -> None:
    """Refuse rows that are not the first rows of a learner.

    Raises:
        ValueError: If they are not. The message names both data sets and their sizes.
    """
    if not (began is data or _same_rows(began, data)):
        raise ValueError(
            f"This learner began with {_size(began)} of data set {began.name!r}, not with "
            f"{_size(data)} of {data.name!r}. Make a new learner for other rows."
        )


def _same_rows(one: DataSet, other: DataSet) -> bool:
    if one.kind != other.kind or one.class_names != other.class_names:
        return False
    targets = np.asarray(one.targets), np.asarray(other.targets)
    return np.array_equal(one.inputs, other.inputs) and np.array_equal(*targets)


def _size(data: DataSet) -> str:
    return f"{len(data)} rows of {data.features} features"
