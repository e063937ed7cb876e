"""A page with figures: for each its picture, the command that made it, and its numbers."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import NamedTuple

from spielfeld.experiments.figures.all import FIGURES
from spielfeld.experiments.figures.outcome import Row
from spielfeld.files import write_atomically

HEAD = """# The figures of the books

Drawn by Spielfeld, beside the published numbers. Where a number is a mean of many runs, *error* is
the standard error of ours, and the band around the published one is four standard errors of the
difference wide to either side: 4 * sqrt(theirs^2 + ours^2), where theirs is that of 1,000 runs if
the source states none. Where a number is exact, the band is what rounding leaves open.

`spielfeld figures` lists all figures; `--quick` or `--runs 50` draws any of them from fewer runs.
Examples and figures without another source are those of Sutton & Barto, 2nd edition; "the workshop"
is the one that Spielfeld grew out of, whose numbers p are shares of 100 test rows, so that theirs
is sqrt(p (1 - p) / 100). Seconds are those of two cores that were shared with other work, compiling
included.
"""
HEADER = ("what", "published", "ours", "error", "band", "inside")


class Drawn(NamedTuple):
    """A figure that was drawn.

    Args:
        name: Of the figure.
        runs: From how many runs; 0 if it is exact.
        seconds: It took.
        rows: Its numbers.
        picture: Where the picture is.
    """

    name: str
    runs: int
    seconds: float
    rows: list[Row]
    picture: Path


def cells(row: Row) -> list[str]:
    """Return a row as text, in the order of `HEADER`."""
    inside = {None: "", True: "yes", False: "NO"}[row.inside]
    known = row.published is not None
    digits = 8 if row.published and not row.error else 4
    return [
        row.what,
        f"{row.published:.8g}" if row.published is not None else "",
        f"{row.ours:.{digits}g}",
        f"{row.error:.2g}" if row.error else "",
        f"{row.band:.2g}" if known else "",
        inside,
    ]


def caption(name: str) -> str:
    """Return what a figure's function says about it."""
    return inspect.getdoc(FIGURES[name].function) or ""


def facts(drawn: Drawn) -> str:
    """Say from how many runs a figure was made, and how long it took."""
    runs = {0: "exact", 1: "one run"}.get(drawn.runs, f"{drawn.runs:,} runs")
    return f"{runs}, {drawn.seconds:.1f} s"


def section(drawn: Drawn, page: Path) -> str:
    """Return a figure's part of the page."""
    entry = FIGURES[drawn.name]
    link = Path(os.path.relpath(drawn.picture, page.parent)).as_posix()
    shortened = "" if drawn.runs == entry.runs else f" --runs {drawn.runs}"
    table = [HEADER, ["---"] * len(HEADER), *map(cells, drawn.rows)]
    return "\n".join([
        f"## {drawn.name}", "",
        f"{entry.source[0].upper()}{entry.source[1:]}: {entry.line}.", "",
        f"![{entry.line}]({link})", "",
        f"`spielfeld figures {drawn.name}{shortened}` ({facts(drawn)})", "",
        caption(drawn.name), "",
        *(f"| {' | '.join(line)} |" for line in table), "",
    ])  # fmt: skip


def write_page(page: Path, figures: list[Drawn]) -> None:
    """Write a page of figures, or renew their parts of a page that is there."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    parts = {part.split("\n", 1)[0]: f"## {part}" for part in old.split("\n## ")[1:]}
    parts |= {drawn.name: section(drawn, page) for drawn in figures}
    page.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(
        [HEAD, *(parts[name].rstrip("\n") + "\n" for name in FIGURES if name in parts)]
    )
    write_atomically(page, text)
