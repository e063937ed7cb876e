"""Statistics of scores over seeds: interquartile mean, intervals, and differences.

Each world has one array of scores, with one number for each seed. Seeds are a random sample, worlds
are not. Resampling and exchanging therefore stay within a world.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array

LEVEL = 0.95  # of every interval
RESAMPLES = 9_999
TRUSTED = 10  # seeds; with fewer, intervals are too narrow
CLOSE = 1e-9  # largest effect of rounding, relative to the scores


def interquartile_mean(scores: Array) -> float:
    """Return the mean of the middle half, without outliers; nan if a score is nan."""
    from scipy.stats import trim_mean

    return float(trim_mean(scores, 0.25)) if np.isfinite(scores).all() else float("nan")


def interval(worlds: Sequence[Array], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the interquartile mean over all worlds and seeds.

    A stratified percentile bootstrap: seeds are drawn with replacement within each world. Source:
    Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice".

    Args:
        worlds: Scores over seeds of each world, each of shape [seeds].
        seed: Seed of the resampling.

    Returns:
        Both ends; nan if there is a single seed, or a score is nan.
    """
    from scipy.stats import bootstrap, trim_mean

    pooled = np.concatenate(worlds)
    if min(map(len, worlds)) < 2 or not np.isfinite(pooled).all():
        return float("nan"), float("nan")
    if np.ptp(pooled) == 0:
        return float(pooled[0]), float(pooled[0])
    found = bootstrap(
        worlds, lambda *drawn, axis: trim_mean(np.concatenate(drawn, axis), 0.25, axis),
        n_resamples=RESAMPLES, batch=1_000, vectorized=True, method="percentile",
        confidence_level=LEVEL, rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


class Difference(NamedTuple):
    """Mean difference of two learners over seeds and worlds, with its interval."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether there were enough runs for an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def seen(self) -> bool:
        """Whether the interval excludes 0."""
        return self.told and (self.low > 0 or self.high < 0)


def difference(
    first: Sequence[Array], second: Sequence[Array], paired: bool, seed: int = 0
) -> Difference:
    """Return the mean difference and its 95 % interval, by Fisher's randomisation test.

    Assume that two learners differ only by a shift. If the shift is subtracted, their scores can be
    exchanged. The test makes 10,000 random exchanges. The interval contains a shift unless the
    observed difference is among the 5 % most extreme. A tie counts half; otherwise many ties would
    widen the interval. Scores of common seeds are exchanged in pairs. Otherwise all scores of a
    world are permuted. Unlike the percentile bootstrap, the interval keeps its level with ten
    seeds, and with skewed and tied scores.

    Source: Ernst (2004), "Permutation Methods: A Basis for Exact Inference", sections 2 and 3.

    Args:
        first: Scores over seeds of each world, each of shape [seeds].
        second: Scores of the other learner, in the same worlds.
        paired: Whether scores with the same index come from the same seed.
        seed: Seed of the exchanges.

    Returns:
        The difference. Its ends are infinite if there are too few runs to exclude any shift.
    """
    generator, exchange = np.random.default_rng(seed), _swapped if paired else _dealt
    worlds = [exchange(*pair, generator) for pair in zip(first, second, strict=True)]
    exchanged, shifted = np.mean(worlds, axis=0)
    value, size = exchanged[0], max(np.abs(np.concatenate([*first, *second])).max(), 1e-300)

    def p_value(shift: float) -> float:
        """Return the share of exchanges with a more extreme difference; ties count half."""
        beyond = np.abs(exchanged - shift * shifted) - abs(value - shift)
        return float(np.mean(beyond > CLOSE * size) + np.mean(beyond >= -CLOSE * size)) / 2

    ends = [_edge(p_value, value, way * size) for way in (-1.0, 1.0)]
    known = [value if abs(end - value) < 10 * CLOSE * size else end for end in ends]
    return Difference(
        *(0.0 if abs(number) < CLOSE * size else float(number) for number in (value, *known))
    )


def _swapped(first: Array, second: Array, generator: np.random.Generator) -> Array:
    """Exchange within pairs; return mean differences and those of a shift by 1 [2, exchanges]."""
    signs = generator.choice([-1.0, 1.0], (RESAMPLES + 1, len(first)))
    signs[0] = 1.0  # the observed scores
    return np.array([signs @ (first - second) / len(first), signs.mean(axis=1)])


def _dealt(first: Array, second: Array, generator: np.random.Generator) -> Array:
    """Permute all scores; return the same as `_swapped`."""
    share = np.repeat([1 / len(first), -1 / len(second)], [len(first), len(second)])
    shares = generator.permuted(np.tile(share, (RESAMPLES + 1, 1)), axis=1)
    shares[0] = share
    return np.array([shares @ np.concatenate([first, second]), shares[:, : len(first)].sum(axis=1)])


def _edge(p_value: Callable[[float], float], inside: float, step: float) -> float:
    """Return the end of the interval on one side: the shift at which the test rejects."""
    outside, tries = inside + step, 0
    while p_value(outside) > 1 - LEVEL:
        inside, outside, tries = outside, outside + 2 * (outside - inside), tries + 1
        if tries > 20:
            return float(np.copysign(np.inf, step))
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) > 1 - LEVEL else (inside, middle)
    return float(inside)


def probability_of_improvement(first: Sequence[Array], second: Sequence[Array]) -> float:
    """Return the probability that a run of the first scores higher than one of the second.

    Ties count half, and each world has the same weight. The result is the Mann-Whitney statistic
    over the number of pairs, as in Agarwal et al. (2021).
    """
    wins = [
        np.mean((own[:, None] > other) + 0.5 * (own[:, None] == other))
        for own, other in zip(first, second, strict=True)
    ]
    return float(np.mean(wins))
