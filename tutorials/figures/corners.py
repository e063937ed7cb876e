"""Two corners to reach: policy evaluation, sweep by sweep.

The numbers are values of the random policy. Each step costs 1, and either of two corners ends the
episode. After k sweeps a value is the expected cost of the next k steps. The last panel is solved
exactly.
"""

from __future__ import annotations

import numpy as np

from spielfeld.tutorials.figures.drawing import (
    Outcome,
    Repeat,
    all_to_the_digits,
    canvas,
    number_grid,
    world,
)
from spielfeld.tutorials.figures.four_by_three import on_map

SOURCE = "example 4.1"
RUNS = 0
QUESTION = "How many sweeps bring every value within 1 of the end? Change the 10 in SWEEPS."

SWEEPS = (0, 1, 2, 3, 10, None)  # None: until nothing changes
CORNERS = np.array([[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14]])
THREE_SWEEPS = [-2.4375, -2.9375, -3.0]  # 1, 2 and 3 cells from a corner


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import policy_evaluation, random_policy

    model = (env := world("spielfeld/CornerGridWorld-v0").unwrapped).model
    ours = [on_map(env, policy_evaluation(model, random_policy(model), horizon=k)) for k in SWEEPS]
    picture, panels = canvas("Two corners: values of random behaviour", 2, 3, 5.6)
    for axes, values, k in zip(panels.flat, ours, SWEEPS, strict=True):
        number_grid(axes, values, "{:.2f}", vmin=-22, vmax=0)
        axes.set_title("in the end" if k is None else f"after {k} sweeps", fontsize=10)
    final, book = ours[-1], np.vstack([CORNERS, CORNERS[0, ::-1]])
    return Outcome(
        picture,
        [
            all_to_the_digits("the book's values after 3 sweeps", THREE_SWEEPS, ours[3][0, 1:], 4),
            all_to_the_digits("the book's 16 values in the end", book, final, 1),
        ],
    )
