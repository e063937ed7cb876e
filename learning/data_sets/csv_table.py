"""From the bytes of a CSV file to named columns of text, or one sentence about what is wrong."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})  # whatever the case
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Table:
    """The cells of a CSV file, stripped of blanks around them.

    Args:
        path: Of the file, for messages.
        delimiter: What stands between two cells.
        columns: Cells by the name of their column; all of equal length.
        lines: The line of the file that each row begins in, counted from 1.
    """

    path: str
    delimiter: str
    columns: dict[str, list[str]]
    lines: list[int]

    def refuse(self, column: str, row: int, why: str) -> NoReturn:
        """Raise a ValueError that names the file, the line and the column."""
        raise ValueError(f"{self.path}, line {self.lines[row]}, column {short(column)}: {why}.")


def is_missing(cell: str) -> bool:
    """Whether a cell says that nobody knows."""
    return cell.lower() in MISSING


def short(what: object, length: int = 40) -> str:
    """Quote something from a file in one line that is not too long."""
    text = repr(what)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def read_table(path: str | Path) -> Table:
    """Read a file whose first line names its columns.

    Cells are separated by commas, semicolons or tabs, whichever divides the first line most; texts
    that hold one stand in double quotes. Blank lines are skipped.

    Raises:
        ValueError: If the file cannot be read, is no text, has no header, or a row has more or
            fewer cells than the header; names file and line.
    """
    text = _text(path)
    delimiter = max(DELIMITERS, key=lambda mark: len(_header(text, mark)))
    rows = _rows(path, text, delimiter)
    if not rows:
        raise ValueError(f"{path}: is empty; expected a line of column names, then rows.")
    (line, header), *rows = rows
    header = [" ".join(name.split()) for name in header]
    _check_header(path, line, header)
    for line, cells in rows:
        if len(cells) != len(header):
            raise ValueError(
                f"{path}, line {line}: has {len(cells)} cells, but the header names {len(header)} "
                f"columns; cells are separated by {DELIMITERS[delimiter]}."
            )
    columns = {name: [cells[k] for _, cells in rows] for k, name in enumerate(header)}
    return Table(str(path), delimiter, columns, [line for line, _ in rows])


def _text(path: str | Path) -> str:
    """Decode UTF-8, with or without a byte order mark, else what Excel writes on Windows."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}).") from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NOT_TEXT.search(text):
            return text
    raise ValueError(f"{path}: is not a text file in UTF-8; expected a CSV file.")


def _header(text: str, delimiter: str) -> list[str]:
    try:
        return next(filter(any, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), [])
    except csv.Error:  # said again, with its line, when the rows are read
        return []


def _rows(path: str | Path, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return each row with the line it begins in; a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begins = [], 1
    try:
        for cells in reader:
            if cells and (len(cells) > 1 or cells[0].strip()):
                rows.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {begins}: expected cells, found a quotation mark that is out of place "
            "or never closed, or a cell of endless length."
        ) from error
    return rows


def _check_header(path: str | Path, line: int, header: list[str]) -> None:
    if all(NUMBER.fullmatch(name) or is_missing(name) for name in header):
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
