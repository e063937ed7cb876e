"""Tables of known numbers in the notations of six countries, and how they are read.

    python -m tests.learning.data_sets.number_tables --count 1000 --seed 1

Each table is drawn as numbers first and then written as a country writes them, so that the true
values are known. Nothing here uses the reader's own rules.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from spielfeld.learning.data_sets import read_csv

RIGHT = "read right"
BOTH = "refused with both readings shown"
REFUSED = "refused otherwise"
TOLD = "another number, both readings told in a note"
NUMBER = "silently another number"
CATEGORY = "silently a category"
ROWS = "other rows than the complete ones"
OUTCOMES = (RIGHT, BOTH, REFUSED, TOLD, NUMBER, CATEGORY, ROWS)
MISSING = ("", "", "-", "--", "NA", "n/a", "?", "\u2013")
WORDS = (
    "Nord",
    "S\u00fcd",
    "Ost",
    "West",
    "Val-d'Or",
    "\u00d6st 2",
    "St. Gallen, Stadt",
    "3 Eichen",
)
PERCENT = ("%", " %", "\u00a0%", "\u202f%")


@dataclass(frozen=True)
class Country:
    """How numbers are written: the mark, marks between groups, money before or after."""

    decimal: str
    groups: tuple[str, ...]
    delimiters: str
    money: tuple[str, ...]
    minus: str = "-"
    indian: bool = False


EURO = ("{} \u20ac", "{}\u00a0\u20ac", "{}\u202f\u20ac", "{} EUR", "\u20ac {}")
COUNTRIES = {
    "Germany": Country(",", (".",), ";;;\t,", EURO),
    "Switzerland": Country(".", ("'", "\u2019"), ";,\t", ("CHF {}", "Fr. {}", "{} CHF")),
    "France": Country(",", ("\u202f", "\u00a0", " "), ";;\t,", EURO),
    "Sweden": Country(",", ("\u00a0", " "), ";;\t,", ("{} kr", "{}\u00a0kr", "{} SEK"), "\u2212"),
    "United Kingdom": Country(".", (",",), ",,;\t", ("\u00a3{}", "GBP {}", "${}")),
    "India": Country(".", (",",), ",;\t", ("\u20b9{}", "Rs. {}", "\u20b9 {}"), indian=True),
}  # fmt: skip


@dataclass
class TrueTable:
    """A table as text, and the numbers it holds: None where one is missing."""

    country: str
    text: str
    encoding: str
    numbers: dict[str, list[float | None]]
    complete: list[int]


def whole(low: int, high: int) -> Callable[[Any], Decimal]:
    return lambda draw: Decimal(int(draw.integers(low, high)))


def fixed(low: float, high: float, places: int) -> Callable[[Any], Decimal]:
    scale = 10**places
    return lambda draw: Decimal(int(draw.integers(int(low * scale), int(high * scale)))).scaleb(
        -places
    )


def kinds(draw: Any) -> dict[str, tuple[Callable[[Any], Decimal], str]]:
    """Return how the values of each kind of column are drawn, and how they are written."""
    places = int(draw.integers(1, 5))
    return {
        "population": (lambda d: Decimal(int(10 ** d.uniform(1, 6.7))), "grouped"),
        "children": (whole(0, 9), "plain"),
        "area": (fixed(1, 900, 3), "grouped"),
        "share": (fixed(0, 1, places), "plain"),
        "growth": (fixed(-30, 30, 1), "percent"),
        "price": (fixed(1, 40_000, 2), "money"),
        "rent": (whole(300, 4_000), "money"),
        "year": (whole(1950, 2026), "plain"),
        "number": (whole(10_001, 99_999), "plain"),
        "postal code": (whole(1_001, 99_999), "code"),
        "height": (fixed(1, 9, 3), "plain"),
        "temperature": (fixed(-40, 40, 1), "signed"),
        "budget": (fixed(100_000, 900_000_000, int(draw.integers(0, 3))), "grouped"),
        "density": (fixed(1, 3_000, places), "grouped"),
        "balance": (fixed(-9_000, 9_000, 2), "grouped"),
    }


def digits_in_groups(digits: str, mark: str, indian: bool) -> str:
    head, tail = digits[:-3], digits[-3:]
    size = 2 if indian else 3
    while head:
        tail, head = head[-size:] + mark + tail, head[:-size]
    return tail


def written(number: Decimal, style: str, country: Country, table: dict[str, Any]) -> str:
    digits, _, fraction = f"{abs(number):f}".partition(".")
    fraction = fraction.rstrip("0") if table["short"] else fraction
    digits = digits.zfill(5) if style == "code" else digits
    if table["group"] and style in ("grouped", "money"):
        digits = digits_in_groups(digits, table["group"], country.indian)
    text = digits + (country.decimal + fraction if fraction else "")
    if style == "percent":
        text += table["percent"]
    if style == "money":
        text = table["money"].format(text)
    if number < 0 and table["parentheses"] and style == "grouped":
        return f"({text})"
    plus = "+" if style == "signed" and table["plus"] else ""
    return (country.minus if number < 0 else plus) + text


def quoted(cell: str, delimiter: str, draw: Any, blanks: bool) -> str:
    if delimiter in cell or '"' in cell or draw.random() < 0.05:
        return " " * blanks + '"' + cell.replace('"', '""') + '"'
    return " " * blanks + cell


def draw_table(seed: int, index: int) -> TrueTable:
    """Draw numbers, and write them as one of six countries does."""
    draw = np.random.default_rng((seed, index))
    name = list(COUNTRIES)[index % len(COUNTRIES)]
    country = COUNTRIES[name]
    style = {
        "group": draw.choice(country.groups) if draw.random() < 0.7 else "",
        "percent": draw.choice(PERCENT),
        "money": draw.choice(country.money),
        "plus": draw.random() < 0.5,
        "short": draw.random() < 0.3,  # 5.3 rather than 5.300, and 5 rather than 5.000
        "parentheses": name in ("United Kingdom", "India") and draw.random() < 0.3,
    }
    offer = kinds(draw)
    chosen = [str(one) for one in draw.permutation(list(offer))[: draw.integers(1, 7)]]
    rows, sign = int(draw.integers(5, 40)), str(draw.choice(MISSING))
    gaps = draw.random((rows, len(chosen))) < draw.choice([0, 0, 0.03, 0.08])
    gaps[:3] = False
    columns: dict[str, list[str]] = {}
    numbers: dict[str, list[float | None]] = {}
    for k, column in enumerate(chosen):
        make, how = offer[column]
        values = [make(draw) for _ in range(rows)]
        cells = [written(number, how, country, style) for number in values]
        columns[column] = [sign if gaps[row, k] else cell for row, cell in enumerate(cells)]
        numbers[column] = [None if gaps[row, k] else float(one) for row, one in enumerate(values)]
    if draw.random() < 0.7:
        words = [str(draw.choice(WORDS)) for _ in range(rows)]
        columns = {"region": words, **columns}
    text = _text(columns, country, draw)
    return TrueTable(name, text, _encoding(text, draw), numbers, _complete(gaps))


def _complete(gaps: Any) -> list[int]:
    return [int(row) for row in np.flatnonzero(~gaps.any(axis=1))]


def _text(columns: dict[str, list[str]], country: Country, draw: Any) -> str:
    delimiter = str(draw.choice(list(country.delimiters)))
    blanks = bool(draw.random() < 0.15) and delimiter != "\t"
    at_end = delimiter * bool(draw.random() < 0.1)
    lines = [[*columns], *map(list, zip(*columns.values(), strict=True))]
    text = [
        delimiter.join(quoted(cell, delimiter, draw, blanks) for cell in line) + at_end
        for line in lines
    ]
    if draw.random() < 0.05:
        text.insert(0, f"sep={delimiter}")
    elif draw.random() < 0.05 and len(columns) > 1:
        text.insert(0, "Bericht 2026")
    return str(draw.choice(["\n", "\r\n"])).join(text) + "\n"


def _encoding(text: str, draw: Any) -> str:
    encoding = str(draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]))
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "utf-8"
    return encoding


def outcome(table: TrueTable, path: Path, **options: Any) -> tuple[str, str]:
    """Read a table from its file; return the outcome and the words beside it."""
    path.write_bytes(table.text.encode(table.encoding))
    try:
        data = read_csv(path, **options)
    except ValueError as refused:
        return (BOTH if _shows_truth(table, str(refused)) else REFUSED), str(refused)
    notes = " ".join(data.notes)
    if any(column not in data.feature_names for column in table.numbers):
        return CATEGORY, notes
    if len(data) != len(table.complete):
        return ROWS, notes
    for column, values in table.numbers.items():
        read = data.inputs[:, data.feature_names.index(column)].tolist()
        if read != [values[row] for row in table.complete]:
            return (TOLD if " may be " in notes else NUMBER), f"{column}: {read[:3]} {notes}"
    return RIGHT, notes


def _shows_truth(table: TrueTable, sentence: str) -> bool:
    """Whether a sentence shows two readings of a number, one of which is true."""
    found = re.search(r"column '(.+)', may be (\S+) or (\S+), and no other cell", sentence)
    shown = [] if found is None else [float(found[2]), float(found[3])]
    return (
        len(set(shown)) == 2
        and found is not None
        and any(reading in table.numbers[found[1]] for reading in shown)
    )


def count(tables: int, seed: int, directory: Path) -> tuple[Counter[str], Counter[str], list[str]]:
    """Read so many tables; return outcomes, those after naming the mark, and what was wrong."""
    found: Counter[str] = Counter()
    named: Counter[str] = Counter()
    wrong = []
    for index in range(tables):
        table, path = draw_table(seed, index), directory / f"{index}.csv"
        result, words = outcome(table, path)
        found[result] += 1
        if result != RIGHT:
            wrong.append(f"table {index}, {table.country}: {result}: {words}")
        if result == BOTH:
            mark = COUNTRIES[table.country].decimal
            named[outcome(table, path, decimal=mark)[0]] += 1
    return found, named, wrong


def main() -> None:
    """Read tables, and print how many were read how."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found, named, wrong = count(given.count, given.seed, Path(directory))
    print(f"{given.count:,} tables, seed {given.seed}:")
    print("\n".join(f"  {found[one]:6,}  {one}" for one in OUTCOMES))
    print(f"  {named[RIGHT]:6,}  of {found[BOTH]:,} refused ones read right with the mark named")
    print("\n".join(line for line in wrong if BOTH not in line))


if __name__ == "__main__":
    main()
