"""The decimal mark of a whole file: what proves it, and a refusal where nothing does."""

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

OPEN = ".,"  # of a cell that is another number with the other decimal mark


class Place(NamedTuple):
    """A cell that tells something about the marks."""

    column: str
    row: int


def read_mark(given: str | None) -> str | None:
    """Return the decimal mark that a user names, by itself or in a word.

    Raises:
        ValueError: If it is neither a point nor a comma.
    """
    marks = {**{word: mark for mark, word in DECIMAL_MARKS.items()}, ".": ".", ",": ","}
    if given is not None and given not in marks:
        raise ValueError(f"The decimal mark is {short(given)}; expected a comma or a point.")
    return None if given is None else marks[given]


def settle(table: Table, columns: Sequence[str], given: str | None) -> tuple[str, list[str]]:
    """Find the decimal mark of a file from all its columns of numbers.

    A cell proves a mark if it is a number with that mark alone: "0.5", "3,34", "1.234,5" or
    "1,234,567" do, and "55.317" does not. Where nothing proves one, commas between cells speak for
    the point if each cell of a column has one and three digits after it, as computers write
    numbers of equal length; `notes` tells it.

    Args:
        table: Missing cells are empty.
        columns: Those of numbers.
        given: The mark, if the user names it.

    Returns:
        The mark, and what was guessed.

    Raises:
        ValueError: If cells contradict each other, or nothing settles which of two numbers is
            meant; both readings are shown.
    """
    first, undecided = _sightings(table, columns)
    if given:
        return given, []
    if "." in first and "," in first:
        _refuse_two_marks(table, first["."], first[","])
    proof = first.get(".") or first.get(",")
    if proof is None and OPEN in first:
        if not _computers_wrote(table, undecided):
            _refuse_two_readings(table, first[OPEN])
        one = first[OPEN]
        note = f"{_both(table, one)}; it is read with a decimal point, as is usual where commas "
        return ".", [f"{note}separate the cells; --decimal , reads it the other way."]
    mark = "," if "," in first else "."
    return mark, _told(table, columns, mark, proof, undecided)


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


def _computers_wrote(table: Table, undecided: dict[str, list[Place]]) -> bool:
    """Whether commas separate, and every cell of each such column has three decimals."""
    return table.delimiter == "," and all(
        len(places) == sum(map(bool, table.columns[column]))
        and not any("," in cell for cell in table.columns[column])
        for column, places in undecided.items()
    )


def _told(
    table: Table,
    columns: Sequence[str],
    mark: str,
    proof: Place | None,
    undecided: dict[str, list[Place]],
) -> list[str]:
    """Say how numbers were read, unless they are as a computer writes them."""
    example = next((places[0] for places in undecided.values()), None)
    if example and mark == "." and table.delimiter == "," and "," not in _cell(table, example):
        example = None  # a file of commas with decimal points is the usual one
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
        f"{table.path}: {_both(table, place)}, and no other cell tells which; name the decimal "
        "mark: --decimal , or --decimal . settles it."
    )


def _refuse_two_marks(table: Table, one: Place, other: Place) -> NoReturn:
    one, other = sorted((one, other), key=lambda place: (place.row, place.column))
    first = table.at(*one)
    column = "" if one.column == other.column else f" of column {short(one.column)}"
    found = short(_cell(table, other))
    why = f"{found} has another decimal mark than {first}{column}; a file has one; --words"
    table.refuse(other.column, other.row, f"{why} takes a column as words, --ignore leaves it out")
