"""Options that several commands share: the columns of a CSV file, and modules of your own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import tyro


@dataclass(frozen=True)
class Columns:
    """Options of a CSV file: the same as --set target=COLUMN and so on."""

    target: str | None = None
    """Column to predict; learners without targets need none."""
    task: Literal["classification", "regression"] | None = None
    """Task: by default classification for words, and regression for numbers."""
    ignore: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column to leave out, for example a name."""
    words: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column to read as words, although it looks like numbers or dates: postal codes."""
    decimal: str | None = None
    """Decimal mark of all numbers, comma or point, if the file does not decide it."""
    missing: Literal["leave-out", "mean"] | None = None
    """Handling of missing values: by default their rows are left out. mean replaces them by the
    mean of the training rows."""

    def options(self) -> dict[str, Any]:
        """Return the given columns as options of the source."""
        named = {**asdict(self), "ignore": list(self.ignore), "words": list(self.words)}
        return {name: value for name, value in named.items() if value}


OwnModules = Annotated[tuple[str, ...], tyro.conf.UseAppendAction]
NO_COLUMNS = Columns()
