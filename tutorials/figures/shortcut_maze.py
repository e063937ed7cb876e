"""Dyna-Q+: a shortcut opens, and the bonus finds it.

A shorter way opens after 3,000 steps. The old way stays open, so Dyna-Q hardly ever finds the new
one. The settings are those of the blocking maze.
"""

from __future__ import annotations

from spielfeld.tutorials.figures.blocking_maze import changing
from spielfeld.tutorials.figures.drawing import Outcome, Repeat

SOURCE = "figure 8.5"
RUNS = 200
QUESTION = "Does Dyna-Q find the shortcut in the end? Change END to 20_000."

END = 6_000  # steps


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    return changing(repeat, "shortcut", 3_000, END)
