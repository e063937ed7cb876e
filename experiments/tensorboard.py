"""Event files for TensorBoard: history and scores of a run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from spielfeld.history import History

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class Events:
    """Event files that grow with the history and the scores of a run.

    Args:
        directory: Folder of the files; those of an earlier attempt are replaced.

    Raises:
        ImportError: If TensorBoard or PyTorch is not installed; says how to install them.
    """

    def __init__(self, directory: Path) -> None:
        writer = _writer()
        shutil.rmtree(directory, ignore_errors=True)
        self._writer = writer(str(directory))
        self._written = {"history": 0, "scores": 0}

    def update(self, history: History, scores: History) -> None:
        """Write the rows that are new since the last call, each at its number of samples."""
        for name, table in (("history", history), ("scores", scores)):
            for row in range(self._written[name], len(table)):
                self._write(name, table, row)
            self._written[name] = len(table)
        self._writer.flush()

    def _write(self, name: str, table: History, row: int) -> None:
        for column, numbers in table.columns.items():
            number = float(numbers[row])
            if column != "samples" and number == number:  # nan: not measured yet
                self._writer.add_scalar(f"{name}/{column}", number, int(table["samples"][row]))

    def close(self) -> None:
        """Write the remaining rows."""
        self._writer.close()


def _writer() -> type[SummaryWriter]:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ImportError(
            "--tensorboard needs PyTorch and TensorBoard: `pip install spielfeld[deep]` and try "
            "again."
        ) from error
    return SummaryWriter
