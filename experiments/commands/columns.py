"""Options that several commands share: the columns of a CSV file, and modules of your own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import tyro


@dataclass(frozen=True)
class Columns:
    """Of a CSV file: the same as --set target=COLUMN and so on."""

    target: str | None = None
    """Column to predict; none for learners that need no targets."""
    task: Literal["classification", "regression"] | None = None
    """What to predict; by default words are classes, and numbers are numbers."""
    ignore: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column to leave out, such as one of names."""
    words: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A column of words though it looks like numbers or dates, such as one of postal codes."""
    decimal: str | None = None
    """The decimal mark of all numbers, comma or point, where the file does not settle it."""
    missing: Literal["leave-out", "mean"] | None = None
    """What becomes of missing values: by default their rows are left out; mean puts the mean of the
    training rows in their place."""

    def options(self) -> dict[str, Any]:
        """Return what was given, as options of the source."""
        named = {**asdict(self), "ignore": list(self.ignore), "words": list(self.words)}
        return {name: value for name, value in named.items() if value}


OwnModules = Annotated[tuple[str, ...], tyro.conf.UseAppendAction]
NO_COLUMNS = Columns()
