"""What an evaluation means, in lines of text."""

from __future__ import annotations

import math

from experiments.data_score import METRICS, DataScore, Measured, Metric
from experiments.evaluation import Evaluation


def score_lines(score: Evaluation | DataScore) -> list[str]:
    """Return a small table: what was reached, beside the best and the least there can be."""
    return _data_lines(score) if isinstance(score, DataScore) else _world_lines(score)


def _data_lines(score: DataScore) -> list[str]:
    parts = f"{score.test:,} test rows; {score.train:,} rows taught"
    parts += f", {score.validation:,} rows validated" if score.validation else ""
    lines = [_metric_line(METRICS[name], one) for name, one in score.metrics.items()]
    return [f"  On {parts}:", *lines]


def _metric_line(metric: Metric, one: Measured) -> str:
    value = f"  {metric.label:<20}{written(one.value, metric):>12}   {metric.unit}"
    beside = [] if one.baseline is None else [f"{written(one.baseline, metric)} by {one.guess}"]
    beside += [] if one.floor is None else [f"{written(one.floor, metric)} is noise"]
    return f"{value:<62}{'; '.join(beside)}".rstrip()


def written(value: float, metric: Metric) -> str:
    """Write a number as it is read best: shares in hundredths, all else to five digits."""
    if not metric.percent or not math.isfinite(value):
        return f"{value:.5g}"
    return f"{value:.2%}"


def _world_lines(score: Evaluation) -> list[str]:
    if score.error is not None:
        return [
            f"  RMS error         {score.error:12.4f}   of the predicted state values, exact",
            f"  predicted start   {score.value:12.4f}   discount {score.discount:g}",
        ]
    discount = "" if score.discount == 1 else f", discount {score.discount:g}"
    measure = f"expected return of an episode of at most {score.horizon:,} steps{discount}"
    if score.episodes:
        error = f"{score.value:.4f} +- {score.deviation:.4f}"
        return [f"  greedy policy     {error} (mean of {score.episodes} episodes and its error)"]
    if score.optimum is None or score.share is None or score.random is None:
        return [f"  greedy policy     {score.value:12.4f}   {measure}"]
    if math.isclose(score.optimum, score.random, rel_tol=1e-9, abs_tol=1e-12):
        line = f"  any policy        {score.optimum:12.4f}   {measure}, exact"
        return [line, "  Nothing can be learned here: whatever one does earns the same."]
    return [
        f"  greedy policy     {score.value:12.4f}   {measure}, exact",
        f"  perfect           {score.optimum:12.4f}",
        f"  random            {score.random:12.4f}",
        f"  share of perfect  {score.share:11.2%}    (gap to perfect: {score.gap:.4g})",
    ]
