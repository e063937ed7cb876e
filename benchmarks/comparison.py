"""Comparison of two sides: measured in turns, decided by the median of the ratios, printed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

LIBRARIES = (
    "spielfeld",
    "gymnasium",
    "numpy",
    "numba",
    "pygame-ce",
    "envpool",
    "bitbully",
    "scikit-learn",
)


class Side(NamedTuple):
    """One of the two sides of a comparison."""

    name: str
    measure: Callable[[], float]  # does the work once and returns the figure
    note: Callable[[], str] = str  # returns a remark after all turns


class Sides(NamedTuple):
    """Both sides of a comparison, ready to be measured."""

    ours: Side
    peer: Side


@dataclass(frozen=True)
class Comparison:
    """A claim about our speed that can be measured.

    Args:
        name: Name for `--only`.
        title: Subject of the measurement.
        unit: Unit of both figures, such as "steps/s".
        target: Ratio to the peer that we want to reach.
        prepare: Function that makes both sides; its argument asks for small sizes.
        less_is_better: Whether the smaller figure wins, for example for seconds.
        needs: Name of a module that the comparison needs and that may be missing.
        remedy: Command that installs this module.
        unavailable: Function that names other missing parts, or returns an empty string.
    """

    name: str
    title: str
    unit: str
    target: float
    prepare: Callable[[bool], Sides]
    less_is_better: bool = False
    needs: str | None = None
    remedy: str = "pip install 'spielfeld[peers]'"
    unavailable: Callable[[], str] = str

    @property
    def missing(self) -> str:
        """Return the reason why this cannot be measured here, or an empty string."""
        if self.needs is None or importlib.util.find_spec(self.needs) is not None:
            return self.unavailable()
        return f"{self.needs} is not installed: {self.remedy}"


@dataclass(frozen=True)
class Result:
    """Figures of one comparison, one for each turn.

    Args:
        comparison: The comparison.
        names: Names of our side and of the peer.
        ours: Our figures.
        peer: The peer's figures.
        notes: Remarks about our side, and about the peer.
    """

    comparison: Comparison
    names: tuple[str, str]
    ours: list[float]
    peer: list[float]
    notes: tuple[str, str] = ("", "")

    @property
    def ratios(self) -> list[float]:
        """Ratio to the peer in each turn; above 1, ours is better."""
        pairs = zip(self.ours, self.peer, strict=True)
        if self.comparison.less_is_better:
            return [peer / ours for ours, peer in pairs]
        return [ours / peer for ours, peer in pairs]

    @property
    def holds(self) -> bool:
        """Whether the median ratio reaches the target."""
        return median(self.ratios) >= self.comparison.target

    def summary(self) -> dict[str, Any]:
        """Return medians and all figures as JSON values."""
        comparison = self.comparison
        return {
            "name": comparison.name,
            "title": comparison.title,
            "unit": comparison.unit,
            "ours": self._side(0, self.ours),
            "peer": self._side(1, self.peer),
            "ratio": {"median": median(self.ratios), "all": self.ratios},
            "target": comparison.target,
            "holds": self.holds,
        }

    def _side(self, index: int, figures: list[float]) -> dict[str, Any]:
        name, note = self.names[index], self.notes[index]
        return {"name": name, "median": median(figures), "all": figures, "note": note}


def run(comparison: Comparison, repeats: int, quick: bool, tell: Callable[[str], None]) -> Result:
    """Measure both sides in turns, so that other load on the machine affects both.

    Args:
        comparison: The comparison.
        repeats: Number of turns that count; one more turn before them compiles and warms up.
        quick: Whether to use small sizes.
        tell: Function that shows progress.
    """
    tell("preparing")
    sides = comparison.prepare(quick)
    figures: list[list[float]] = []
    for turn in range(repeats + 1):
        tell(f"turn {turn} of {repeats}" if turn else "warming up")
        figures.append([side.measure() for side in sides])
    ours, peer = zip(*figures[1:], strict=True)
    names = sides.ours.name, sides.peer.name
    notes = sides.ours.note(), sides.peer.note()
    return Result(comparison, names, list(ours), list(peer), notes)


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rate(work: Callable[[], object], count: int) -> Callable[[], float]:
    """Return a measurement of `work`: its `count` parts per second."""
    return lambda: count / seconds(work)


def fastest(settings: Iterable[Side], tries: int = 3, kept: int = 3) -> Side:
    """Return a peer at its best: in every turn the best of the settings that were best at first.

    Args:
        settings: The peer with each setting to try.
        tries: Number of first measurements of each setting; their median decides.
        kept: Number of settings that are measured in every turn.
    """
    medians = {side: median(side.measure() for _ in range(tries)) for side in settings}
    leaders = sorted(medians, key=medians.__getitem__, reverse=True)[:kept]
    return Side(leaders[0].name, lambda: max(side.measure() for side in leaders))


def show(
    results: Sequence[Result],
    skipped: Mapping[str, str],
    machine: Mapping[str, str],
    judged: bool = True,
) -> None:
    """Print results, skipped comparisons with reasons, and the machine; check the targets."""
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
    """Return a number with three digits, with k or M for thousands and millions."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"


def machine() -> dict[str, str]:
    """Return processor, system, Python and the versions of the installed libraries."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    processor = f"{_processor()}, {os.cpu_count()} cores"
    return {"processor": processor, "Python": platform.python_version(), **versions}


def _processor() -> str:
    """Return the name of the processor, if the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
