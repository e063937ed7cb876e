"""A row for each learner in each world: the middle of its scores, and what else is to be known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.compare.outcome import SHARE, Outcome, Unit
from spielfeld.experiments.compare.statistics import interquartile_mean, interval

ALL_WORLDS = "all worlds"
Cell = tuple[str, str]  # learner's label, world
Cells = Mapping[Cell, Sequence[Outcome]]


@dataclass(frozen=True)
class Row:
    """A learner in a world, or in all.

    Args:
        learner: Its label.
        world: The source, or "all worlds".
        unit: What its scores are a number of.
        seeds: How many.
        middle: Interquartile mean of the scores; nan if a run diverged.
        low: Where its 95 % interval begins; nan with one seed.
        high: Where it ends.
        mean: Of the scores.
        worst: The worst score.
        share: Interquartile mean of the share of perfect in the end, or None.
        gap: Interquartile mean of optimum - value in the end, in units of return, or None.
        samples: Interquartile mean of environment steps to the threshold, or None; a seed that
            never passed counts with its whole budget.
        seconds: The same in seconds of learning.
        never: Seeds that never passed.
        budget: Environment steps of each run.
        diverged: Seeds whose score is no number.
        drawn: Whether each seed divides the rows of a data set anew; None in a world.
        notes: What is to be known about the rows, in sentences.
        goal: The share of perfect, or the return, from which on a policy is called good, or None.
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


def rows(cells: Cells) -> list[Row]:
    """Return a row a cell, world by world, then those over all worlds where there are several."""
    found = [_row(cell, outcomes) for cell, outcomes in cells.items()]
    together = everywhere(cells)
    for label in dict.fromkeys(label for label, _ in together):
        found.append(
            _aggregate(label, [each for cell, each in together.items() if cell[0] == label])
        )
    return found


def _row(cell: Cell, outcomes: Sequence[Outcome]) -> Row:
    scores, unit = scores_of(outcomes), outcomes[0].unit
    passed = [outcome.passed for outcome in outcomes if outcome.passed is not None]
    return Row(
        *cell, unit, len(scores), interquartile_mean(scores), *interval([scores]),
        float(scores.mean()), float(scores.min() if unit.more_is_better else scores.max()),
        _middle([outcome.share for outcome in outcomes]),
        _middle([outcome.gap for outcome in outcomes]),
        _middle([when.samples for when in passed]), _middle([when.seconds for when in passed]),
        sum(not when.ever for when in passed), outcomes[0].budget,
        tuple(outcome.seed for outcome in outcomes if not math.isfinite(outcome.score)),
        outcomes[0].drawn, outcomes[0].notes, outcomes[0].goal,
    )  # fmt: skip


def scores_of(outcomes: Sequence[Outcome]) -> Array:
    """Return the scores in the order of their seeds. Shape [seeds]."""
    return np.array([outcome.score for outcome in outcomes])


def _middle(numbers: Sequence[float | None]) -> float | None:
    if None in numbers or not numbers:
        return None
    return interquartile_mean(np.array(numbers, np.float64))


def shared_worlds(cells: Cells) -> list[str]:
    """Return worlds with shares of perfect: returns or errors of different worlds have no mean."""
    found = [world for (_, world), outcomes in cells.items() if outcomes[0].unit == SHARE]
    return list(dict.fromkeys(found))


def everywhere(cells: Cells) -> Cells:
    """Return the cells of learners that have a share in each of several such worlds."""
    worlds = shared_worlds(cells)
    labels = dict.fromkeys(label for label, _ in cells) if len(worlds) > 1 else ()
    all_over = {
        label for label in labels
        if all((label, w) in cells and cells[label, w][0].unit == SHARE for w in worlds)
    }  # fmt: skip
    return {cell: cells[cell] for cell in cells if cell[0] in all_over and cell[1] in worlds}


def _aggregate(label: str, outcomes: Sequence[Sequence[Outcome]]) -> Row:
    parts = [scores_of(each) for each in outcomes]
    pooled = np.concatenate(parts)
    return Row(
        label, ALL_WORLDS, SHARE, min(map(len, parts)), interquartile_mean(pooled),
        *interval(parts), float(pooled.mean()), float(pooled.min()),
    )  # fmt: skip
