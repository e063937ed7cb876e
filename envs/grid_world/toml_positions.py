"""Positions of keys and values in a TOML text, which `tomllib` does not return."""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
DOT = re.compile(r"[ \t]*\.[ \t]*")
SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'|[^,\]}#\n]*', re.S
)


class Span(NamedTuple):
    """Offsets in the text: of a key, of its value, and directly after the value."""

    key: int
    value: int
    end: int


def positions(text: str) -> dict[Path, Span]:
    """Return the position of every key and value in a TOML text that `tomllib` has accepted.

    Args:
        text: A valid TOML document in which each line ends with a line feed only.

    Returns:
        Spans by path: ("rules", "slip"), ("legend", "C", "to"), ("rules", "wind", 3).
    """
    return _Walker(text).document()


class _Walker:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Path, Span] = {}

    def document(self) -> dict[Path, Span]:
        section: Path = ()
        while self.skip() < len(self.text):
            if self.text[self.at] == "[":
                section = self.heading()
            else:
                self.pair(section)
        return self.found

    def skip(self) -> int:
        """Move past blanks and comments."""
        return self.match(BLANK)

    def match(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def peek(self, *signs: str) -> bool:
        return self.text.startswith(signs, self.at)

    def heading(self) -> Path:
        start = self.at
        self.at += 2 if self.peek("[[") else 1
        self.skip()
        section = self.key()
        self.found.setdefault(section, Span(start, start, self.at))
        self.at = self.text.index("]", self.at) + 1
        self.at += self.peek("]")
        return section

    def key(self) -> Path:
        """Read a key such as `slip`, `"#"` or `legend.C.to`."""
        names: list[str] = []
        while True:
            start = self.at
            token = self.text[start : self.match(KEY)]
            names.extend(tomllib.loads(f"{token} = 0"))
            behind = self.at
            if self.match(DOT) == behind:
                return tuple(names)

    def pair(self, section: Path) -> None:
        start = self.at
        path = (*section, *self.key())
        self.at = self.text.index("=", self.at) + 1
        self.skip()
        self.value(path, start)
        for length in range(len(section) + 1, len(path)):
            self.found.setdefault(path[:length], Span(start, start, self.at))

    def value(self, path: Path, key: int) -> None:
        start = self.at
        if self.peek("{", "["):
            self.collection(path)
        else:
            self.match(SCALAR)
        end = start + len(self.text[start : self.at].rstrip())
        self.found[path] = Span(key, start, end)

    def collection(self, path: Path) -> None:
        """Read an inline table or an array."""
        table = self.peek("{")
        self.at += 1
        index = 0
        while not self.text.startswith(("}", "]"), self.skip()):
            if self.peek(","):
                self.at += 1
            elif table:
                self.pair(path)
            else:
                self.value((*path, index), self.at)
                index += 1
        self.at += 1
