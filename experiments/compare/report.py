"""Report of a comparison, computed from its table: rows, pairs, verdicts and the written files."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.compare.runs import (
    SHARE,
    Cells,
    Measure,
    Result,
    Table,
    Unit,
    cells,
    to_csv,
)
from spielfeld.experiments.compare.statistics import (
    LEVEL,
    TRUSTED,
    Difference,
    difference,
    interquartile_mean,
    interval,
    probability_of_improvement,
)
from spielfeld.files import write_atomically
from spielfeld.version import versions

if TYPE_CHECKING:
    from rich.table import Table as RichTable

ALL_WORLDS = "all worlds"
ALL_PAIRS = 4  # learners; of more, each is compared with the best alone
ALIKE = 1.02  # ratio of equal budgets: steps of many worlds at once are rounded
NAMES = ("world", "source", "learner", "of")  # columns of words
TOO_NARROW = f"With fewer than {TRUSTED} seeds the interval is too narrow to trust."
DRAWN = (
    "the intervals include the chance of seeds and divisions. With new rows they would be wider "
    "(Nadeau & Bengio, 2003)."
)
SHARED = "the intervals include the chance of the learners' seeds, but not that of the rows."


@dataclass(frozen=True)
class Row:
    """Summary of a learner in a world, or in all.

    Args:
        learner: Label of the learner.
        world: The source, or "all worlds".
        unit: Unit of its scores.
        seeds: Number of seeds.
        middle: Interquartile mean of the scores; nan if a run diverged.
        low: Lower end of its 95 % interval; nan with one seed.
        high: Upper end.
        mean: Mean of the scores.
        worst: Worst score.
        share: Interquartile mean of the share of perfect in the end, or None.
        gap: Interquartile mean of optimum - value in the end, in units of return, or None.
        samples: Interquartile mean of samples to the goal, or None; a seed that never reached it
            counts with its whole budget.
        seconds: The same in seconds of learning.
        never: Seeds that never reached the goal.
        budget: Samples of each run.
        diverged: Seeds whose score is no number.
        drawn: Whether each seed divides the rows of a data set differently; None in a world.
        notes: Sentences about the rows of a data set.
        goal: Share of perfect, or return, from which on a policy is good, or None.
    """

    learner: str
    world: str
    unit: Unit
    seeds: int
    middle: float
    low: float
    high: float
    mean: float
    worst: float
    share: float | None = None
    gap: float | None = None
    samples: float | None = None
    seconds: float | None = None
    never: int = 0
    budget: int | None = None
    diverged: tuple[int, ...] = ()
    drawn: bool | None = None
    notes: tuple[str, ...] = ()
    goal: float | None = None


@dataclass(frozen=True)
class Pair:
    """Two learners in a world, or in all.

    Args:
        first: Label of a learner.
        second: Label of another.
        world: The source, or "all worlds".
        unit: Unit of the difference.
        seeds: Number of seeds of each, at least; common ones if paired.
        paired: Whether both used the same seeds.
        difference: Lead of the first, below 0 if it is worse; None if one diverged.
        improvement: Chance that a run of the first is better than one of the second, or None.
        diverged: Those of the two that diverged.
        settled: Whether both score the same with every seed, on one division of the rows.
    """

    first: str
    second: str
    world: str
    unit: Unit
    seeds: int
    paired: bool
    difference: Difference | None = None
    improvement: float | None = None
    diverged: tuple[str, ...] = ()
    settled: bool = False


@dataclass(frozen=True)
class Comparison:
    """A table, and the measure by which its runs are compared."""

    table: Table
    measure: Measure

    @cached_property
    def cells(self) -> Cells:
        """Lines of each learner in each source, if no run was refused."""
        return cells(self.table)

    @cached_property
    def rows(self) -> list[Row]:
        """A row for each learner in each world, and in all."""
        return rows(self.cells)

    @cached_property
    def pairs(self) -> list[Pair]:
        """Differences of learners."""
        return pairs(self.cells)

    @property
    def refused(self) -> dict[tuple[str, str], str]:
        """First reason why a learner has no runs in a source."""
        reasons: dict[tuple[str, str], str] = {}
        for line in self.table:
            if line.refused:
                reasons.setdefault((line.learner, line.source), line.refused)
        return reasons


# Rows.


def rows(cells: Cells) -> list[Row]:
    """Return a row for each cell, world by world; if there are several, then all worlds."""
    found = [_row(cell, lines) for cell, lines in cells.items()]
    together = everywhere(cells)
    for label in dict.fromkeys(label for label, _ in together):
        parts = [scores_of(lines) for cell, lines in together.items() if cell[0] == label]
        pooled = np.concatenate(parts)
        found.append(Row(
            label, ALL_WORLDS, SHARE, min(map(len, parts)), interquartile_mean(pooled),
            *interval(parts), float(pooled.mean()), float(pooled.min()),
        ))  # fmt: skip
    return found


def _row(cell: tuple[str, str], lines: Sequence[Result]) -> Row:
    scores, first = scores_of(lines), lines[0]
    known = [line for line in lines if line.goal_reached is not None]
    return Row(
        *cell, first.unit, len(scores), interquartile_mean(scores), *interval([scores]),
        float(scores.mean()), float(scores.min() if first.unit.more_is_better else scores.max()),
        _middle([line.share for line in lines]), _middle([line.gap for line in lines]),
        _middle([line.goal_samples for line in known]),
        _middle([line.goal_seconds for line in known]),
        sum(not line.goal_reached for line in known), first.samples,
        tuple(line.seed for line in lines if not math.isfinite(line.score)),
        first.drawn, first.notes, first.goal,
    )  # fmt: skip


def scores_of(lines: Sequence[Result]) -> Array:
    """Return the scores in the order of their seeds. Shape [seeds]."""
    return np.array([line.score for line in lines])


def _middle(numbers: Sequence[float | None]) -> float | None:
    if None in numbers or not numbers:
        return None
    return interquartile_mean(np.array(numbers, np.float64))


def shared_worlds(cells: Cells) -> list[str]:
    """Return worlds with shares of perfect: returns or errors of different worlds have no mean."""
    return list(dict.fromkeys(cell[1] for cell, lines in cells.items() if lines[0].unit == SHARE))


def everywhere(cells: Cells) -> Cells:
    """Return the cells of learners that have a share in each of several such worlds."""
    worlds = shared_worlds(cells)
    labels = dict.fromkeys(label for label, _ in cells) if len(worlds) > 1 else ()
    all_over = {
        label for label in labels
        if all((label, w) in cells and cells[label, w][0].unit == SHARE for w in worlds)
    }  # fmt: skip
    return {cell: cells[cell] for cell in cells if cell[0] in all_over and cell[1] in worlds}


# Pairs.


def pairs(cells: Cells) -> list[Pair]:
    """Return a pair for any two learners in each world and in all; of many, each with the best."""
    found = []
    for world in dict.fromkeys(world for _, world in cells):
        here = {cell: lines for cell, lines in cells.items() if cell[1] == world}
        for unit in dict.fromkeys(lines[0].unit for lines in here.values()):
            same = {cell: lines for cell, lines in here.items() if lines[0].unit == unit}
            found += [_pair(*two, [world], cells, world) for two in _two(same)]
    together = everywhere(cells)
    return found + [_pair(*two, shared_worlds(cells), cells, ALL_WORLDS) for two in _two(together)]


def _two(cells: Cells) -> list[tuple[str, str]]:
    """Choose pairs of learners, the better one first, by their means over the same worlds."""
    means: dict[str, float] = {}
    for (label, _), lines in cells.items():
        sign = 1.0 if lines[0].unit.more_is_better else -1.0
        means[label] = means.get(label, 0.0) + sign * float(scores_of(lines).mean())
    ranked = sorted(means, key=lambda label: (math.isnan(means[label]), -means[label]))
    if len(ranked) > ALL_PAIRS:
        return [(ranked[0], other) for other in ranked[1:]]
    return list(itertools.combinations(ranked, 2))


def _pair(first: str, second: str, worlds: Sequence[str], cells: Cells, name: str) -> Pair:
    both = [(cells[first, world], cells[second, world]) for world in worlds]
    matches = [_matched(*two) for two in both]
    own, other = [match[0] for match in matches], [match[1] for match in matches]
    paired = all(match[2] for match in matches)
    diverged = tuple(
        label
        for k, label in enumerate((first, second))
        if not all(np.isfinite(scores_of(two[k])).all() for two in both)
    )
    one, seeds = both[0][0][0], min(map(len, own + other))
    pair = Pair(first, second, name, one.unit, seeds, paired, diverged=diverged)
    if diverged:
        return pair
    settled = one.drawn is False and len(own[0]) > 1 and not np.ptp([own[0], other[0]], 1).any()
    return replace(
        pair,
        difference=difference(own, other, paired),
        improvement=probability_of_improvement(own, other),
        settled=bool(settled),
    )


def _matched(first: Sequence[Result], second: Sequence[Result]) -> tuple[Array, Array, bool]:
    """Return scores on common seeds, in one order, or all if there are none; more is better."""
    sign = 1.0 if first[0].unit.more_is_better else -1.0
    own, other = ({one.seed: sign * one.score for one in lines} for lines in (first, second))
    common = sorted(own.keys() & other.keys())
    if not common:
        return np.array(list(own.values())), np.array(list(other.values())), False
    return np.array([own[k] for k in common]), np.array([other[k] for k in common]), True


# Verdicts.


def sentence(pair: Pair) -> str:
    """Return the verdict on a pair: the better learner, or that no difference can be seen."""
    first, second, found = pair.first, pair.second, pair.difference
    if found is None:
        who = " and ".join(pair.diverged)
        return f"{first} and {second} are not compared: {who} diverged."
    seeds = f"{pair.seeds} {'common seed' if pair.paired else 'seed'}{'s'[: pair.seeds > 1]}"
    seeds += "" if pair.paired else " each"
    if pair.settled and found.value:
        return _settled(pair, found.value, seeds)
    if not found.told:
        return (
            f"Too few runs to compare {first} and {second}: with {seeds} any difference can be due "
            "to chance."
        )
    if found.value == found.low == found.high == 0:
        text = f"No difference between {first} and {second} can be seen: they score the same"
        text += f" with each of {seeds}."
    elif not found.seen:
        text = f"No difference between {first} and {second} can be seen: "
        text += f"{first} is {_ahead(found.value, pair.unit)} on average{_range(found, pair.unit)}."
    else:
        text = _better(pair, found)
    return text if pair.seeds >= TRUSTED else f"{text} {TOO_NARROW}"


def _settled(pair: Pair, value: float, seeds: str) -> str:
    """Return the verdict if all seeds give the same scores."""
    first, second = (pair.first, pair.second) if value > 0 else (pair.second, pair.first)
    amount = written(abs(value), pair.unit, difference=True)
    return (
        f"{first} is better than {second} by {amount} on these test rows. Each scores the same "
        f"with each of {seeds}: only another division of the rows could change that."
    )


def _better(pair: Pair, found: Difference) -> str:
    first, second = pair.first, pair.second
    if found.value < 0:
        first, second = second, first
        found = Difference(-found.value, -found.high, -found.low)
    amount = written(found.value, pair.unit, difference=True)
    return f"{first} is better than {second} by {amount} on average{_range(found, pair.unit)}."


def _ahead(value: float, unit: Unit) -> str:
    side = "ahead" if value >= 0 else "behind"
    return f"{written(abs(value), unit, difference=True)} {side}"


def _range(found: Difference, unit: Unit) -> str:
    low, high = (_plain(end, unit) for end in (found.low, found.high))
    return f" ({100 * LEVEL:g} % interval {low} to {high})"


def _plain(value: float, unit: Unit) -> str:
    return _digits(100 * value if unit.percent else value)


def written(value: float | None, unit: Unit, difference: bool = False) -> str:
    """Write a score, or a difference of two, with its unit."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "diverged" if math.isnan(value) else "none"
    if unit.percent:
        return f"{_digits(100 * value)} points" if difference else f"{100 * value:.2f} %"
    return _digits(value)


def _digits(value: float) -> str:
    """Write a number with about three digits; rounding errors are 0."""
    if abs(value) < 1e-6:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 1_000 else 0
    return f"{value:,.{places}f}"


def remarks(pairs: Sequence[Pair]) -> list[str]:
    """Return a remark on the number of verdicts, if there are several."""
    tested = sum(pair.difference is not None and pair.difference.told for pair in pairs)
    if tested < 2:
        return []
    return [
        f"Each of these {tested} verdicts is a separate test. Of 20 verdicts on equal learners, 1 "
        "reports a difference by chance."
    ]


def verdicts(found: Sequence[Pair]) -> list[str]:
    """Return a sentence for each pair, with the world if there are several, and remarks."""
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


# Words of the table.


def columns(rows: Sequence[Row], measure: Measure) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows as text, without empty columns."""
    place = "world" if all(row.drawn is None for row in rows) else "source"
    several = place == "source" and len({row.unit for row in rows}) > 1
    goal = _goal(rows, measure)
    found = {
        place: [row.world.removeprefix("spielfeld/") for row in rows],
        "learner": [row.learner for row in rows],
        "of": [row.unit.name if several else "" for row in rows],
        "score, middle half": [written(row.middle, row.unit) for row in rows],
        "95 % interval": [_interval(row) for row in rows],
        "mean": [written(row.mean, row.unit) for row in rows],
        "worst": [written(row.worst, row.unit) for row in rows],
        "share of perfect": [_share(row) for row in rows],
        "gap": ["" if row.gap is None else f"{abs(row.gap):.4g}" for row in rows],
        f"samples to {goal}": [_samples(row) for row in rows],
        "seconds to it": [_seconds(row) for row in rows],
        "seeds": [str(row.seeds) for row in rows],
    }
    if len({row.world for row in rows}) == 1:
        del found[place]
    filled = {name: column for name, column in found.items() if any(column)}
    return list(filled), [list(line) for line in zip(*filled.values(), strict=True)]


def _goal(rows: Sequence[Row], measure: Measure) -> str:
    """Return the goal in words: a share of perfect or a return."""
    returns = {row.goal for row in rows if row.share is None and row.samples is not None}
    if any(row.share is not None for row in rows) or not returns:
        words = [f"{100 * measure.threshold:g} % of perfect"]
        return " or ".join(words + ["the goal"] * bool(returns))
    return f"a return of {returns.pop():g}" if len(returns) == 1 else "the goal"


def _interval(row: Row) -> str:
    if math.isnan(row.low):
        return "-"
    if row.unit.percent:
        return f"{100 * row.low:.2f} to {100 * row.high:.2f}"
    return f"{written(row.low, row.unit)} to {written(row.high, row.unit)}"


def _share(row: Row) -> str:
    return "" if row.unit == SHARE or row.share is None else written(row.share, SHARE)


def _samples(row: Row) -> str:
    if row.samples is None:
        return ""
    if row.never == row.seeds:
        return "never"
    return f"{row.samples:,.0f}" + (f" ({row.never} never)" if row.never else "")


def _seconds(row: Row) -> str:
    if row.seconds is None or row.never == row.seeds:
        return ""
    return "-" if math.isnan(row.seconds) else f"{row.seconds:.2g}"


def title(units: Sequence[Unit], measure: Measure) -> str:
    """Return the title of the table: the meaning of the scores."""
    names = " or ".join(dict.fromkeys(unit.name for unit in units))
    if measure.kind == "online":
        part = f"the last {100 * measure.last:g} % of the budget"
        return f"score: mean {names} during training, in {part}"
    return f"score: {names} after training"


def for_terminal(heading: str, rows: Sequence[Row], measure: Measure) -> RichTable:
    """Return the table for `rich`."""
    from rich.markup import escape
    from rich.table import Table as RichTable

    header, lines = columns(rows, measure)
    table = RichTable(title=escape(heading), title_justify="left")
    for name in header:
        names = name in NAMES
        table.add_column(name, justify="left" if names else "right", no_wrap=names)
    for number, line in enumerate(lines):
        last = number + 1 == len(lines) or rows[number].world != rows[number + 1].world
        table.add_row(*map(escape, line), end_section=last)
    return table


def for_markdown(rows: Sequence[Row], measure: Measure) -> str:
    """Return the table as Markdown."""
    header, lines = columns(rows, measure)
    aligned = ["---" if name in NAMES else "---:" for name in header]
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, aligned, *lines))


def notes(rows: Sequence[Row]) -> list[str]:
    """Return remarks: budgets that differ, runs that diverged or never reached the threshold."""
    found = []
    for world in dict.fromkeys(row.world for row in rows):
        here = [row for row in rows if row.world == world and row.budget is not None]
        budgets = [row.budget or 0 for row in here]
        if budgets and max(budgets) > ALIKE * min(budgets):
            each = ", ".join(f"{row.learner} {row.budget:,}" for row in here)
            found.append(f"Budgets in {world} differ: {each} samples.")
        found += [
            f"{row.learner} diverged in {world} with seed{'s'[: len(row.diverged) > 1]} "
            f"{', '.join(map(str, row.diverged))}: the table has no mean for it."
            for row in here if row.diverged
        ]  # fmt: skip
        found += _about_rows(world, here)
    if any(row.never for row in rows):
        found.append("A seed that never reached the threshold counts with its whole budget.")
    return found


def _about_rows(source: str, rows: Sequence[Row]) -> list[str]:
    """Return the meaning of intervals for data sets, and notes of the data set."""
    told = list(dict.fromkeys(note for row in rows for note in row.notes))
    if all(row.drawn is None for row in rows):
        return []
    if len({row.unit for row in rows}) > 1:
        told.append(f"Scores of different kinds in {source} are not compared with each other.")
    if any(row.drawn for row in rows):
        return [*told, f"Each seed divides the rows of {source} differently: {DRAWN}"]
    return [*told, f"All seeds use the same division of {source}: {SHARED}"]


def heading(comparison: Comparison) -> str:
    """Return the heading: the worlds and the score."""
    worlds = list(dict.fromkeys(world for _, world in comparison.cells))
    data = any(lines[0].drawn is not None for lines in comparison.cells.values())
    kind = "sources" if data else "worlds"
    place = worlds[0] if len(worlds) == 1 else f"{len(worlds)} {kind}"
    units = [lines[0].unit for lines in comparison.cells.values()]
    return f"{place}; {title(units, comparison.measure)}"


def refusals(comparison: Comparison) -> list[str]:
    """Return the refused runs with the reason: a line for all with the same first reason."""
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
        ("Verdicts", verdicts(found)),
        ("Remarks", notes(table)),
        ("Refused", refusals(comparison)),
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
    """Write comparison.csv, .json, .md and .png into a directory that exists."""
    from spielfeld.experiments.compare.curves import plot_curves

    plot_curves(comparison.cells, directory / "comparison.png")
    text = markdown(comparison, command, "comparison.png")
    write_atomically(directory / "comparison.md", text)
    write_atomically(directory / "comparison.csv", to_csv(comparison.table))
    content = {
        "command": command,
        "measure": asdict(comparison.measure),
        "rows": [asdict(row) for row in comparison.rows],
        "pairs": [_pair_as_json(pair) for pair in comparison.pairs],
        "runs": [
            {"learner": o.learner, "world": o.source, "seed": o.seed, "score": o.score,
             "share": o.share, "gap": o.gap, "budget": o.samples, "seconds": o.seconds}
            for lines in comparison.cells.values() for o in lines
        ],
        "refused": [
            {"learner": label, "world": world, "reason": why}
            for (label, world), why in comparison.refused.items()
        ],
        "versions": versions(),
    }  # fmt: skip
    write_atomically(directory / "comparison.json", json.dumps(_finite(content), indent=2) + "\n")


def _pair_as_json(pair: Pair) -> dict[str, object]:
    found = None if pair.difference is None else pair.difference._asdict()
    return {**asdict(pair), "difference": found, "sentence": sentence(pair)}


def _finite(value: object) -> object:
    """Replace nan and infinities by null, because JSON has neither."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
