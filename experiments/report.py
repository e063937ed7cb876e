"""What an evaluation means, in lines of text."""

from __future__ import annotations

import math

from spielfeld.experiments.data_metrics import METRICS, Metric
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.evaluation import Evaluation


def score_lines(score: Evaluation | DataScore) -> list[str]:
    """Return a small table: what was reached, beside the best and the least there can be."""
    return _data_lines(score) if isinstance(score, DataScore) else _world_lines(score)


def _data_lines(score: DataScore) -> list[str]:
    """Return a row a metric: what the learner, a simple guess and the best guess reach."""
    parts = f"{score.train:,} rows taught"
    parts += f", {score.validation:,} stood by" if score.validation else ""
    best = "at best" if any(one.best is not None for one in score.metrics.values()) else ""
    labels = {name: f"{METRICS[name].label}, {METRICS[name].unit}" for name in score.metrics}
    width = max(40, *(len(label) + 1 for label in labels.values()))
    lines = [_row(f"{parts}, {score.test:,} test", width, "learned", "guessed", best)]
    for name, one in score.metrics.items():
        numbers = (one.value, one.baseline, one.best)
        cells = ("" if n is None else written(n, METRICS[name]) for n in numbers)
        lines.append(_row(labels[name], width, *cells))
    return [*lines, *_told(score), *(f"  {note}" for note in score.notes)]


def _row(label: str, width: int, learned: str, guessed: str, best: str) -> str:
    return f"  {label:<{width}}{learned:>10}{guessed:>12}{best:>12}".rstrip()


def _told(score: DataScore) -> list[str]:
    """Say what the columns beside the learner's stand for."""
    found = score.metrics.values()
    guesses = dict.fromkeys(one.guess for one in found if one.baseline is not None)
    bounds = dict.fromkeys(one.bound for one in found if one.best is not None)
    words = [f"guessed: {', '.join(guesses)}"] * bool(guesses)
    words += [f"at best, on average: {', '.join(bounds)}"] * bool(bounds)
    return [f"  ({'; '.join(words)})"] if words else []


def written(value: float, metric: Metric) -> str:
    """Write a number as it is read best: shares in hundredths, all else to four digits."""
    return f"{value:.2%}" if metric.percent and math.isfinite(value) else f"{value:.4g}"


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
