"""Columns of a CSV file: conversion of text to numbers, categories and classes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.csv_dates import (
    PARTS,
    ignoring,
    looks_like_date,
    month_comes_first,
    parts_of_dates,
)
from spielfeld.learning.data_sets.csv_marks import settle
from spielfeld.learning.data_sets.csv_numbers import (
    DECIMAL_MARKS,
    Numeral,
    is_simple,
    numeral,
    value,
)
from spielfeld.learning.data_sets.csv_table import Table, listed, short
from spielfeld.learning.data_sets.data_set import LARGEST

Task = Literal["regression", "classification"]
ColumnKind = Literal["numbers", "dates", "words"]
CATEGORIES = 100  # with more different words, a column holds names and not categories
FEW_CATEGORIES = 10  # so many different words are always allowed, for any number of rows
CLASSES_OF_NUMBERS = 10  # with more different whole numbers, the task is regression


@dataclass(frozen=True)
class Reading:
    """The way in which the cells of a file are read.

    Args:
        kinds: Kind of each column: numbers, dates or words.
        decimal: The decimal mark of the file.
        month_first: Whether 03/12/2024 is in March.
        named: Columns that the user names as words.
        notes: Sentences about assumptions.
    """

    kinds: dict[str, ColumnKind]
    decimal: str
    month_first: bool
    named: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Table, words: Collection[str] = (), decimal: str | None = None) -> Reading:
        """Find the kinds, the decimal mark and the order of dates from all cells.

        Args:
            table: A table in which missing cells are empty.
            words: Columns to read as words, with any content.
            decimal: The decimal mark, if the user names it.

        Raises:
            ValueError: If numbers or dates can be read in two ways.
        """
        kinds: dict[str, ColumnKind] = {
            name: "words" if name in words else _kind(cells)
            for name, cells in table.columns.items()
        }
        numbers = [name for name, kind in kinds.items() if kind == "numbers"]
        dates = [name for name, kind in kinds.items() if kind == "dates"]
        mark, notes = settle(table, numbers, decimal)
        return cls(kinds, mark, month_comes_first(table, dates), tuple(words), tuple(notes))

    def of_kind(self, kind: ColumnKind) -> list[str]:
        """Return the names of the columns of one kind."""
        return [name for name, one in self.kinds.items() if one == kind]


def _kind(cells: Sequence[str]) -> ColumnKind:
    """Return the kind of most cells in a column."""
    known = [cell for cell in cells if cell]
    if known and 2 * sum(map(looks_like_date, known)) > len(known):
        return "dates"
    wrong = sum(not is_simple(cell) and numeral(cell) is None for cell in known)
    return "words" if 2 * wrong >= max(1, len(known)) else "numbers"


def features(table: Table, column: str, reading: Reading) -> tuple[list[str], Array]:
    """Return the features of a column: their names and values; NaN for a missing cell.

    A column of numbers is one feature. A column of words has one feature for each different word,
    with the name "column=word". It is 1 in rows with this word, and 0 in other rows. A column of
    dates has three features: year, month from 1, and weekday from 0 for Monday.

    Returns:
        Names, and an array [rows, len(names)].

    Raises:
        ValueError: If numbers and words are mixed, or there are too many different words.
    """
    if reading.kinds[column] == "numbers":
        return [column], numbers(table, column, reading.decimal)[:, None]
    if reading.kinds[column] == "dates":
        names = [f"{column} {part}" for part in PARTS]
        return names, parts_of_dates(table, column, reading.month_first)
    words, codes = categories(table, column)
    values = np.vstack([np.eye(len(words)), np.full(len(words), np.nan)])[codes]
    return [f"{column}={word}" for word in words], values


def numbers(table: Table, column: str, decimal: str) -> Array:
    """Return the numbers of a column [rows]; NaN for a missing cell.

    Raises:
        ValueError: If a cell is not a number, is too large, or has another unit. The message names
            the line.
    """
    values = np.full(len(table.lines), np.nan)
    units: dict[str, int] = {}
    for row, cell in enumerate(table.columns[column]):
        if cell:
            values[row], unit = _read(table, column, row, decimal)
            units.setdefault(unit, row)
    if len(units) > 1:
        first, other, *_ = units.values()
        found = short(table.columns[column][other])
        table.refuse(column, other, f"{found} has another unit than {table.at(column, first)}")
    return values


def _read(table: Table, column: str, row: int, decimal: str) -> tuple[float, str]:
    """Return the number in a cell and its unit."""
    cell = table.columns[column][row]
    if decimal == "." and is_simple(cell):
        read, unit = float(cell), ""
    else:
        number = numeral(cell)
        found = None if number is None else value(number, decimal)
        if number is None or found is None:
            _refuse_cell(table, column, row, number, decimal)
        read, unit = found, number.unit
    if abs(read) > LARGEST:
        table.refuse(column, row, f"expected a number up to {LARGEST:g}, found {short(cell)}")
    return read, unit


def _refuse_cell(
    table: Table, column: str, row: int, number: Numeral | None, decimal: str
) -> NoReturn:
    found = short(table.columns[column][row])
    if number is None:
        table.refuse(column, row, f"expected a number as in most of this column, found {found}")
    why = f"expected a number with a decimal {DECIMAL_MARKS[decimal]}, found {found}"
    table.refuse(column, row, f"{why}; --words takes a column as words, --ignore leaves it out")


def categories(table: Table, column: str) -> tuple[list[str], Array]:
    """Return the different words of a column, sorted, and for each row the index of its word.

    A missing cell has the index len(words).

    Raises:
        ValueError: If there are more than `CATEGORIES` words. Also if there are more than
            `FEW_CATEGORIES` and fewer than two rows for each on average. Such a column holds names,
            and a learner cannot use it.
    """
    cells = table.columns[column]
    words = sorted({cell for cell in cells if cell})
    if len(words) > most_categories(table):
        _refuse_words(table, column, len(words), "")
    index = {word: code for code, word in enumerate(words)}
    return words, np.array([index.get(cell, len(words)) for cell in cells], np.int64)


def most_categories(table: Table) -> int:
    """Return the largest number of different words that a column may have."""
    return min(CATEGORIES, max(FEW_CATEGORIES, len(table.lines) // 2))


def refuse_names(table: Table, columns: Sequence[str]) -> None:
    """Refuse all columns with too many different words in one message.

    Raises:
        ValueError: If there are any. The message ends with the options that leave them out.
    """
    different = {name: len({*table.columns[name]} - {""}) for name in columns}
    wrong = [name for name in columns if different[name] > most_categories(table)]
    if wrong:
        more = f" ({listed(wrong[1:])} likewise)" if wrong[1:] else ""
        _refuse_words(table, wrong[0], different[wrong[0]], f"{more}; ignore it: {ignoring(wrong)}")


def _refuse_words(table: Table, column: str, words: int, ending: str) -> NoReturn:
    raise ValueError(
        f"{table.path}, column {short(column)}: has {words} different words in "
        f"{len(table.lines)} rows, expected numbers or at most {most_categories(table)} "
        f"categories{ending}."
    )


def targets(
    table: Table, column: str | None, task: Task | None, reading: Reading
) -> tuple[Array | None, tuple[str, ...], list[str]]:
    """Return targets [rows], class names (empty for regression), and notes.

    Without a column there are no targets. Words are classes. Numbers are targets of a regression,
    unless `task` is given. By default, few whole numbers are classes: at most `CLASSES_OF_NUMBERS`
    different ones, each in two rows on average.

    Raises:
        ValueError: If there is a single class, or the column holds dates. Also if the task is
            regression and the column holds words.
    """
    if column is None:
        return None, (), []
    if reading.kinds[column] == "dates":
        found = f"expected numbers or words to predict, found the date {table.columns[column][0]!r}"
        table.refuse(column, 0, f"{found}; --words takes each date as a class")
    if reading.kinds[column] == "words":
        if task == "regression":
            _refuse_word(table, column, reading.decimal)
        words, codes = categories(table, column)
        return codes, _several(table, column, words), []
    values = numbers(table, column, reading.decimal)
    if task is None and _look_like_classes(values):
        note = (
            f"The whole numbers of {short(column)} are taken as classes; "
            "to predict them as numbers set the task to regression."
        )
        return (*_classes_of(table, column, values), [note])
    if task == "classification":
        return (*_classes_of(table, column, values), [])
    return values, (), []


def _refuse_word(table: Table, column: str, decimal: str) -> NoReturn:
    for row, cell in enumerate(table.columns[column]):
        number = numeral(cell)
        if number is None or value(number, decimal) is None:
            table.refuse(column, row, f"{short(cell)} is not a number to predict")
    raise ValueError(
        f"{table.path}, column {short(column)}: is taken as words, expected numbers to predict."
    )


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
            "expected at least two classes."
        )
    return tuple(classes)
