"""Notes about the reading of a CSV file: one sentence for each kind of assumption."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from spielfeld.learning.data_sets.csv_columns import Reading
from spielfeld.learning.data_sets.csv_dates import has_time
from spielfeld.learning.data_sets.csv_numbers import Numeral, is_simple, numeral, shown, value
from spielfeld.learning.data_sets.csv_table import Table, listed, short

EXACT = 15  # digits that a float always keeps
BESIDE_NUMBERS = {
    "unit": "Signs beside numbers are left out",
    "unusual": "Numbers in parentheses or before a minus are negative",
    "zeros": "Zeros before numbers are lost unless --words names the column",
    "digits": "Numbers of so many digits are rounded",
}


def notes_on_columns(table: Table, reading: Reading, target: str | None) -> list[str]:
    """Return notes about numbers, dates and categories of a table.

    Args:
        table: A table in which missing cells are empty.
        reading: The way in which its cells are read.
        target: The column whose words are classes and not categories.
    """
    words = reading.of_kind("words")
    categories = [name for name in words if name != target]
    told = [f"Words are taken as categories in {listed(categories)}."] if categories else []
    for name in words:
        told += _mixed(table, name) if name not in reading.named else []
        told += _spellings(name, set(table.columns[name]) - {""})
    return [*_numbers(table, reading), *_dates(table, reading), *told]


def _numbers(table: Table, reading: Reading) -> list[str]:
    """Return one note with an example for each sign or form that is left out of numbers."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for column in reading.of_kind("numbers"):
        for row, cell in enumerate(table.columns[column]):
            number = None if is_simple(cell) else numeral(cell)
            for kind in _kinds(number, reading.decimal) if number else ():
                found[kind].setdefault(column, row)
    return [
        _example(table, reading, lead, found[kind])
        for kind, lead in BESIDE_NUMBERS.items()
        if found[kind]
    ]


def _example(table: Table, reading: Reading, lead: str, rows: dict[str, int]) -> str:
    column, row = next(iter(rows.items()))
    number = numeral(table.columns[column][row])
    read = shown((value(number, reading.decimal) if number else None) or 0.0)
    return f"{lead}: {table.at(column, row)} is read as {read}, in {listed(list(rows))}."


def _kinds(number: Numeral, decimal: str) -> Iterator[str]:
    whole = number.core.partition(decimal)[0]
    if number.unit:
        yield "unit"
    if number.unusual:
        yield "unusual"
    if whole == number.core and whole[0] == "0" and len(whole) > 1:
        yield "zeros"
    if len(whole) > EXACT:
        digits = re.sub(r"\D", "", whole)
        if Decimal(digits) != Decimal(float(digits)):
            yield "digits"


def _dates(table: Table, reading: Reading) -> list[str]:
    names = reading.of_kind("dates")
    if not names:
        return []
    order = ", with the month first," if reading.month_first else ""
    row = next(row for row, cell in enumerate(table.columns[names[0]]) if cell)
    times = any(has_time(cell) for name in names for cell in table.columns[name])
    time = " The time of day is left out." * times
    return [
        f"Dates such as {table.at(names[0], row)} are read as year, month and weekday (0 is "
        f"Monday){order} in {listed(names)}.{time}"
    ]


def _mixed(table: Table, column: str) -> list[str]:
    """Return a note about a number in a column of words."""
    numbers = (row for row, cell in enumerate(table.columns[column]) if numeral(cell))
    row = next(numbers, None)
    if row is None:
        return []
    return [f"{table.at(column, row)} is taken as a word, as most cells of {short(column)} are."]


def _spellings(column: str, words: set[str]) -> list[str]:
    """Return a note about the first words that differ only in capitals or blanks."""
    same: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        same["".join(word.casefold().split())].append(word)
    first = next((spelt for spelt in same.values() if len(spelt) > 1), None)
    if first is None:
        return []
    return [f"{short(', '.join(first), 80)} are different words in column {short(column)}."]
