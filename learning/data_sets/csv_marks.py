"""Decimal mark of a CSV file, found from all its numbers, or an error if it is unclear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from spielfeld.learning.data_sets.csv_numbers import (
    DECIMAL_MARKS,
    is_grouped,
    marks_of,
    numeral,
    shown,
    value,
)
from spielfeld.learning.data_sets.csv_table import Table, short

OPEN = ".,"  # marks of a cell that is a different number with each decimal mark


class Place(NamedTuple):
    """A cell that proves the decimal mark, or is possible with both marks."""

    column: str
    row: int


def read_mark(given: str | None) -> str | None:
    """Return the decimal mark that a user names, as a character or as a word.

    Raises:
        ValueError: If it is neither a point nor a comma.
    """
    marks = {**{word: mark for mark, word in DECIMAL_MARKS.items()}, ".": ".", ",": ","}
    if given is not None and given not in marks:
        raise ValueError(f"The decimal mark is {short(given)}; expected a comma or a point.")
    return None if given is None else marks[given]


def settle(table: Table, columns: Sequence[str], given: str | None) -> tuple[str, list[str]]:
    """Find the decimal mark of a file from all its columns of numbers.

    A cell proves a mark if it is a number only with this mark. "0.5", "3,34", "1.234,5" and
    "1,234,567" prove one; "55.317" does not. Without a proof, numbers are read with a point if
    commas separate the cells. Every number in these columns must then have three digits after the
    point. Programs write such numbers of equal length. `notes` then says so.

    Args:
        table: A table in which missing cells are empty.
        columns: The columns of numbers.
        given: The decimal mark, if the user names it.

    Returns:
        The decimal mark, and notes about assumptions.

    Raises:
        ValueError: If cells contradict each other, or both marks are possible. The message shows
            both readings.
    """
    first, undecided = _sightings(table, columns)
    if given:
        return given, []
    if "." in first and "," in first:
        _refuse_two_marks(table, first["."], first[","])
    proof = first.get(".") or first.get(",")
    if proof is None and OPEN in first:
        if not _is_written_by_program(table, undecided):
            _refuse_two_readings(table, first[OPEN])
        one = first[OPEN]
        note = f"{_both(table, one)}; it is read with a decimal point, as is usual where commas "
        return ".", [f"{note}separate the cells; --decimal , reads it the other way."]
    mark = "," if "," in first else "."
    return mark, _notes(table, columns, mark, proof, undecided)


def _sightings(
    table: Table, columns: Sequence[str]
) -> tuple[dict[str, Place], dict[str, list[Place]]]:
    """Return the first proof of each mark, and the undecided cells of columns without proof."""
    first: dict[str, Place] = {}
    undecided: dict[str, list[Place]] = {}
    for column in columns:
        proved, open_here = False, list[Place]()
        for row, cell in enumerate(table.columns[column]):
            marks = marks_of(cell)
            if marks and marks not in first:
                first[marks] = Place(column, row)
            if marks == OPEN:
                open_here.append(Place(column, row))
            proved = proved or marks in (".", ",")
        if open_here and not proved:
            undecided[column] = open_here
    return first, undecided


def _is_written_by_program(table: Table, undecided: dict[str, list[Place]]) -> bool:
    """Return whether commas separate cells, and every undecided number has three decimals."""
    return table.delimiter == "," and all(
        len(places) == sum(map(bool, table.columns[column]))
        and not any("," in cell for cell in table.columns[column])
        for column, places in undecided.items()
    )


def _notes(
    table: Table,
    columns: Sequence[str],
    mark: str,
    proof: Place | None,
    undecided: dict[str, list[Place]],
) -> list[str]:
    """Return notes about the decimal mark, if it is not the usual one of programs."""
    example = next((places[0] for places in undecided.values()), None)
    if example and mark == "." and table.delimiter == "," and "," not in _cell(table, example):
        example = None  # commas between cells and decimal points are the usual form
    grouped = example or _first_grouped(table, columns, mark)
    found = []
    if proof and (mark == "," or example):
        shows = table.at(*proof)
        found.append(f"The decimal mark is a {DECIMAL_MARKS[mark]}, as {shows} shows.")
    if grouped:
        found.append(f"{table.at(*grouped)} is read as {_read(table, grouped, mark)}.")
    return found


def _first_grouped(table: Table, columns: Sequence[str], mark: str) -> Place | None:
    for column in columns:
        for row, cell in enumerate(table.columns[column]):
            if is_grouped(cell, mark):
                return Place(column, row)
    return None


def _cell(table: Table, place: Place) -> str:
    return table.columns[place.column][place.row]


def _read(table: Table, place: Place, mark: str) -> str:
    number = numeral(_cell(table, place))
    read = None if number is None else value(number, mark)
    return "no number" if read is None else shown(read)


def _both(table: Table, place: Place) -> str:
    readings = " or ".join(_read(table, place, mark) for mark in ".,")
    return f"{table.at(*place)}, column {short(place.column)}, may be {readings}"


def _refuse_two_readings(table: Table, place: Place) -> NoReturn:
    raise ValueError(
        f"{table.path}: {_both(table, place)}, and no other cell shows which; name the decimal "
        "mark: --decimal , or --decimal . settles it."
    )


def _refuse_two_marks(table: Table, one: Place, other: Place) -> NoReturn:
    one, other = sorted((one, other), key=lambda place: (place.row, place.column))
    first = table.at(*one)
    column = "" if one.column == other.column else f" of column {short(one.column)}"
    found = short(_cell(table, other))
    why = f"{found} has another decimal mark than {first}{column}; a file has only one; --words"
    table.refuse(other.column, other.row, f"{why} takes a column as words, --ignore leaves it out")
