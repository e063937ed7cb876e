"""Texts in German and English from one source.

A `Text` holds both versions side by side. It cannot be made if a version is missing, or if the two
differ in numbers, `{fields}` or `code` names. So a module that says something in one language is
tested for both when it is imported.
"""

from __future__ import annotations

import locale
import os
import re
from collections import Counter
from dataclasses import dataclass
from numbers import Number
from typing import Literal, cast

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
FIELD = re.compile(r"(?<![\\\w^_}])\{([a-z_]\w*)(?::([^{}]*))?\}")  # spares the braces of LaTeX
NUMBER = re.compile(r"(?<![\w{.,])[-\N{MINUS SIGN}]?\d+(?:[.,]\d+)*")
CODE = re.compile(r"`([^`]+)`")
MARKS = {"de": str.maketrans(",", ".", "."), "en": str.maketrans("", "", ",")}  # to 1234.5


@dataclass(frozen=True)
class Text:
    """One statement in German and in English.

    `{name}` and `{name:.2f}` are fields that `format` fills in. Names of the program stand in
    `backticks`; they and all numbers are the same in both versions. A German decimal comma equals
    an English decimal point.

    Args:
        de: German version.
        en: English version.

    Raises:
        ValueError: If a version is empty, or the two differ in fields, numbers or code names.
    """

    de: str
    en: str

    def __post_init__(self) -> None:
        if not (self.de.strip() and self.en.strip()):
            raise ValueError(f"A text needs both languages, not {self.de!r} and {self.en!r}.")
        for what, german, english in (
            ("fields", _fields(self.de), _fields(self.en)),
            ("numbers", _numbers(self.de, "de"), _numbers(self.en, "en")),
            ("code names", set(CODE.findall(self.de)), set(CODE.findall(self.en))),
        ):
            if german != english:
                one, other = sorted(map(str, german)), sorted(map(str, english))
                raise ValueError(f"The {what} of {self.en[:60]!r} differ: {one} and {other}.")

    def in_(self, language: str | None = None) -> str:
        """Return the version in a language; see `chosen_language`."""
        return self.de if chosen_language(language) == "de" else self.en

    def format(self, language: str | None = None, /, **values: object) -> str:
        """Return the version in a language with its fields filled in.

        Numbers get the decimal mark of the language, and in German a space before the per cent
        sign.

        Raises:
            KeyError: If the value of a field is missing.
        """
        chosen = chosen_language(language)

        def fill(field: re.Match[str]) -> str:
            return _written(values[field[1]], field[2] or "", chosen)

        return FIELD.sub(fill, self.in_(chosen))


def chosen_language(language: str | None = None) -> Language:
    """Return the language to use: the argument, else `SPIELFELD_LANGUAGE`, else the system's.

    A system in any other language than German counts as English.

    Raises:
        ValueError: If the argument or the variable names another language than de or en.
    """
    for place, wanted in (("The language", language), _variable("SPIELFELD_LANGUAGE")):
        if wanted:
            if wanted[:2].lower() not in LANGUAGES:
                raise ValueError(f"{place} must be de or en, not {wanted!r}.")
            return cast(Language, wanted[:2].lower())
    for _, system in map(_variable, ("LC_ALL", "LC_MESSAGES", "LANG")):
        if system:
            return "de" if system.lower().startswith("de") else "en"
    name = locale.getlocale()[0] or ""
    return "de" if name.lower().startswith(("de", "german")) else "en"


def _variable(name: str) -> tuple[str, str]:
    return name, os.environ.get(name, "")


def _written(value: object, style: str, language: Language) -> str:
    written = format(value, style)
    if language == "de" and isinstance(value, Number) and not isinstance(value, bool):
        return written.translate(str.maketrans(".,", ",.")).replace("%", "\N{NO-BREAK SPACE}%")
    return written


def _fields(text: str) -> set[tuple[str, str]]:
    return {(name, style) for name, style in FIELD.findall(text)}


def _numbers(text: str, language: Language) -> Counter[str]:
    """Count the numbers outside of code and fields, written as Python writes them."""
    bare = FIELD.sub("", CODE.sub("", text)).replace("\N{MINUS SIGN}", "-")
    return Counter(number.translate(MARKS[language]) for number in NUMBER.findall(bare))
