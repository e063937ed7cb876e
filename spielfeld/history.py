"""History of a run: a table with one row for each event of learning, for plots and reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]


class History:
    """Named columns of equal length; agents add a row each episode, other learners each batch.

    Args:
        **columns: The first columns. Each learner has "samples" first: the environment steps or
            rows drawn until then.

    Raises:
        ValueError: If columns differ in length, or an added history has other columns.
    """

    def __init__(self, **columns: Iterable[float] | Column) -> None:
        self.columns: dict[str, Column] = {
            name: np.asarray(values, np.float64) for name, values in columns.items()
        }
        if len({len(column) for column in self.columns.values()}) > 1:
            raise ValueError("All columns of a history must have the same length.")

    @classmethod
    def of_episodes(cls, rows: Sequence[Sequence[float]] | Column) -> History:
        """Return the columns of agents: samples, episode_return and episode_length."""
        table = np.array(rows, np.float64).reshape(-1, 3)
        return cls(samples=table[:, 0], episode_return=table[:, 1], episode_length=table[:, 2])

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __add__(self, other: History) -> History:
        """Return the rows of this history, followed by those of the other one."""
        if not self.columns or not other.columns:
            return other if other.columns else self
        if list(self.columns) != list(other.columns):
            raise ValueError(f"Columns {list(self.columns)} and {list(other.columns)} differ.")
        joined = {name: np.concatenate([self[name], other[name]]) for name in self.columns}
        return History(**joined)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History) or list(self.columns) != list(other.columns):
            return False
        return all(np.array_equal(self[name], other[name]) for name in self.columns)

    __hash__ = None  # type: ignore[assignment]

    def to_csv(self) -> str:
        """Return the table as CSV text with a header line; whole numbers have no decimal point."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(
            zip(*(map(_plain, column.tolist()) for column in self.columns.values()), strict=True)
        )
        return text.getvalue()

    @classmethod
    def from_csv(cls, path: str | Path) -> History:
        """Read a file that `to_csv` wrote.

        Raises:
            ValueError: If a row has missing or non-numeric cells. The message names file and line.
        """
        with open(path, newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header) or not all(map(_is_number, row)):
                raise ValueError(f"{path}, line {number}: expected {len(header)} numbers.")
        table = np.array(rows, np.float64).reshape(len(rows), len(header))
        return cls(**{name: table[:, k] for k, name in enumerate(header)})


def _plain(value: float) -> float:
    return int(value) if value.is_integer() else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
