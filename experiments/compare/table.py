"""The table of a comparison: the same cells for a terminal and for Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spielfeld.experiments.compare.outcome import SHARE, Measure, Unit
from spielfeld.experiments.compare.rows import Row
from spielfeld.experiments.compare.verdict import written

if TYPE_CHECKING:
    from rich.table import Table

ALIKE = 1.02  # budgets that differ by less: steps of many worlds at once leave a rest
Cells = tuple[list[str], list[list[str]]]  # header, rows
DRAWN = (
    "intervals hold the luck of seeds and of divisions of these rows; with fresh rows they would "
    "be wider (Nadeau & Bengio, 2003)."
)
SHARED = "intervals hold the luck of the learners' seeds alone, not that of the rows."
NAMES = ("world", "source", "learner", "of")  # columns of words


def cells(rows: Sequence[Row], measure: Measure) -> Cells:
    """Return the header and the rows as text; a column that nobody fills is left out."""
    place = "world" if all(row.drawn is None for row in rows) else "source"
    several = place == "source" and len({row.unit for row in rows}) > 1
    goal = _goal(rows, measure)
    columns = {
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
        del columns[place]
    filled = {name: column for name, column in columns.items() if any(column)}
    return list(filled), [list(line) for line in zip(*filled.values(), strict=True)]


def _goal(rows: Sequence[Row], measure: Measure) -> str:
    """Say from where on a policy is good; in worlds where that is a return, which one."""
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
    """Return what the scores are."""
    names = " or ".join(dict.fromkeys(unit.name for unit in units))
    if measure.kind == "online":
        part = f"the last {100 * measure.last:g} % of the budget"
        return f"score: mean {names} while exploring, in {part}"
    return f"score: {names} of what was learned in the end"


def for_terminal(heading: str, rows: Sequence[Row], measure: Measure) -> Table:
    """Return the table for `rich`."""
    from rich.markup import escape
    from rich.table import Table

    header, lines = cells(rows, measure)
    table = Table(title=escape(heading), title_justify="left")
    for name in header:
        names = name in NAMES
        table.add_column(name, justify="left" if names else "right", no_wrap=names)
    for number, line in enumerate(lines):
        last = number + 1 == len(lines) or rows[number].world != rows[number + 1].world
        table.add_row(*map(escape, line), end_section=last)
    return table


def for_markdown(rows: Sequence[Row], measure: Measure) -> str:
    """Return the table as Markdown."""
    header, lines = cells(rows, measure)
    aligned = ["---" if name in NAMES else "---:" for name in header]
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, aligned, *lines))


def notes(rows: Sequence[Row]) -> list[str]:
    """Return what the numbers hide: budgets that differ, runs that diverged or never passed."""
    found = []
    for world in dict.fromkeys(row.world for row in rows):
        here = [row for row in rows if row.world == world and row.budget is not None]
        budgets = [row.budget or 0 for row in here]
        if budgets and max(budgets) > ALIKE * min(budgets):
            each = ", ".join(f"{row.learner} {row.budget:,}" for row in here)
            found.append(f"Budgets in {world} differ: {each} samples.")
        found += [
            f"{row.learner} diverged in {world} with seed{'s'[: len(row.diverged) > 1]} "
            f"{', '.join(map(str, row.diverged))}: its scores are not averaged."
            for row in here if row.diverged
        ]  # fmt: skip
        found += _about_rows(world, here)
    if any(row.never for row in rows):
        found.append("A seed that never reached the threshold counts with its whole budget.")
    return found


def _about_rows(source: str, rows: Sequence[Row]) -> list[str]:
    """Return what intervals hold where rows are divided, and what the data set itself tells."""
    told = list(dict.fromkeys(note for row in rows for note in row.notes))
    if all(row.drawn is None for row in rows):
        return []
    if len({row.unit for row in rows}) > 1:
        told.append(f"Scores of different kinds in {source} are not compared with each other.")
    if any(row.drawn for row in rows):
        return [*told, f"Each seed divides {source} anew: {DRAWN}"]
    return [*told, f"All seeds share one division of {source}: {SHARED}"]
