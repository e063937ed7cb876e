"""What is told about how columns were read, each kind of guess in one sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from learning.data_sets.csv_columns import Reading
from learning.data_sets.csv_dates import has_time
from learning.data_sets.csv_numbers import Numeral, numeral, shown, value
from learning.data_sets.csv_table import Table, listed, short

BESIDE_NUMBERS = {
    "unit": "Signs beside numbers are left out",
    "parentheses": "Numbers in parentheses are negative",
    "zeros": "Zeros before numbers are lost unless --words names the column",
    "digits": "Numbers of so many digits are rounded",
}


def told_columns(table: Table, reading: Reading) -> list[str]:
    """Return sentences about numbers, dates and categories of a table."""
    return [*_numbers(table, reading), *_dates(table, reading), *_words(table, reading)]


def _numbers(table: Table, reading: Reading) -> list[str]:
    """Return a sentence for each kind of thing that was left out of numbers, with an example."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for column in reading.of_kind("numbers"):
        for row, cell in enumerate(table.columns[column]):
            number = numeral(cell) if cell else None
            for kind in _kinds(number) if number else ():
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


def _kinds(number: Numeral) -> Iterator[str]:
    core = number.core
    if number.unit:
        yield "unit"
    if number.in_parentheses:
        yield "parentheses"
    if core.isdecimal() and len(core) > 1 and core[0] == "0":
        yield "zeros"
    if core.isdecimal() and 15 < len(core) < 101 and Decimal(core) != Decimal(float(core)):
        yield "digits"


def _dates(table: Table, reading: Reading) -> list[str]:
    names = reading.of_kind("dates")
    if not names:
        return []
    order = " with the month first" if reading.month_first else ""
    row = next(row for row, cell in enumerate(table.columns[names[0]]) if cell)
    times = any(has_time(cell) for name in names for cell in table.columns[name])
    time = " The time of day is left out." * times
    return [
        f"Dates such as {table.at(names[0], row)} are read{order}, as year, month and weekday "
        f"(0 is Monday), in {listed(names)}.{time}"
    ]


def _words(table: Table, reading: Reading) -> list[str]:
    """Tell which columns became categories, and what may be one word in several spellings."""
    names = reading.of_kind("words")
    found = [f"Words are taken as categories in {listed(names)}."] if names else []
    for name in names:
        cells = table.columns[name]
        mixed = next((row for row, cell in enumerate(cells) if numeral(cell)), None)
        if mixed is not None:
            found.append(f"{table.at(name, mixed)} is a word like others of column {short(name)}.")
        found += _spellings(name, set(cells) - {""})
    return found


def _spellings(column: str, words: set[str]) -> list[str]:
    """Name the first words that differ by capitals or blanks alone."""
    same: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        same["".join(word.casefold().split())].append(word)
    first = next((spelt for spelt in same.values() if len(spelt) > 1), None)
    if first is None:
        return []
    return [f"{short(', '.join(first), 80)} are different words in column {short(column)}."]
