"""Dates in a CSV file: their year, month and weekday as features, or a clear error."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import date

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.csv_table import Table, listed, short

PARTS = ("year", "month", "weekday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_BEGINS = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d")
_TIME = r"(?P<time>[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?(?:Z| ?[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?P<mark>[-/.])(\d{{1,2}})(?P=mark)(\d{{1,2}}){_TIME}", re.I)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})(?P<mark>[-/.])(\d{{1,2}})(?P=mark)(\d{{4}}){_TIME}", re.I)
_YEAR_SHORT = re.compile(rf"\d{{1,2}}([-/.])\d{{1,2}}\1\d{{2}}{_TIME}", re.I)


def looks_like_date(cell: str) -> bool:
    """Return whether a cell is a date of digits, in any order."""
    return _BEGINS.match(cell) is not None and any(
        form.fullmatch(cell) for form in (_YEAR_FIRST, _YEAR_LAST, _YEAR_SHORT)
    )


def has_time(cell: str) -> bool:
    """Return whether a time of day follows a date."""
    found = _YEAR_FIRST.fullmatch(cell) or _YEAR_LAST.fullmatch(cell)
    return bool(found and found["time"])


def read_date(cell: str, month_first: bool = False) -> date | None:
    """Read 2024-03-12, 12.03.2024 or 03/12/2024; return None if the calendar has no such day.

    >>> read_date("12.03.2024"), read_date("12/03/2024", month_first=True)
    (datetime.date(2024, 3, 12), datetime.date(2024, 12, 3))
    """
    found = _YEAR_FIRST.fullmatch(cell)
    if found:
        year, month, day = found[1], found[3], found[4]
    else:
        found = _YEAR_LAST.fullmatch(cell)
        if found is None:
            return None
        day, month, year = found[1], found[3], found[4]
        if month_first and found["mark"] != ".":  # with points, the day always comes first
            day, month = month, day
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def month_comes_first(table: Table, columns: Sequence[str]) -> bool:
    """Return whether 03/12/2024 is in March, from all dates of a file.

    Raises:
        ValueError: If the dates allow both orders, or years have two digits. The message names all
            columns of dates and the options that leave them out.
    """
    cells = {name: [cell for cell in table.columns[name] if cell] for name in columns}
    short_years = [name for name in columns if any(map(_YEAR_SHORT.fullmatch, cells[name]))]
    if short_years:
        example = next(filter(_YEAR_SHORT.fullmatch, cells[short_years[0]]))
        _refuse(table, columns, f"{short(example)} has a year of two digits")
    every = [cell for name in columns for cell in cells[name]]
    fits = [all(read_date(cell, order) for cell in every) for order in (False, True)]
    if all(fits):
        for cell in every:
            days = [read_date(cell, order) for order in (False, True)]
            if days[0] != days[1]:
                readings = " or ".join(f"{day.day} {MONTHS[day.month - 1]}" for day in days if day)
                _refuse(table, columns, f"{short(cell)} may be {readings}")
    return fits[1] and not fits[0]


def _refuse(table: Table, columns: Sequence[str], why: str) -> None:
    raise ValueError(
        f"{table.path}: {listed(columns)} cannot be read as dates, since {why}; write "
        f"year-month-day, or leave out the dates: {ignoring(columns)}."
    )


def ignoring(columns: Sequence[str]) -> str:
    """Return the command-line options that leave columns out."""
    return " ".join(f"--ignore {_quoted(name)}" for name in columns)


def _quoted(name: str) -> str:
    return shlex.quote(name) if name.isprintable() else short(name)


def parts_of_dates(table: Table, column: str, month_first: bool) -> Array:
    """Return year, month from 1 and weekday from 0 for Monday, [rows, 3]; NaN if missing.

    Raises:
        ValueError: If a cell is not a date. The message names the line.
    """
    values = np.full((len(table.lines), len(PARTS)), np.nan)
    for row, cell in enumerate(table.columns[column]):
        day = read_date(cell, month_first)
        if cell and day is None:
            table.refuse(column, row, f"expected a date of the calendar, found {short(cell)}")
        if day is not None:
            values[row] = day.year, day.month, day.weekday()
    return values
