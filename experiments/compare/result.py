"""A comparison: a row for each learner in each world, and a verdict for each pair of learners."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.compare.outcome import SHARE, Outcome, Unit
from experiments.compare.statistics import (
    Difference,
    difference,
    interquartile_mean,
    interval,
    probability_of_improvement,
)
from learning.batch import Array

ALL_WORLDS = "all worlds"
ALL_PAIRS = 4  # learners; of more, each is compared with the best alone
Cell = tuple[str, str]  # learner's label, world


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


@dataclass(frozen=True)
class Pair:
    """Two learners in a world, or in all.

    Args:
        first: Label of a learner.
        second: Label of another.
        world: The source, or "all worlds".
        unit: What the difference is a number of.
        seeds: How many of each, at least; common ones if paired.
        paired: Whether both used the same seeds.
        difference: By how much the first is ahead, below 0 if it is worse; None if one diverged.
        improvement: Chance that a run of the first is better than one of the second, or None.
        diverged: Those of the two that did.
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


def rows(cells: Mapping[Cell, Sequence[Outcome]]) -> list[Row]:
    """Return a row a cell, world by world, then those over all worlds where there are several."""
    found = [_row(cell, outcomes) for cell, outcomes in cells.items()]
    return found + [_aggregate(label, cells) for label in _everywhere(cells)]


def _row(cell: Cell, outcomes: Sequence[Outcome]) -> Row:
    scores, unit = _scores(outcomes), outcomes[0].unit
    passed = [outcome.passed for outcome in outcomes if outcome.passed is not None]
    return Row(
        *cell, unit, len(scores), interquartile_mean(scores), *interval([scores]),
        float(scores.mean()), float(scores.min() if unit.more_is_better else scores.max()),
        _middle([outcome.share for outcome in outcomes]),
        _middle([outcome.gap for outcome in outcomes]),
        _middle([when.samples for when in passed]), _middle([when.seconds for when in passed]),
        sum(not when.ever for when in passed), outcomes[0].budget,
        tuple(outcome.seed for outcome in outcomes if not math.isfinite(outcome.score)),
    )  # fmt: skip


def _scores(outcomes: Sequence[Outcome]) -> Array:
    return np.array([outcome.score for outcome in outcomes])


def _middle(numbers: Sequence[float | None]) -> float | None:
    if None in numbers or not numbers:
        return None
    return interquartile_mean(np.array(numbers, np.float64))


def _everywhere(cells: Mapping[Cell, Sequence[Outcome]]) -> list[str]:
    """Return the learners whose shares can be taken together: those that have one in each world."""
    worlds = [world for world in _worlds(cells) if _comparable(cells, world)]
    labels = dict.fromkeys(label for label, _ in cells)
    if len(worlds) < 2:
        return []
    return [label for label in labels if all((label, world) in cells for world in worlds)]


def _worlds(cells: Mapping[Cell, Sequence[Outcome]]) -> list[str]:
    return list(dict.fromkeys(world for _, world in cells))


def _comparable(cells: Mapping[Cell, Sequence[Outcome]], world: str) -> bool:
    """Whether scores in a world are shares of perfect, as returns of two worlds have no mean."""
    here = [outcomes[0].unit for (_, place), outcomes in cells.items() if place == world]
    return all(unit == SHARE for unit in here)


def _aggregate(label: str, cells: Mapping[Cell, Sequence[Outcome]]) -> Row:
    parts = [_scores(cells[label, w]) for w in _worlds(cells) if _comparable(cells, w)]
    pooled = np.concatenate(parts)
    return Row(
        label, ALL_WORLDS, SHARE, min(map(len, parts)), interquartile_mean(pooled),
        *interval(parts), float(pooled.mean()), float(pooled.min()),
    )  # fmt: skip


def pairs(cells: Mapping[Cell, Sequence[Outcome]]) -> list[Pair]:
    """Return a pair for any two learners in each world and in all; of many, each with the best."""
    found = [_pair(*two, [world], cells, world) for world in _worlds(cells)
             for two in _two(cells, [world])]  # fmt: skip
    everywhere = set(_everywhere(cells))
    together = [world for world in _worlds(cells) if everywhere and _comparable(cells, world)]
    inside = {cell: outcomes for cell, outcomes in cells.items() if cell[0] in everywhere}
    return found + [_pair(*two, together, cells, ALL_WORLDS) for two in _two(inside, together)]


def _two(cells: Mapping[Cell, Sequence[Outcome]], worlds: Sequence[str]) -> list[tuple[str, str]]:
    """Choose pairs, the better one first; learners with scores of different units do not meet."""
    if not worlds:
        return []
    means: dict[str, float] = {}
    for (label, world), outcomes in cells.items():
        if world in worlds:
            sign = 1.0 if outcomes[0].unit.more_is_better else -1.0
            means[label] = means.get(label, 0.0) + sign * float(_scores(outcomes).mean())
    ranked = sorted(means, key=lambda label: (math.isnan(means[label]), -means[label]))
    chosen = list(itertools.combinations(ranked, 2))
    if len(ranked) > ALL_PAIRS:
        chosen = [(ranked[0], other) for other in ranked[1:]]
    units = {label: cells[label, worlds[0]][0].unit for label in ranked}
    return [(first, second) for first, second in chosen if units[first] == units[second]]


def _pair(
    first: str,
    second: str,
    worlds: Sequence[str],
    cells: Mapping[Cell, Sequence[Outcome]],
    name: str,
) -> Pair:
    outcomes = [(cells[first, world], cells[second, world]) for world in worlds]
    matches = [_matched(*both) for both in outcomes]
    own, other = [match[0] for match in matches], [match[1] for match in matches]
    paired = all(match[2] for match in matches)
    diverged = tuple(
        label
        for k, label in enumerate((first, second))
        if not all(np.isfinite(_scores(both[k])).all() for both in outcomes)
    )
    pair = Pair(
        first, second, name, outcomes[0][0][0].unit, min(map(len, own + other)), paired,
        diverged=diverged,
    )  # fmt: skip
    if diverged:
        return pair
    return replace(
        pair,
        difference=difference(own, other, paired),
        improvement=probability_of_improvement(own, other),
    )


def _matched(first: Sequence[Outcome], second: Sequence[Outcome]) -> tuple[Array, Array, bool]:
    """Return scores on common seeds, in one order, or all if there are none; more is better."""
    sign = 1.0 if first[0].unit.more_is_better else -1.0
    own, other = ({o.seed: sign * o.score for o in outcomes} for outcomes in (first, second))
    common = sorted(own.keys() & other.keys())
    if not common:
        return np.array(list(own.values())), np.array(list(other.values())), False
    return np.array([own[k] for k in common]), np.array([other[k] for k in common]), True
