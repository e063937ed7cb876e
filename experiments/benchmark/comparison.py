"""What is compared, and how: two sides, measured in turns, and the median of the ratios."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple


class Side(NamedTuple):
    """One of the two that are compared."""

    name: str
    measure: Callable[[], float]  # does the work once and returns the figure
    note: Callable[[], str] = str  # what else is to be said after all turns


class Sides(NamedTuple):
    """What `prepare` hands over: both sides, ready to be measured."""

    ours: Side
    peer: Side


@dataclass(frozen=True)
class Comparison:
    """A claim about our speed that can be measured.

    Args:
        name: What `--only` calls it.
        title: What is measured.
        unit: Of both figures, such as "steps/s".
        target: How many times better than the peer we want to be.
        prepare: Builds both sides; its argument asks for sizes that are quick to measure.
        less_is_better: Whether the smaller figure wins, as with seconds.
        needs: The module without which this cannot be measured, if it may be missing.
        remedy: What to do if it is missing.
        unavailable: Says what else is missing here, or returns an empty string.
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
        """Return why this cannot be measured here, or an empty string."""
        if self.needs is None or importlib.util.find_spec(self.needs) is not None:
            return self.unavailable()
        return f"{self.needs} is not installed: {self.remedy}"


@dataclass(frozen=True)
class Result:
    """Figures of one comparison, one for each turn.

    Args:
        comparison: What was compared.
        names: What ours and the peer are, in words.
        ours: Our figures.
        peer: The peer's figures.
        notes: What else is to be said of ours, and of the peer.
    """

    comparison: Comparison
    names: tuple[str, str]
    ours: list[float]
    peer: list[float]
    notes: tuple[str, str] = ("", "")

    @property
    def ratios(self) -> list[float]:
        """How many times better than the peer we were in each turn."""
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
    """Measure both sides in turns, so that both meet the same disturbances.

    Args:
        comparison: What to compare.
        repeats: Turns that count; one more before them compiles and warms up.
        quick: Use small sizes.
        tell: Is called with what happens now.
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
    """Return how long `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rate(work: Callable[[], object], count: int) -> Callable[[], float]:
    """Return a measurement of how many of the `count` things in `work` are done in a second."""
    return lambda: count / seconds(work)


def fastest(settings: Iterable[Side], tries: int = 3, kept: int = 3) -> Side:
    """Return a peer at its best: in every turn the best of the settings that lead at first.

    Args:
        settings: The peer in every setting that is worth a try.
        tries: Measurements of each, of which the median decides who leads.
        kept: How many leaders are measured in every turn.
    """
    medians = {side: median(side.measure() for _ in range(tries)) for side in settings}
    leaders = sorted(medians, key=medians.__getitem__, reverse=True)[:kept]
    return Side(leaders[0].name, lambda: max(side.measure() for side in leaders))
