"""How a mistake in a layout is answered: one line that names file, line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from spielfeld.envs.grid_world.toml_positions import Path, Span, positions


class LayoutError(ValueError):
    """A mistake in a layout, said as `FILE:LINE:COLUMN: what stood there, what was expected`."""


class Origin(NamedTuple):
    """The file and the text that a layout was read from."""

    file: str
    text: str

    def refuse(self, path: Path, message: str, key: bool = False) -> NoReturn:
        """Raise a `LayoutError` at the value (or the key) that stands at `path`."""
        self.refuse_at(self.offset(path, key), message)

    def refuse_at(self, offset: int, message: str) -> NoReturn:
        """Raise a `LayoutError` at an offset in the text."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        raise LayoutError(f"{self.file}:{line}:{column}: {message}")

    def offset(self, path: Path, key: bool = False) -> int:
        """Return where `path` stands, or the nearest thing around it."""
        try:
            found = positions(self.text)
        except RecursionError:  # brackets in brackets, almost too many for `tomllib` as well
            found = {}
        if path[0] == "map" and len(path) == 3 and ("map",) in found:
            return self._map_offset(found["map",], int(path[1]), int(path[2]))
        while path and path not in found:
            path, key = path[:-1], True
        span = found.get(path, Span(0, 0, 0))
        return span.key if key else span.value

    def _map_offset(self, span: Span, row: int, column: int) -> int:
        raw = self.text[span.value : span.end]
        quotes = 3 if raw.startswith(('"""', "'''")) else 1
        start = span.value + quotes
        start += self.text[start] == "\n"
        lines = self.text[start : span.end - quotes].split("\n")
        if "\\" in raw or row >= len(lines):
            return span.value
        return start + sum(len(line) + 1 for line in lines[:row]) + min(column, len(lines[row]))


def refuse(origin: Origin | None, path: Path, message: str, key: bool = False) -> NoReturn:
    """Raise a `LayoutError`, located in the file if the layout came from one."""
    if origin is not None:
        origin.refuse(path, message, key)
    if path[0] == "map" and len(path) == 3:
        raise LayoutError(f"Layout, map row {path[1]}, column {path[2]} (from 0): {message}")
    raise LayoutError(f"Layout, {'.'.join(map(str, path))}: {message}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `expected ...`, with a "did you mean" if some known word is close."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"expected one of {', '.join(known)}{hint}"
