"""CSV files with a header line as data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.csv_columns import Reading, Task, features, refuse_names, targets
from spielfeld.learning.data_sets.csv_marks import read_mark
from spielfeld.learning.data_sets.csv_missing import (
    Missing,
    check_policy,
    complete_rows,
    filled,
    with_empty_cells,
)
from spielfeld.learning.data_sets.csv_notes import notes_on_columns
from spielfeld.learning.data_sets.csv_table import Table, read_table, short
from spielfeld.learning.data_sets.data_set import DataSet, Kind, with_means


def read_csv(
    path: str | Path,
    target: str | None = None,
    task: Task | None = None,
    ignore: Sequence[str] | str = (),
    words: Sequence[str] | str = (),
    decimal: str | None = None,
    missing: Missing = "leave-out",
) -> DataSet:
    """Read a data set from a CSV file whose first line names the columns.

    Commas, semicolons or tabs separate the cells. All numbers of a file have the same decimal mark;
    see `settle`. Percent signs and currencies are left out. A column of words becomes one feature
    for each word. A date becomes year, month and weekday. An empty cell, ?, NA, N/A, NaN, null, -
    and similar signs are missing values. `notes` lists the assumptions.

    Args:
        path: Path of the file.
        target: Name of the column to predict; None for rows without targets.
        task: "classification" or "regression". By default, words are classes and numbers are
            targets of a regression. A few different whole numbers are also classes; `notes` then
            says so.
        ignore: Columns to leave out, such as names and row numbers.
        words: Columns to read as words although they look like numbers or dates, such as postal
            codes.
        decimal: "," or "." ("comma" or "point"), if the file does not show its decimal mark.
        missing: "leave-out" leaves out rows with a missing value. "mean" uses the mean of the
            training rows after a split, and the mean of all rows before. Rows without a target are
            always left out.

    Raises:
        ValueError: If the file cannot be used. The message names the file, the line and the column
            if there is one, and the values that were expected.
    """
    if task not in (None, "classification", "regression"):
        raise ValueError(f"The task is {task!r}; expected classification or regression.")
    if task and target is None:
        raise ValueError(f"{path}: a {task} needs the name of the column to predict.")
    check_policy(missing)
    words, ignore = _names(words), _names(ignore)
    table = _without(read_table(path), ignore)
    for name in (*words, *_names(target)):
        _find(table, name)
    table, signs = with_empty_cells(table, words)
    reading = Reading.of(table, words, read_mark(decimal))
    required = tuple(table.columns) if missing == "leave-out" else _names(target)
    table, dropped = complete_rows(table, required)
    answers, classes, guessed = targets(table, target, task, reading)
    inputs, names = _inputs(table, target, reading)
    notes = (*table.notes, *dropped, *filled(table), *signs, *reading.notes)
    labelled: Kind = "classification" if classes else "regression"
    gaps = np.isnan(inputs)
    return DataSet(
        name=str(path),
        kind="unlabelled" if target is None else labelled,
        inputs=with_means(inputs, gaps) if gaps.any() else inputs,
        targets=answers,
        feature_names=names,
        class_names=classes,
        gaps=gaps if gaps.any() else None,
        notes=(*notes, *notes_on_columns(table, reading, target), *guessed),
    )


def _names(given: Sequence[str] | str | None) -> tuple[str, ...]:
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def _inputs(table: Table, target: str | None, reading: Reading) -> tuple[Array, tuple[str, ...]]:
    """Return inputs [rows, features] and their names; NaN for a missing value."""
    used = [name for name in table.columns if name != target]
    if not used:
        raise ValueError(f"{table.path}: has no columns to learn from besides {short(target)}.")
    refuse_names(table, [name for name in used if reading.kinds[name] == "words"])
    columns = [features(table, name, reading) for name in used]
    names = tuple(name for names, _ in columns for name in names)
    return np.hstack([values for _, values in columns]), names


def _without(table: Table, ignore: Sequence[str]) -> Table:
    for name in ignore:
        _find(table, name)
    columns = {name: cells for name, cells in table.columns.items() if name not in ignore}
    if not columns:
        raise ValueError(f"{table.path}: all its columns are left out.")
    return replace(table, columns=columns)


def _find(table: Table, name: str) -> None:
    if name not in table.columns:
        raise ValueError(
            f"{table.path}: has no column {short(name)}; "
            f"its columns are {short(list(table.columns), 200)}."
        )
