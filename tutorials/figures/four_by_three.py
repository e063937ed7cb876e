"""The 4x3 world: the best value of each cell.

Value iteration computes the best expected return from each cell. A step goes in the chosen
direction with probability 0.8, and to either side with probability 0.1 each. A step costs 0.04;
a step into an end cell pays 1 or -1 instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.protocols import OnMap
from spielfeld.tutorials.figures.drawing import (
    Outcome,
    Repeat,
    all_to_the_digits,
    canvas,
    number_grid,
    world,
)

SOURCE = "Russell & Norvig, 4th edition, figure 16.3"
RUNS = 0
QUESTION = "Lower DISCOUNT from 1.0 to 0.5. Which cells lose most of their value?"

DISCOUNT = 1.0
NAN = np.nan
FOUR_BY_THREE = np.array(
    [
        [0.8516, 0.9078, 0.9578, NAN],
        [0.8016, NAN, 0.7003, NAN],
        [0.7453, 0.6953, 0.6514, 0.4279],
    ]
)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import value_iteration

    env = world("spielfeld/RussellNorvig4x3-v0").unwrapped
    ours = on_map(env, value_iteration(env.model, DISCOUNT, tolerance=1e-12).values)
    ours[np.isnan(FOUR_BY_THREE)] = NAN
    picture, panels = beside_the_book("The 4x3 world: best values", ours, FOUR_BY_THREE, "{:.4f}")
    for axes in panels:
        for (row, column), mark in {(0, 3): "+1", (1, 3): "-1", (1, 1): "wall"}.items():
            axes.text(column, row, mark, ha="center", va="center")
    known = ~np.isnan(FOUR_BY_THREE)
    difference = all_to_the_digits("the book's 9 values", FOUR_BY_THREE[known], ours[known], 4)
    return Outcome(picture, [difference])


def beside_the_book(title: str, ours: Array, book: Array, form: str = "{:.3f}") -> tuple[Any, Any]:
    """Draw our table of numbers and the book's, side by side."""
    picture, panels = canvas(title, 1, 2, 0.5 + 3.9 * len(ours) / len(ours[0]))
    for axes, name, values in zip(panels, ("ours", "book"), (ours, book), strict=True):
        number_grid(axes, values, form)
        axes.set_title(name)
    return picture, panels


def on_map(env: OnMap, values: Array) -> Array:
    """Return the values of states at their cells; NaN for walls. Shape [rows, columns]."""
    from spielfeld.experiments import pictures

    return pictures.on_map(env.grid_states, 0, values)
