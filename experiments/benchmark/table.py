"""The results of a benchmark as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spielfeld.experiments.benchmark.comparison import Result


def show(
    results: Sequence[Result],
    skipped: Mapping[str, str],
    machine: Mapping[str, str],
    judged: bool = True,
) -> None:
    """Print results, what was skipped and why, and the machine; say whether targets hold."""
    table = Table("what", "ours", "peer", "ratio (least, most)", "target")
    for result in results:
        verdict = "" if not judged else "holds" if result.holds else "missed"
        target = f"{result.comparison.target:g} x {verdict}".rstrip()
        table.add_row(*_cells(result), target, end_section=True)
    for name, reason in skipped.items():
        table.add_row(name, "skipped", escape(reason))
    console = Console()
    if not console.is_terminal:
        console.width = 120
    console.print(table)
    console.print(", ".join(f"{name} {version}" for name, version in machine.items()))


def _cells(result: Result) -> tuple[str, ...]:
    comparison, ratios = result.comparison, result.ratios
    ours, peer = (
        f"{figure(median(figures))} {comparison.unit}\n{name}\n{note}".rstrip()
        for figures, name, note in zip(
            (result.ours, result.peer), result.names, result.notes, strict=True
        )
    )
    spread = f"{median(ratios):.1f} x ({min(ratios):.1f}, {max(ratios):.1f})"
    what = f"{comparison.name}\n{comparison.title}"
    return what, ours, peer, spread


def figure(number: float) -> str:
    """Write a number to three digits, with k or M for thousands and millions."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"
