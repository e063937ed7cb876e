"""Bandits: optimistic initial values against random exploration.

Estimates begin at 5, which is more than any arm pays. The other agent explores in a tenth of all
steps. Both have the step size 0.1. The optimistic agent is disappointed by every arm, so it tries
all of them early. The book prints the curves without numbers.
"""

from __future__ import annotations

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, canvas
from spielfeld.tutorials.figures.ten_armed_testbed import draw_optimal, explorer, optimal_row, play

SOURCE = "figure 2.3"
RUNS = 2_000
QUESTION = "Is an initial value of 1 enough? Change INITIAL_VALUE."

INITIAL_VALUE = 5.0


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.bandit import OptimisticBandit, OptimisticConfig

    curves = play(
        repeat,
        {
            "optimistic": OptimisticBandit(OptimisticConfig(initial_value=INITIAL_VALUE)),
            "explore .1": explorer(0.1, learning_rate=0.1, learning_rate_decay=0.0),
        },
    )
    picture, axes = canvas("Optimistic values instead of exploration")
    draw_optimal(axes, curves)
    return Outcome(picture, [optimal_row(name, one, None) for name, one in curves.items()])
