"""Missing values in a table: their signs, and the rows that contain them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from spielfeld.learning.data_sets.csv_table import Table, is_missing, listed, short

Missing = Literal["leave-out", "mean"]


def check_policy(missing: str) -> None:
    """Refuse a word that is not a `Missing`.

    Raises:
        ValueError: If it is not one.
    """
    if missing not in get_args(Missing):
        raise ValueError(
            f"The setting missing is {short(missing)}; expected {' or '.join(get_args(Missing))}."
        )


def with_empty_cells(table: Table, words: Sequence[str]) -> tuple[Table, list[str]]:
    """Replace each sign for a missing value by an empty cell, and return notes about the signs.

    A minus is a word if the column also has a plus, as in columns of test results.

    Args:
        table: The table as it was read.
        words: Columns that the user names as words; only empty cells are missing there.
    """
    columns: dict[str, list[str]] = {}
    where: dict[str, list[str]] = {}
    for name, cells in table.columns.items():
        signs = {cell for cell in set(cells) if cell and is_missing(cell)}
        if name in words or "+" in cells:
            signs = set()
        for sign in sorted(signs):
            where.setdefault(sign, []).append(name)
        columns[name] = ["" if cell in signs else cell for cell in cells] if signs else cells
    notes = [
        f"{short(sign)} is a missing value in {listed(names)}." for sign, names in where.items()
    ]
    return replace(table, columns=columns), notes


def complete_rows(table: Table, columns: Sequence[str]) -> tuple[Table, list[str]]:
    """Leave out every row with a missing value in one of the columns; add a note with the number.

    Raises:
        ValueError: If fewer than two rows are left. The message names the column with most missing
            values.
    """
    missing = {
        name: [row for row, cell in enumerate(table.columns[name]) if not cell] for name in columns
    }
    gone = {row for rows in missing.values() for row in rows}
    kept = [row for row in range(len(table.lines)) if row not in gone]
    worst = max(missing, key=lambda name: len(missing[name]), default="")
    if len(kept) < 2:
        blame = f"; {len(missing[worst])} miss a value in column {short(worst)}" if gone else ""
        raise ValueError(
            f"{table.path}: has {len(kept)} complete rows of {len(table.lines)}, "
            f"expected at least 2{blame}."
        )
    if not gone:
        return table, []
    cells = {name: [cells[row] for row in kept] for name, cells in table.columns.items()}
    note = (
        f"{len(gone)} of {len(table.lines)} rows were left out since a value is missing, "
        f"most often in column {short(worst)}."
    )
    return replace(table, columns=cells, lines=[table.lines[row] for row in kept]), [note]


def filled(table: Table) -> list[str]:
    """Return a note with the number of cells that get the mean of their column.

    Raises:
        ValueError: If a column has no value. The message names it.
    """
    count = {name: sum(not cell for cell in cells) for name, cells in table.columns.items()}
    names = [name for name, missing in count.items() if missing]
    for name in names:
        if count[name] == len(table.lines):
            raise ValueError(f"{table.path}, column {short(name)}: has no value; ignore it.")
    if not names:
        return []
    total = sum(count.values())
    return [
        f"{total} missing value{'s'[: total > 1]} in {listed(names)} became the mean of the "
        "training rows."
    ]
