"""Bandits: upper confidence bounds against random exploration.

The agent pulls the arm with the highest upper confidence bound, with c = 2. Arms that were never
pulled come first. The spike in step 11 appears when every arm was pulled once.
"""

from __future__ import annotations

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, book_line, canvas
from spielfeld.tutorials.figures.ten_armed_testbed import (
    draw_optimal,
    draw_reward,
    explorer,
    optimal_row,
    play,
)

SOURCE = "figure 2.4"
RUNS = 2_000
QUESTION = "What becomes of the curve with c = 0.1, and with c = 10? Change CONFIDENCE."

CONFIDENCE = 2.0


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.bandit import UpperConfidenceBandit, UpperConfidenceConfig

    confident = UpperConfidenceBandit(UpperConfidenceConfig(confidence=CONFIDENCE))
    curves = play(repeat, {"UCB": confident, "explore .1": explorer(0.1)})
    picture, (left, right) = canvas("Upper confidence bounds", 2, 1, 6.4, sharex=True)
    draw_reward(left, curves)
    left.set_xlabel("")
    draw_optimal(right, curves)
    book_line(right, 85.5, "book 85.5 %", at=0.4)
    return Outcome(picture, [optimal_row("UCB", curves["UCB"], 0.855)])
