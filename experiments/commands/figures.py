"""`figures NAME ...`: draw the books' figures, ours beside the published numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import tyro

from spielfeld.experiments.commands.words import leading_words
from spielfeld.experiments.figures.all import FIGURES, find

if TYPE_CHECKING:
    from spielfeld.experiments.figures.page import Drawn
    from spielfeld.experiments.figures.repeat import Tell

DESCRIPTION = """Draw figures of the books and the workshop, ours beside the published numbers.

NAME is one that a bare `spielfeld figures` lists, or a figure's number in Sutton & Barto's book,
such as 6.5; `all` draws every figure, which takes some minutes."""
QUICK = 20  # times fewer runs


@dataclass(frozen=True)
class Options:
    """Options of drawing."""

    output: Path = Path("figures")
    """Folder for the pictures."""
    runs: int | None = None
    """Runs for each curve, with the seeds 0, 1, 2 ...; by default those of the full figure."""
    quick: bool = False
    """A twentieth of the runs: a first look."""
    page: Path | None = None
    """Write this Markdown page with pictures and numbers too, or renew its parts."""
    jobs: int = -1
    """Processes; -1 for one a core."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    words, rest = leading_words(arguments, len(arguments))
    options = tyro.cli(Options, args=rest, prog="figures NAME ...", description=DESCRIPTION)
    if not words:
        print(overview())
        return 0
    if options.runs is not None and options.runs < 2:
        raise ValueError(f"runs must be 2 or more, not {options.runs}.")
    if options.jobs < 1 and options.jobs != -1:
        raise ValueError(f"jobs must be 1 or more, or -1 for one a core, not {options.jobs}.")
    names = [name for word in words for name in find(word)]
    for name in dict.fromkeys(names):
        drawn = draw(name, options)
        show(drawn)
        if options.page is not None:
            from spielfeld.experiments.figures.page import write_page

            write_page(options.page, [drawn])
    return 0


def overview() -> str:
    """List all figures, and how to draw them."""
    width = max(map(len, FIGURES))
    lines = [f"  {name:<{width}}  {entry.source}: {entry.line}" for name, entry in FIGURES.items()]
    usage = "Draw one by `spielfeld figures NAME`, all by `spielfeld figures all`; see --help."
    return "\n".join(
        ["Figures (of Sutton & Barto where no other source is named):", *lines, "", usage]
    )


def draw(name: str, options: Options) -> Drawn:
    """Make one figure and write its picture."""
    from spielfeld.experiments.figures.page import Drawn
    from spielfeld.experiments.figures.repeat import Repeat
    from spielfeld.experiments.figures.style import save

    runs = full = FIGURES[name].runs
    if full > 1:
        runs = options.runs or (max(2, full // QUICK) if options.quick else full)
    began = time.perf_counter()
    with _progress(name) as tell:
        outcome = FIGURES[name].function(Repeat(runs, options.jobs, tell))
    picture = options.output / f"{name}.png"
    save(outcome.picture, picture)
    return Drawn(name, runs, time.perf_counter() - began, outcome.rows, picture)


def show(drawn: Drawn) -> None:
    """Print the numbers of a figure."""
    from rich.console import Console
    from rich.table import Table

    from spielfeld.experiments.figures.page import HEADER, cells, facts

    entry, console = FIGURES[drawn.name], Console()
    if not console.is_terminal:
        console.width = 160
    title = f"{drawn.name}: {entry.source}, {facts(drawn)}"
    table = Table(*HEADER, title=title, title_justify="left")
    for row in drawn.rows:
        table.add_row(*cells(row))
    console.print(table)
    console.print(f"Drawn in {drawn.picture}", soft_wrap=True, highlight=False)


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    """Show how far a figure is, for whoever sits before a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn(name), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, parts: bar.update(task, completed=done, total=parts)
