"""Two learners beside each other: by how much one is ahead, and how often."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.compare.outcome import Outcome, Unit
from spielfeld.experiments.compare.rows import (
    ALL_WORLDS,
    Cells,
    everywhere,
    scores_of,
    shared_worlds,
)
from spielfeld.experiments.compare.statistics import (
    Difference,
    difference,
    probability_of_improvement,
)

ALL_PAIRS = 4  # learners; of more, each is compared with the best alone


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


def pairs(cells: Cells) -> list[Pair]:
    """Return a pair for any two learners in each world and in all; of many, each with the best."""
    found = []
    for world in dict.fromkeys(world for _, world in cells):
        here = {cell: outcomes for cell, outcomes in cells.items() if cell[1] == world}
        for unit in dict.fromkeys(outcomes[0].unit for outcomes in here.values()):
            same = {cell: each for cell, each in here.items() if each[0].unit == unit}
            found += [_pair(*two, [world], cells, world) for two in _two(same)]
    together = everywhere(cells)
    return found + [_pair(*two, shared_worlds(cells), cells, ALL_WORLDS) for two in _two(together)]


def _two(cells: Cells) -> list[tuple[str, str]]:
    """Choose pairs of learners, the better one first, by their means over the same worlds."""
    means: dict[str, float] = {}
    for (label, _), outcomes in cells.items():
        sign = 1.0 if outcomes[0].unit.more_is_better else -1.0
        means[label] = means.get(label, 0.0) + sign * float(scores_of(outcomes).mean())
    ranked = sorted(means, key=lambda label: (math.isnan(means[label]), -means[label]))
    if len(ranked) > ALL_PAIRS:
        return [(ranked[0], other) for other in ranked[1:]]
    return list(itertools.combinations(ranked, 2))


def _pair(
    first: str,
    second: str,
    worlds: Sequence[str],
    cells: Cells,
    name: str,
) -> Pair:
    outcomes = [(cells[first, world], cells[second, world]) for world in worlds]
    matches = [_matched(*both) for both in outcomes]
    own, other = [match[0] for match in matches], [match[1] for match in matches]
    paired = all(match[2] for match in matches)
    diverged = tuple(
        label
        for k, label in enumerate((first, second))
        if not all(np.isfinite(scores_of(both[k])).all() for both in outcomes)
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
        settled=_settled(outcomes[0][0], own[0], other[0]),
    )


def _settled(outcomes: Sequence[Outcome], own: Array, other: Array) -> bool:
    one_division = outcomes[0].drawn is False and len(own) > 1
    return bool(one_division and not np.ptp([own, other], axis=1).any())


def _matched(first: Sequence[Outcome], second: Sequence[Outcome]) -> tuple[Array, Array, bool]:
    """Return scores on common seeds, in one order, or all if there are none; more is better."""
    sign = 1.0 if first[0].unit.more_is_better else -1.0
    own, other = ({o.seed: sign * o.score for o in outcomes} for outcomes in (first, second))
    common = sorted(own.keys() & other.keys())
    if not common:
        return np.array(list(own.values())), np.array(list(other.values())), False
    return np.array([own[k] for k in common]), np.array([other[k] for k in common]), True
