"""What an evaluation means, in lines of text."""

from __future__ import annotations

import math

from experiments.evaluation import Evaluation


def score_lines(score: Evaluation) -> list[str]:
    """Return a small table: the greedy policy beside perfect and random behaviour."""
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
