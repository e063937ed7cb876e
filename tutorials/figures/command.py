"""Command `figures NAME ...`: draws figures of books, with our numbers and the published ones."""

from __future__ import annotations

import ast
import difflib
import importlib
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import tyro

from spielfeld.experiments.command_line import leading_words

if TYPE_CHECKING:
    from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, Tell

DESCRIPTION = """Draw figures of the books and the workshop, ours beside the published numbers.

NAME is one that a bare `spielfeld figures` lists, or a figure's number in Sutton & Barto's book,
such as 6.5. `all` draws every figure, which takes some minutes. After each figure there is a
question: change a number in the figure's file, and draw it again."""
QUICK = 20  # times fewer runs
FOLDER = Path(__file__).resolve().parent
HEADER = ("number", "published", "ours", "error", "band", "inside")
HEAD = """# The figures of the books

Spielfeld draws these figures, and each table compares its numbers with the published ones. If a
number is a mean of many runs, *error* is the standard error of our number. The band reaches four
standard errors of the difference to either side of the published number. That is
4 * sqrt(theirs^2 + ours^2). If the source states no error, theirs is the error of 1,000 runs. For
an exact number, the band is the rounding error.

`spielfeld figures` lists all figures; `--quick` or `--runs 50` draws a figure from fewer runs.
Each figure is one file in `tutorials/figures/` and ends with a question. Change a number in that
file, and draw the figure again.

Examples and figures without another source are those of Sutton & Barto, 2nd edition. "The workshop"
is the one that Spielfeld grew out of. Its numbers p are shares of 100 test rows, so their error is
sqrt(p (1 - p) / 100). The seconds include compiling. They were measured on two cores that also had
other work.
"""


class Figure(NamedTuple):
    """A figure that can be drawn, as its file describes it.

    Args:
        name: Name of the figure: that of its file, with "-" in place of "_".
        title: First line of the file's docstring, without the full stop.
        caption: Rest of the docstring.
        source: Figure or example of Sutton & Barto, 2nd edition, unless another source is named.
        runs: Runs of the full figure; 0 if everything is computed exactly.
        question: Question to the reader.
    """

    name: str
    title: str
    caption: str
    source: str
    runs: int
    question: str

    @property
    def place(self) -> Path:
        """File of the figure."""
        return FOLDER / f"{self.name.replace('-', '_')}.py"

    @property
    def draw(self) -> Callable[[Repeat], Outcome]:
        """Import the function that draws the figure."""
        function: Callable[[Repeat], Outcome] = importlib.import_module(
            f"{__package__}.{self.place.stem}"
        ).figure
        return function


class Drawn(NamedTuple):
    """A figure that was drawn.

    Args:
        figure: Description of the figure.
        runs: Number of runs; 0 if it is exact.
        seconds: Time of drawing.
        rows: Numbers beside the published ones.
        picture: File of the picture.
    """

    figure: Figure
    runs: int
    seconds: float
    rows: list[Row]
    picture: Path

    @property
    def facts(self) -> str:
        """Number of runs and seconds of drawing, in words."""
        runs = {0: "exact", 1: "one run"}.get(self.runs, f"{self.runs:,} runs")
        return f"{runs}, {self.seconds:.1f} s"


@dataclass(frozen=True)
class Options:
    """Options of the command `figures`."""

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
    for figure in dict.fromkeys(one for word in words for one in find(word)):
        drawn = draw(figure, options)
        show(drawn)
        if options.page is not None:
            write_page(options.page, drawn)
    return 0


@cache
def figures() -> dict[str, Figure]:
    """Return all figures by their names: those of Sutton & Barto by number, then the others.

    The files are read as text, not imported, so a list of figures needs no large modules.
    """
    found = [read(path) for path in sorted(FOLDER.glob("*.py"))]
    return {one.name: one for one in sorted((one for one in found if one), key=_order)}


def read(path: Path) -> Figure | None:
    """Read the description of a figure from its file; None if the file is no figure.

    Raises:
        ValueError: If it defines SOURCE, but other parts of a figure are missing.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    if "SOURCE" not in values:
        return None
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    title, _, caption = (ast.get_docstring(tree) or "").partition("\n\n")
    try:
        source, runs, question = (
            ast.literal_eval(values[name]) for name in ("SOURCE", "RUNS", "QUESTION")
        )
    except (KeyError, ValueError):
        functions = set()
    if "figure" not in functions or not title:
        raise ValueError(
            f"{path}: a figure needs a docstring, the constants SOURCE, RUNS and QUESTION, and a "
            "function figure(repeat)."
        )
    name = path.stem.replace("_", "-")
    return Figure(name, title.removesuffix("."), caption, source, runs, question)


def _order(figure: Figure) -> tuple[bool, list[int], str, str]:
    """Sort by chapter and number in Sutton & Barto's book; other sources come last."""
    book = figure.source.startswith(("example", "exercise", "figure"))
    numbers = re.findall(r"\d+", figure.source) if book else []
    return not book, [int(one) for one in numbers[:2]], figure.source, figure.name


def find(name: str) -> list[Figure]:
    """Return the figures with a name or a number of the book; `all` means every figure.

    Raises:
        ValueError: If there is none; the message suggests the nearest name.
    """
    there = figures()
    found = [
        one
        for one in there.values()
        if name in ("all", one.name) or name in one.source.replace(",", "").split()
    ]
    if not found:
        near = difflib.get_close_matches(name.lower(), there, 1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else "`spielfeld figures` shows all."
        raise ValueError(f"There is no figure {name!r}. {hint}")
    return found


def overview() -> str:
    """Return a list of all figures, with instructions to draw them."""
    width = max(map(len, figures()))
    lines = [f"  {one.name:<{width}}  {one.title} ({one.source})" for one in figures().values()]
    usage = "Draw one by `spielfeld figures NAME`, all by `spielfeld figures all`; see --help."
    return "\n".join(
        ["Figures (of Sutton & Barto where no other source is named):", *lines, "", usage]
    )


def draw(figure: Figure, options: Options) -> Drawn:
    """Draw one figure and write its picture."""
    from spielfeld.tutorials.figures.drawing import Repeat, save

    runs = full = figure.runs
    if full > 1:
        runs = options.runs or (max(2, full // QUICK) if options.quick else full)
    began = time.perf_counter()
    with _progress(figure.name) as tell:
        outcome = figure.draw(Repeat(runs, options.jobs, tell))
    picture = options.output / f"{figure.name}.png"
    save(outcome.picture, picture)
    return Drawn(figure, runs, time.perf_counter() - began, outcome.rows, picture)


def show(drawn: Drawn) -> None:
    """Print the numbers of a figure and its question."""
    from rich.console import Console
    from rich.table import Table

    figure, console = drawn.figure, Console()
    if not console.is_terminal:
        console.width = 160
    title = f"{figure.name}: {figure.source}, {drawn.facts}"
    table = Table(*HEADER, title=title, title_justify="left")
    for row in drawn.rows:
        table.add_row(*cells(row))
    console.print(table)
    for line in (
        f"Drawn in {drawn.picture}",
        f"Question: {figure.question}",
        f"The number is in {figure.place}",
    ):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def cells(row: Row) -> list[str]:
    """Return a row as text, in the order of `HEADER`."""
    inside = {None: "", True: "yes", False: "NO"}[row.inside]
    digits = 8 if row.published and not row.error else 4
    return [
        row.what,
        f"{row.published:.8g}" if row.published is not None else "",
        f"{row.ours:.{digits}g}",
        f"{row.error:.2g}" if row.error else "",
        f"{row.band:.2g}" if row.published is not None else "",
        inside,
    ]


def section(drawn: Drawn, page: Path) -> str:
    """Return a figure's part of the page."""
    figure = drawn.figure
    link = Path(os.path.relpath(drawn.picture, page.parent)).as_posix()
    shortened = "" if drawn.runs == figure.runs else f" --runs {drawn.runs}"
    table = [HEADER, ["---"] * len(HEADER), *map(cells, drawn.rows)]
    return "\n".join([
        f"## {figure.name}", "",
        f"{figure.title} ({figure.source}).", "",
        f"![{figure.title}]({link})", "",
        f"`spielfeld figures {figure.name}{shortened}` ({drawn.facts})", "",
        figure.caption, "",
        *(f"| {' | '.join(line)} |" for line in table), "",
        f"*Question*: {figure.question}", "",
    ])  # fmt: skip


def write_page(page: Path, drawn: Drawn) -> None:
    """Write a figure into a page; the parts of other figures do not change."""
    from spielfeld.files import write_atomically

    parts: dict[str, str] = {}
    if page.is_file():
        for part in page.read_text(encoding="utf-8").split("\n## ")[1:]:
            parts[part.partition("\n")[0]] = f"## {part}"
    parts[drawn.figure.name] = section(drawn, page)
    page.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(
        [HEAD, *(parts[name].rstrip("\n") + "\n" for name in figures() if name in parts)]
    )
    write_atomically(page, text)


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    """Show the progress of a figure in a terminal."""
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
