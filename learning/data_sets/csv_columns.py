"""From columns of text to numbers, categories and classes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from learning.batch import Array
from learning.data_sets.csv_table import DECIMAL_COMMA, NUMBER, Table, is_missing, short
from learning.data_sets.data_set import LARGEST

Task = Literal["regression", "classification"]
CATEGORIES = 100  # more different words than that are names, not categories
FEW_CATEGORIES = 10  # so many are always fine, however few the rows
CLASSES_OF_NUMBERS = 10  # whole numbers with more different values are to be predicted as numbers


def features(table: Table, column: str) -> tuple[list[str], Array]:
    """Return names and values of what a column becomes.

    A column of numbers stays one column. A column of words becomes one for each different word, 1
    where the row has this word and 0 elsewhere, named "column=word".

    Returns:
        Names, and an array [rows, len(names)].

    Raises:
        ValueError: If numbers and words are mixed, or there are too many different words.
    """
    values = numbers(table, column)
    if values is not None:
        return [column], values[:, None]
    words, codes = categories(table, column)
    return [f"{column}={word}" for word in words], np.eye(len(words))[codes]


def numbers(table: Table, column: str) -> Array | None:
    """Return a column's numbers [rows], or None if it is one of words.

    Where cells are not separated by commas, a number may have a decimal comma; one column has
    either commas or points.

    Raises:
        ValueError: If most cells but not all are numbers, or one is too large; names the line.
    """
    cells = table.columns[column]
    written = [_with_point(table, cell) for cell in cells]
    wrong = [row for row, cell in enumerate(written) if not NUMBER.fullmatch(cell)]
    if 2 * len(wrong) >= len(cells):
        return None
    if wrong:
        found = short(cells[wrong[0]])
        table.refuse(
            column, wrong[0], f"expected a number as in most of this column, found {found}"
        )
    _refuse_two_marks(table, column)
    values = np.array([float(cell) for cell in written])
    large = np.flatnonzero(np.abs(values) > LARGEST)
    if len(large):
        found = short(cells[large[0]])
        table.refuse(column, large[0], f"expected a number up to {LARGEST:g}, found {found}")
    return values


def categories(table: Table, column: str) -> tuple[list[str], Array]:
    """Return the different words of a column, sorted, and the index of each row's.

    Raises:
        ValueError: If there are more than `CATEGORIES`, or more than `FEW_CATEGORIES` that have
            fewer than two rows each on average: a column of names teaches nothing.
    """
    words, codes = np.unique(np.array(table.columns[column], object), return_inverse=True)
    most = min(CATEGORIES, max(FEW_CATEGORIES, len(codes) // 2))
    if len(words) > most:
        raise ValueError(
            f"{table.path}, column {short(column)}: has {len(words)} different words in "
            f"{len(codes)} rows, expected numbers or at most {most} categories; ignore it."
        )
    return [str(word) for word in words], codes


def targets(
    table: Table, column: str, task: Task | None
) -> tuple[Array, tuple[str, ...], list[str]]:
    """Return targets [rows], class names (none for a regression), and what should be told.

    Words are classes. Numbers are to be predicted as numbers, unless `task` says otherwise or they
    are whole, at most `CLASSES_OF_NUMBERS` different ones, and each comes twice on average.

    Raises:
        ValueError: If there is a single class, or numbers are asked for and there are words.
    """
    values = numbers(table, column)
    if values is None:
        if task == "regression":
            cells = table.columns[column]
            row = next(row for row, cell in enumerate(cells) if not NUMBER.fullmatch(cell))
            table.refuse(column, row, f"{short(cells[row])} is not a number to predict")
        words, codes = categories(table, column)
        return codes, _several(table, column, words), []
    if task is None and _look_like_classes(values):
        note = (
            f"The whole numbers of {short(column)} are taken as classes; "
            "to predict them as numbers set the task to regression."
        )
        return (*_classes_of(table, column, values), [note])
    if task == "classification":
        return (*_classes_of(table, column, values), [])
    return values, (), []


def _look_like_classes(values: Array) -> bool:
    different = len(np.unique(values))
    whole = bool((values == np.round(values)).all())
    return whole and different <= CLASSES_OF_NUMBERS and 2 * different <= len(values)


def _classes_of(table: Table, column: str, values: Array) -> tuple[Array, tuple[str, ...]]:
    different, codes = np.unique(values, return_inverse=True)
    if len(different) > CATEGORIES:
        raise ValueError(
            f"{table.path}, column {short(column)}: has {len(different)} different numbers, "
            f"expected at most {CATEGORIES} classes; set the task to regression."
        )
    return codes, _several(table, column, [f"{value:.15g}" for value in different])


def _several(table: Table, column: str, classes: list[str]) -> tuple[str, ...]:
    if len(classes) < 2:
        raise ValueError(
            f"{table.path}, column {short(column)}: has the single class {short(classes[0])}, "
            "expected at least two to tell apart."
        )
    return tuple(classes)


def _with_point(table: Table, cell: str) -> str:
    comma = table.delimiter != "," and DECIMAL_COMMA.fullmatch(cell)
    return cell.replace(",", ".") if comma else cell


def _refuse_two_marks(table: Table, column: str) -> None:
    cells = table.columns[column]
    points = [row for row, cell in enumerate(cells) if "." in cell]
    commas = [row for row, cell in enumerate(cells) if "," in cell]
    if points and commas:
        other = table.lines[min(points[0], commas[0])]
        row = max(points[0], commas[0])
        why = f"{short(cells[row])} has another decimal mark than line {other}"
        table.refuse(column, row, why)


def complete_rows(table: Table) -> tuple[Table, list[str]]:
    """Leave out every row with a missing cell, and say how many.

    Raises:
        ValueError: If fewer than two rows are left; names the column that misses most.
    """
    missing = {
        name: [row for row, cell in enumerate(cells) if is_missing(cell)]
        for name, cells in table.columns.items()
    }
    gone = {row for rows in missing.values() for row in rows}
    kept = [row for row in range(len(table.lines)) if row not in gone]
    worst = max(missing, key=lambda name: len(missing[name]))
    if len(kept) < 2:
        blame = f"; {len(missing[worst])} miss a value in column {short(worst)}" if gone else ""
        raise ValueError(
            f"{table.path}: has {len(kept)} complete rows of {len(table.lines)}, "
            f"expected at least 2{blame}."
        )
    if not gone:
        return table, []
    columns = {name: [cells[row] for row in kept] for name, cells in table.columns.items()}
    note = (
        f"{len(gone)} of {len(table.lines)} rows were left out since a value is missing, "
        f"most often in column {short(worst)}."
    )
    return Table(table.path, table.delimiter, columns, [table.lines[row] for row in kept]), [note]
