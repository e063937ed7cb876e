"""Table of a CSV file: its text as named columns of cells, or a clear error."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from spielfeld.learning.data_sets.csv_numbers import numeral
from spielfeld.learning.data_sets.csv_text import read_text

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SIGNS = ("", "?", "na", "n/a", "n.a.", "#n/a", "#nv", "k.a.", "nan", "null")  # in any case
DASHES = ("-", "--", "---", "\u2013", "\u2014", "\u2212", ".", "..", "...")
MISSING = frozenset({*SIGNS, *DASHES})
TITLES = 5  # greatest number of lines above the header
GLANCE = 100  # rows that decide which delimiter a file has
NAMED_DELIMITER = re.compile(r'\s*"?sep=(.)"?[ \t]*(\r\n|\r|\n)', re.IGNORECASE)
YEAR = re.compile(r"(19|20)\d\d", re.ASCII)
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """The cells of a CSV file, without blanks around them.

    Args:
        path: Path of the file, for messages.
        delimiter: The character between two cells.
        columns: Cells by the name of their column; all columns have equal length.
        lines: The line of the file in which each row begins, counted from 1.
        notes: Sentences about assumptions.
    """

    path: str
    delimiter: str
    columns: dict[str, list[str]]
    lines: list[int]
    notes: tuple[str, ...] = ()

    def refuse(self, column: str, row: int, why: str) -> NoReturn:
        """Raise a ValueError that names the file, the line and the column."""
        raise ValueError(f"{self.path}, line {self.lines[row]}, column {short(column)}: {why}.")

    def at(self, column: str, row: int) -> str:
        """Return a quoted cell with its line number, for a message."""
        return f"{short(self.columns[column][row])} in line {self.lines[row]}"


def is_missing(cell: str) -> bool:
    """Return whether a cell contains a sign for a missing value."""
    return cell.lower() in MISSING


def short(what: object, length: int = 40) -> str:
    """Return a value from a file as quoted text of limited length."""
    text = repr(what)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def listed(names: Sequence[str]) -> str:
    """Return names of columns as part of a sentence."""
    text = ", ".join(map(short, names))
    word = "column" if len(names) == 1 else "columns"
    return f"{word} {text}" if len(text) <= 120 else f"{len(names)} columns from {short(names[0])}"


def read_table(path: str | Path) -> Table:
    """Read a CSV file whose first line names its columns.

    Cells are separated by commas, semicolons or tabs. The first lines show which of them, or a
    first line such as "sep=;" names it. Texts with a delimiter are in double quotes. Blanks before
    the quotes are allowed. Blank lines, titles above the header, and delimiters at the ends of
    lines are skipped.

    Raises:
        ValueError: If the file cannot be read, is not text or has no header. Also if a row has
            another number of cells than the header. The message names file and line.
    """
    text, notes = read_text(path)
    text, delimiter = _delimiter(path, text)
    rows = _rows(path, text, delimiter)
    titles = _titles([cells for _, cells in rows])
    notes += [
        f"Line {line}, {short(max(cells))}, is skipped: a title." for line, cells in rows[:titles]
    ]
    rows = rows[titles:]
    if not rows:
        raise ValueError(f"{path}: is empty; expected a line of column names, then rows.")
    (line, header), *rows = _without_empty_ends(rows)
    header = [" ".join(name.split()) for name in header]
    _check_header(path, line, header)
    for line, cells in rows:
        if len(cells) != len(header):
            raise ValueError(
                f"{path}, line {line}: has {len(cells)} cells, but the header names {len(header)} "
                f"columns; cells are separated by {DELIMITERS[delimiter]}."
            )
    columns = {name: [cells[k] for _, cells in rows] for k, name in enumerate(header)}
    return Table(str(path), delimiter, columns, [line for line, _ in rows], tuple(notes))


def _delimiter(path: str | Path, text: str) -> tuple[str, str]:
    """Return the text without a line that names the delimiter, and the delimiter."""
    named = NAMED_DELIMITER.match(text)
    if named is None:
        return text, max(DELIMITERS, key=lambda mark: _division(text, mark))
    if named[1] not in DELIMITERS:
        expected = ", ".join(DELIMITERS.values())
        raise ValueError(
            f"{path}, line 1: names {short(named[1])} as delimiter, expected {expected}."
        )
    return named[2] + text[named.end() :], named[1]  # an empty line keeps the line numbers right


def _division(text: str, delimiter: str) -> tuple[bool, bool, int, bool]:
    """Return a score for a delimiter on the first rows; the greatest score is the best.

    The best delimiter divides all rows into equally many cells, without titles above the header.
    The next best does so with titles, or divides the header into many columns. The last choice is a
    delimiter that divides no row, in a file with a single column.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        rows = list(itertools.islice(filter(any, reader), GLANCE))
    except csv.Error:  # raised again with its line when the rows are read
        return False, False, 0, False
    titles = _titles(rows)
    header, *rest = rows[titles:] or [[]]
    width = _width(header)
    alike = all(_width(cells) <= width <= len(cells) for cells in rest)
    divided = alike and width > 1
    return divided and not titles, divided, len(header), alike


def _width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of single-cell lines above a header with several names."""
    is_wide = (sum(map(bool, cells)) > 1 for cells in rows[: TITLES + 1])
    above = next((place for place, wide in enumerate(is_wide) if wide), 0)
    if len(rows) < above + 2:
        return 0
    names, first = list(rows[above]), rows[above + 1]
    names = names[: _width(names)]
    distinct = all(names) and len(set(names)) == len(names)
    fits = len(names) <= len(first) and _width(first) <= len(names)
    return above if distinct and fits and all(map(_may_be_name, names)) else 0


def _may_be_name(cell: str) -> bool:
    word = numeral(cell) is None and any(map(str.isalpha, cell))
    return word or YEAR.fullmatch(cell) is not None


def _rows(path: str | Path, text: str, delimiter: str) -> list[Row]:
    """Return each row with the line in which it begins; a quoted cell may hold line breaks."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) or (len(cells) > 1 and rows):
                rows.append((begins, stripped))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {begins}: expected cells, found a quotation mark out of place "
            "or never closed, or an endless cell."
        ) from error
    return rows


def _without_empty_ends(rows: list[Row]) -> list[Row]:
    """Remove columns at the end without name and values."""
    header = rows[0][1]
    used = max(_width(cells) for _, cells in rows)
    width = min(used, len(header))
    return [(line, cells if any(cells[width:]) else cells[:width]) for line, cells in rows]


def _check_header(path: str | Path, line: int, header: list[str]) -> None:
    if all(numeral(name) or is_missing(name) for name in header):
        raise ValueError(
            f"{path}, line {line}: expected the names of the columns, found {short(header)}."
        )
    for place, name in enumerate(header, start=1):
        if not name:
            raise ValueError(
                f"{path}, line {line}: column {place} has no name; name it or delete it."
            )
        first = header.index(name) + 1
        if first < place:
            raise ValueError(
                f"{path}, line {line}: columns {first} and {place} are both called {short(name)}."
            )
