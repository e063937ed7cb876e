"""Command `benchmark`: our speed and that of the peers, measured in turns in one run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import tyro

if TYPE_CHECKING:
    from spielfeld.benchmarks.comparison import Comparison, Result


@dataclass(frozen=True)
class Options:
    """Measure our speed and that of the peers; each figure is the median of all turns."""

    only: tuple[str, ...] = ()
    """Names of the comparisons, or the beginning of several names; all by default."""
    repeats: int = 5
    """Turns: ours, peer, ours, peer ..."""
    json: Path | None = None
    """Write all figures to this file as well."""
    quick: bool = False
    """Small sizes, to check that everything runs; the figures have no meaning."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    options = tyro.cli(Options, args=list(arguments), prog="benchmark")
    if options.repeats < 1:
        raise ValueError(f"repeats must be 1 or more, not {options.repeats}.")
    from spielfeld.benchmarks.comparison import machine, show

    chosen = choose(options.only)
    skipped = {one.name: one.missing for one in chosen if one.missing}
    results = _results([one for one in chosen if not one.missing], options)
    show(results, skipped, machine(), judged=not options.quick)
    if options.json is not None:
        figures = {
            "machine": machine(),
            "results": [result.summary() for result in results],
            "skipped": skipped,
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def choose(names: Sequence[str]) -> list[Comparison]:
    """Return the comparisons with these names or beginnings of names; all without names."""
    from spielfeld.benchmarks.all import COMPARISONS

    chosen: dict[str, Comparison] = {}
    for name in names or [comparison.name for comparison in COMPARISONS]:
        found = [one for one in COMPARISONS if one.name == name] or [
            one for one in COMPARISONS if one.name.startswith(f"{name}-")
        ]
        if not found:
            there = ", ".join(one.name for one in COMPARISONS)
            raise ValueError(f"There is no comparison {name!r}; there are {there}.")
        chosen |= {one.name: one for one in found}
    return list(chosen.values())


def _results(comparisons: Sequence[Comparison], options: Options) -> list[Result]:
    """Measure the comparisons, and show their progress in one line."""
    from rich.console import Console

    from spielfeld.benchmarks.comparison import run

    results = []
    with Console(stderr=True).status("") as status:
        for number, one in enumerate(comparisons, 1):
            head = f"{number} of {len(comparisons)}, {one.name}"
            tell = lambda word, head=head: status.update(f"{head}: {word}")  # noqa: E731
            results.append(run(one, options.repeats, options.quick, tell))
    return results
