"""Bandits: the gradient bandit with and without a baseline.

The agent's preferences climb the gradient of the expected reward; arms pay around 4. The baseline
is the mean of the rewards so far. It separates good rewards from bad ones, even if all rewards are
high. The step sizes are 0.1 and 0.4.
"""

from __future__ import annotations

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, book_line, canvas
from spielfeld.tutorials.figures.ten_armed_testbed import draw_optimal, optimal_row, play

SOURCE = "figure 2.5"
RUNS = 2_000
QUESTION = "Does the baseline matter if arms pay around 0? Change MEAN."

MEAN = 4.0  # reward of an arm


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.bandit import GradientBandit, GradientConfig

    def learner(rate: float, baseline: bool) -> GradientBandit:
        return GradientBandit(GradientConfig(learning_rate=rate, baseline=baseline))

    learners = {
        "step .1, baseline": learner(0.1, True),
        "step .4, baseline": learner(0.4, True),
        "step .1 without": learner(0.1, False),
        "step .4 without": learner(0.4, False),
    }
    curves = play(repeat, learners, mean=MEAN)
    picture, axes = canvas("Gradient bandits, with and without a baseline")
    draw_optimal(axes, curves)
    book_line(axes, 84.9, "book 84.9 %", at=0.3)
    book_line(axes, 49, "book 49 %", at=0.3)
    rows = [
        optimal_row("step .1, baseline", curves["step .1, baseline"], 0.849),
        optimal_row("step .1 without", curves["step .1 without"], 0.49, 0.01),
    ]
    return Outcome(picture, rows)
