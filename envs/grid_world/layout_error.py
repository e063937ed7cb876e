"""Errors in a layout: one line with file, line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from spielfeld.envs.grid_world.toml_positions import Path, Span, positions


class LayoutError(ValueError):
    """An error in a layout: `FILE:LINE:COLUMN: what was found, what was expected`."""


class Origin(NamedTuple):
    """The file and the text of a layout."""

    file: str
    text: str

    def refuse(self, path: Path, message: str, key: bool = False) -> NoReturn:
        """Raise a `LayoutError` at the place of a value (or of its key)."""
        self.refuse_at(self.offset(path, key), message)

    def refuse_at(self, offset: int, message: str) -> NoReturn:
        """Raise a `LayoutError` at an offset in the text."""
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        raise LayoutError(f"{self.file}:{line}:{column}: {message}")

    def offset(self, path: Path, key: bool = False) -> int:
        """Return the offset of `path`, or of the nearest part around it."""
        try:
            found = positions(self.text)
        except RecursionError:  # very many brackets in brackets
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
    """Raise a `LayoutError`, with its place in the file if the layout comes from a file."""
    if origin is not None:
        origin.refuse(path, message, key)
    if path[0] == "map" and len(path) == 3:
        raise LayoutError(f"Layout, map row {path[1]}, column {path[2]} (from 0): {message}")
    raise LayoutError(f"Layout, {'.'.join(map(str, path))}: {message}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `expected ...`, with "did you mean ...?" if a known word is similar."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"expected one of {', '.join(known)}{hint}"
