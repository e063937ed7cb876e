"""Any CSV file with a header as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from learning.data_sets.csv_columns import Task, complete_rows, features, targets
from learning.data_sets.csv_table import Table, read_table, short
from learning.data_sets.data_set import DataSet, Kind


def read_csv(
    path: str | Path,
    target: str | None = None,
    task: Task | None = None,
    ignore: Sequence[str] | str = (),
) -> DataSet:
    """Read a data set from a CSV file whose first line names the columns.

    Commas, semicolons or tabs separate the cells; decimal commas are fine unless commas separate.
    Columns of words become one column for each word. Rows with a missing value (an empty cell, ?,
    NA, N/A, NaN or null) in a column that is used are left out, which `notes` says.

    Args:
        path: Of the file.
        target: Name of the column to predict; None for rows without labels.
        task: "classification" or "regression"; by default words are classes and numbers numbers,
            except that few different whole numbers are classes, which `notes` says.
        ignore: Columns to leave out, such as names and numbers of rows.

    Raises:
        ValueError: If the file cannot be learned from; one sentence that names the file, the line
            and the column where there is one, and what was expected.
    """
    if task not in (None, "classification", "regression"):
        raise ValueError(f"The task is {task!r}; expected classification or regression.")
    if task and target is None:
        raise ValueError(f"{path}: a {task} needs the name of the column to predict.")
    table = _without(read_table(path), [ignore] if isinstance(ignore, str) else ignore)
    if target is not None:
        _find(table, target)
    table, notes = complete_rows(table)
    classes: tuple[str, ...] = ()
    answers = None
    if target is not None:
        answers, classes, more = targets(table, target, task)
        notes = [*notes, *more]
    columns = [features(table, name) for name in table.columns if name != target]
    if not columns:
        raise ValueError(f"{path}: has no columns to learn from besides {short(target)}.")
    labelled: Kind = "classification" if classes else "regression"
    return DataSet(
        name=str(path),
        kind="unlabelled" if target is None else labelled,
        inputs=np.hstack([values for _, values in columns]),
        targets=answers,
        feature_names=tuple(name for names, _ in columns for name in names),
        class_names=classes,
        notes=tuple(notes),
    )


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
