"""A comparison written down: comparison.json, comparison.md and comparison.png."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spielfeld.experiments.compare.outcome import Measure, Outcome
from spielfeld.experiments.compare.pairs import Pair, pairs
from spielfeld.experiments.compare.rows import Cell, Row, rows
from spielfeld.experiments.compare.table import for_markdown, notes, title
from spielfeld.experiments.compare.verdict import remarks, sentence
from spielfeld.experiments.run import versions
from spielfeld.files import write_atomically


@dataclass(frozen=True)
class Comparison:
    """All that a comparison found.

    Args:
        cells: Outcomes over seeds of each learner in each world.
        refused: Why a learner has none in a world, in a sentence.
        measure: By what they were compared.
    """

    cells: Mapping[Cell, Sequence[Outcome]]
    refused: Mapping[Cell, str]
    measure: Measure

    @cached_property
    def rows(self) -> list[Row]:
        """A row for each learner in each world, and in all."""
        return rows(self.cells)

    @cached_property
    def pairs(self) -> list[Pair]:
        """Who is better."""
        return pairs(self.cells)


def heading(comparison: Comparison) -> str:
    """Return what is compared, and by what."""
    worlds = list(dict.fromkeys(world for _, world in comparison.cells))
    data = any(outcomes[0].drawn is not None for outcomes in comparison.cells.values())
    kind = "sources" if data else "worlds"
    place = worlds[0] if len(worlds) == 1 else f"{len(worlds)} {kind}"
    units = [outcomes[0].unit for outcomes in comparison.cells.values()]
    return f"{place}; {title(units, comparison.measure)}"


def verdicts(found: Sequence[Pair]) -> list[str]:
    """Return a sentence a pair, with the world where there are several, and what to beware of."""
    several = len({pair.world for pair in found}) > 1
    lines = [
        (f"{pair.world}: " if several else "") + sentence(pair) + _improvement(pair)
        for pair in found
    ]
    return lines + remarks(found)


def _improvement(pair: Pair) -> str:
    if pair.improvement is None or pair.difference is None or not pair.difference.told:
        return ""
    if pair.settled:
        return ""
    won = pair.improvement
    return f" A run of {pair.first} beats one of {pair.second} with probability {won:.2f}."


def refusals(comparison: Comparison) -> list[str]:
    """Return who could not be run where, and why: a line for all with the same first reason."""
    worlds: dict[str, list[str]] = {}
    for label, world in comparison.refused:
        worlds.setdefault(label, []).append(world)
    labels: dict[tuple[str, str], list[str]] = {}
    for label, (first, *more) in worlds.items():
        place = f"{first}{f' and {len(more)} more' if more else ''}"
        reason = comparison.refused[label, first].removeprefix(f"{label} ")
        labels.setdefault((place, reason), []).append(label)
    return [f"{', '.join(who)} in {place}: {why}." for (place, why), who in labels.items()]


def markdown(comparison: Comparison, command: str, picture: str) -> str:
    """Return the whole report as text."""
    table, found = comparison.rows, comparison.pairs
    bullets = [
        ("Who is better", verdicts(found)),
        ("Beware", notes(table)),
        ("What could not be", refusals(comparison)),
    ]
    parts = [
        f"# {heading(comparison)}",
        f"```\n{command}\n```",
        for_markdown(table, comparison.measure),
    ]
    parts += [f"## {name}\n\n" + "\n".join(f"- {line}" for line in lines)
              for name, lines in bullets if lines]  # fmt: skip
    parts.append(f"![Learning curves: interquartile mean and its 95 % band]({picture})")
    return "\n\n".join(parts) + "\n"


def write(comparison: Comparison, directory: Path, command: str) -> None:
    """Write all three files into a directory that exists."""
    from spielfeld.experiments.compare.curves import plot_curves

    plot_curves(comparison.cells, directory / "comparison.png")
    text = markdown(comparison, command, "comparison.png")
    write_atomically(directory / "comparison.md", text)
    content = {
        "command": command,
        "measure": asdict(comparison.measure),
        "rows": [asdict(row) for row in comparison.rows],
        "pairs": [{**_plain(pair), "sentence": sentence(pair)} for pair in comparison.pairs],
        "runs": [
            {"learner": label, "world": world, "seed": o.seed, "score": o.score, "share": o.share,
             "gap": o.gap, "budget": o.budget, "seconds": o.seconds}
            for (label, world), outcomes in comparison.cells.items() for o in outcomes
        ],
        "refused": [
            {"learner": label, "world": world, "reason": why}
            for (label, world), why in comparison.refused.items()
        ],
        "versions": versions(),
    }  # fmt: skip
    write_atomically(directory / "comparison.json", json.dumps(_finite(content), indent=2) + "\n")


def _plain(pair: Pair) -> dict[str, Any]:
    found = pair.difference
    return {**asdict(pair), "difference": None if found is None else found._asdict()}


def _finite(value: Any) -> Any:
    """Replace what JSON has no number for: nan and infinities become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _finite(value._asdict())
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
