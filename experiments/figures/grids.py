"""Grid worlds solved exactly: Russell & Norvig's, and those of chapters 3 and 4."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.figures.outcome import Outcome, all_to_the_digits
from experiments.figures.repeat import Repeat, world
from experiments.figures.style import canvas, number_grid
from learning.batch import Array

NAN = np.nan
FOUR_BY_THREE = np.array(
    [
        [0.8516, 0.9078, 0.9578, NAN],
        [0.8016, NAN, 0.7003, NAN],
        [0.7453, 0.6953, 0.6514, 0.4279],
    ]
)


def four_by_three(repeat: Repeat) -> Outcome:
    """The best that can be expected from each cell, by value iteration.

    A step goes where it is meant to with a chance of 80 %, and to either side with 10 %. It costs
    0.04, but a step into an end pays 1 or -1 instead.
    """
    from agents.planning import value_iteration

    env = world("spielfeld/RussellNorvig4x3-v0").unwrapped
    ours = on_map(env, value_iteration(env.model, 1.0, tolerance=1e-12).values)
    ours[np.isnan(FOUR_BY_THREE)] = NAN
    picture, panels = canvas("The 4x3 world: values of the best policy", 1, 2, 3.2)
    for axes, title, values in zip(panels, ("ours", "book"), [ours, FOUR_BY_THREE], strict=True):
        number_grid(axes, values, "{:.4f}")
        for (row, column), mark in {(0, 3): "+1", (1, 3): "-1", (1, 1): "wall"}.items():
            axes.text(column, row, mark, ha="center", va="center")
        axes.set_title(title)
    known = ~np.isnan(FOUR_BY_THREE)
    what = "the book's 9 values"
    return Outcome(picture, [all_to_the_digits(what, FOUR_BY_THREE[known], ours[known], 4)])


def on_map(env: Any, values: Array) -> Array:
    """Put the values of states where their cells are; NaN for walls. Shape [rows, columns]."""
    from experiments.pictures import on_map

    return on_map(env.grid_states, 0, values)
