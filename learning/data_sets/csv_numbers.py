"""Numbers in the notations of different countries, with one decimal mark for a whole file.

"55.317" is 55317 in Germany and 55.317 in England. This cell alone does not show which number it
is. But a file uses one notation. So a single "3,34" or "0.5" decides for all cells.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

DECIMAL_MARKS = {".": "point", ",": "comma"}
BLANKS = "\u00a0\u2005\u2006\u2007\u2008\u2009\u200a\u202f"  # no-break ones and narrow ones
APOSTROPHES = "\u2019\u2018\u02bc`\u00b4"
MINUS_SIGNS = "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
PLAIN = str.maketrans(
    {
        **dict.fromkeys(BLANKS, " "),
        **dict.fromkeys(APOSTROPHES, "'"),
        **dict.fromkeys(MINUS_SIGNS, "-"),
        **dict.fromkeys(INVISIBLE, None),
    }
)
UNITS = {  # the sign or code beside a number -> its unit
    **{"%": "%", "\u2030": "\u2030"},
    **{"\u20ac": "EUR", "eur": "EUR", "\u00a3": "GBP", "gbp": "GBP"},
    **{"$": "USD", "us$": "USD", "usd": "USD", "\u00a5": "JPY", "jpy": "JPY"},
    **{"chf": "CHF", "fr.": "CHF", "fr": "CHF", "sfr.": "CHF", "sfr": "CHF"},
    **{"\u20b9": "INR", "inr": "INR", "rs.": "INR", "rs": "INR"},
    **{"kr.": "kr", "kr": "kr", "sek": "SEK", "nok": "NOK", "dkk": "DKK"},
    **{"z\u0142": "PLN", "pln": "PLN", "k\u010d": "CZK", "czk": "CZK", "huf": "HUF"},
    **{"c$": "CAD", "cad": "CAD", "a$": "AUD", "aud": "AUD", "r$": "BRL", "brl": "BRL"},
    **{"cny": "CNY", "\u20a9": "KRW", "krw": "KRW", "\u20ba": "TRY", "\u20bd": "RUB", "rub": "RUB"},
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_NUMERAL = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-]?) ?(?P<before>{_UNIT})? ?(?P<second>[+-]?) ?"
    r"(?P<core>[.,]?\d(?:[\d.,' ]*\d)?(?:[.,]-{0,2})?)(?P<exponent>e[+-]?\d+)?"
    r"(?:(?:(?<=[.,]\d)|(?<=[.,]\d\d))(?P<behind>-))?"  # but 2- is no number: it may be a grade
    rf" ?(?P<after>{_UNIT})?(?(open) ?\))",
    re.ASCII | re.IGNORECASE,
)

_SIMPLE = re.compile(r"-?(0|[1-9]\d{0,14})(?:\.(\d+)(e[+-]?\d+)?)?", re.ASCII)
_MAY_GROUP = re.compile(rf"[., '{BLANKS}{APOSTROPHES}]")


class Numeral(NamedTuple):
    """The parts of a cell that looks like a number.

    Args:
        core: Digits with the marks between them, such as "1.234,5".
        sign: "-" or nothing.
        exponent: An exponent such as "e-3", or nothing.
        unit: Percent or a currency, as in `UNITS`, or nothing.
        unusual: Whether it is negative because of parentheses or a minus behind it.
    """

    core: str
    sign: str = ""
    exponent: str = ""
    unit: str = ""
    unusual: bool = False


def numeral(cell: str) -> Numeral | None:
    """Return the parts of a cell that looks like a number; None if it is a word.

    >>> numeral("\u221212,5 %")
    Numeral(core='12,5', sign='-', exponent='', unit='%', unusual=False)
    """
    if cell.isdecimal() and cell.isascii():
        return Numeral(cell)
    found = _NUMERAL.fullmatch(cell.translate(PLAIN))
    if found is None:
        return None
    open_, sign, before, second, core, exponent, behind, after = found.groups(default="")
    if sum(map(bool, (open_, sign, second, behind))) > 1 or (before and after):
        return None
    minus = "-" if open_ or behind or "-" in (sign, second) else ""
    unit = UNITS.get((before or after).lower(), "")
    return Numeral(core, minus, exponent, unit, bool(open_ or behind))


def value(number: Numeral, decimal: str) -> float | None:
    """Return the value of a numeral with this decimal mark; None if this mark is impossible.

    The other mark, a blank or an apostrophe may divide the whole part into groups of three. Commas
    may also divide it in the Indian way, into groups of two and a last group of three.

    >>> [value(Numeral("55.317"), mark) for mark in ".,"]
    [55.317, 55317.0]
    >>> [value(Numeral("1,23,456.5"), mark) for mark in ".,"]
    [123456.5, None]
    """
    core, exponent = number.core, number.exponent
    if core.isdecimal():
        return float(f"{number.sign}{core}{exponent}")
    found = _pattern(decimal).fullmatch(core)
    if found is None:
        return None
    whole, fraction = found["whole"] or "0", found["fraction"] or "0"
    if not whole.isdecimal():
        if exponent:
            return None
        whole = re.sub(r"\D", "", whole)
    return float(f"{number.sign}{whole}.{fraction}{exponent}")


@lru_cache
def _pattern(decimal: str) -> re.Pattern[str]:
    other = "," if decimal == "." else "."
    groups = rf"[1-9]\d{{0,2}}(?P<mark>[{other}' ])\d{{3}}(?:(?P=mark)\d{{3}})*"
    indian = r"|[1-9]\d?(?:,\d\d)+,\d{3}" if other == "," else ""
    fraction = rf"{re.escape(decimal)}(?:(?P<fraction>\d+)|-{{0,2}})"
    return re.compile(rf"(?P<whole>\d+|{groups}{indian})?(?:{fraction})?", re.ASCII)


def is_simple(cell: str) -> bool:
    """Return whether a cell is a number in the form that programs write.

    Most cells of large files have this form, so they need no further analysis. Notes about such a
    cell can only concern its decimal mark.
    """
    return _SIMPLE.fullmatch(cell) is not None


def marks_of(cell: str) -> str:
    """Return the possible decimal marks of a cell: ".", ",", ".,", or "" if it has none.

    >>> [marks_of(cell) for cell in ("0.5", "3,34", "55.317", "900", "12.03.24")]
    ['.', ',', '.,', '', '']
    """
    simple = _SIMPLE.fullmatch(cell)
    if simple:
        whole, fraction, exponent = simple.groups()
        if fraction is None:
            return ""
        is_open = len(fraction) == 3 and len(whole) < 4 and whole != "0" and not exponent
        return ".," if is_open else "."
    number = numeral(cell) if "." in cell or "," in cell else None
    if number is None or number.core.strip("0123456789' ") == "":
        return ""
    return "".join(mark for mark in ".," if value(number, mark) is not None)


def is_grouped(cell: str, decimal: str) -> bool:
    """Return whether a cell is a number with this decimal mark and marks between its groups."""
    if (decimal == "." and is_simple(cell)) or not _MAY_GROUP.search(cell):
        return False
    number = numeral(cell)
    if number is None or value(number, decimal) is None:
        return False
    return not (number.core.partition(decimal)[0] or "0").isdecimal()


def shown(number: float) -> str:
    """Return a number as text, without a decimal point if it is whole."""
    return repr(number).removesuffix(".0")
