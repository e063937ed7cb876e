"""Grid worlds solved exactly: Russell & Norvig's, and those of chapters 3 and 4."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, all_to_the_digits
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import canvas, number_grid

NAN = np.nan
FOUR_BY_THREE = np.array(
    [
        [0.8516, 0.9078, 0.9578, NAN],
        [0.8016, NAN, 0.7003, NAN],
        [0.7453, 0.6953, 0.6514, 0.4279],
    ]
)
SPRINGS = np.array(
    [
        [3.309, 8.789, 4.428, 5.322, 1.492],
        [1.522, 2.992, 2.250, 1.908, 0.547],
        [0.051, 0.738, 0.673, 0.358, -0.403],
        [-0.974, -0.435, -0.355, -0.586, -1.183],
        [-1.858, -1.345, -1.229, -1.423, -1.975],
    ]
)
SPRINGS_OPTIMAL = np.array(
    [
        [21.977, 24.419, 21.977, 19.419, 17.477],
        [19.780, 21.977, 19.780, 17.802, 16.022],
        [17.802, 19.780, 17.802, 16.022, 14.419],
        [16.022, 17.802, 16.022, 14.419, 12.977],
        [14.419, 16.022, 14.419, 12.977, 11.680],
    ]
)
CORNERS = np.array([[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14]])
THREE_SWEEPS = [-2.4375, -2.9375, -3.0]  # beside a corner, next to that, and one more


def four_by_three(repeat: Repeat) -> Outcome:
    """The best that can be expected from each cell, by value iteration.

    A step goes where it is meant to with a chance of 80 %, and to either side with 10 %. It costs
    0.04, but a step into an end pays 1 or -1 instead.
    """
    from spielfeld.agents.planning import value_iteration

    env = world("spielfeld/RussellNorvig4x3-v0").unwrapped
    ours = on_map(env, value_iteration(env.model, 1.0, tolerance=1e-12).values)
    ours[np.isnan(FOUR_BY_THREE)] = NAN
    picture, panels = beside_the_book("The 4x3 world: best values", ours, FOUR_BY_THREE, "{:.4f}")
    for axes in panels:
        for (row, column), mark in {(0, 3): "+1", (1, 3): "-1", (1, 1): "wall"}.items():
            axes.text(column, row, mark, ha="center", va="center")
    known = ~np.isnan(FOUR_BY_THREE)
    difference = all_to_the_digits("the book's 9 values", FOUR_BY_THREE[known], ours[known], 4)
    return Outcome(picture, [difference])


def springs(repeat: Repeat) -> Outcome:
    """What random behaviour earns where two springs pay, and bumping into the edge costs 1.

    Whoever stands on the spring in the second cell of the first row is paid 10 and carried to the
    last row; the one in the fourth cell pays 5 and leads to the third row. Discount 0.9.
    """
    from spielfeld.agents.planning import policy_evaluation, random_policy

    env = world("spielfeld/JumpGridWorld-v0").unwrapped
    ours = on_map(env, policy_evaluation(env.model, random_policy(env.model), 0.9))
    picture, _ = beside_the_book("Two springs: values of random behaviour", ours, SPRINGS)
    return Outcome(picture, [all_to_the_digits("the book's 25 values", SPRINGS, ours, 3)])


def springs_optimal(repeat: Repeat) -> Outcome:
    """What the best behaviour earns between the two springs of example 3.5."""
    from spielfeld.agents.planning import policy_iteration

    env = world("spielfeld/JumpGridWorld-v0").unwrapped
    ours = on_map(env, policy_iteration(env.model, 0.9).values)
    picture, _ = beside_the_book("Two springs: best values", ours, SPRINGS_OPTIMAL)
    return Outcome(picture, [all_to_the_digits("the book's 25 values", SPRINGS_OPTIMAL, ours, 3)])


def corners(repeat: Repeat) -> Outcome:
    """How many steps random behaviour takes to a corner, as sweeps of policy evaluation learn it.

    Each step costs 1; two corners end the walk. After k sweeps a number is what the next k steps
    cost; after endlessly many it is what all of them do. Here the last are solved for exactly.
    """
    from spielfeld.agents.planning import policy_evaluation, random_policy

    model = (env := world("spielfeld/CornerGridWorld-v0").unwrapped).model
    sweeps = (0, 1, 2, 3, 10, None)
    ours = [on_map(env, policy_evaluation(model, random_policy(model), horizon=k)) for k in sweeps]
    picture, panels = canvas("Two corners: values of random behaviour", 2, 3, 5.6)
    for axes, values, k in zip(panels.flat, ours, sweeps, strict=True):
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


def beside_the_book(title: str, ours: Array, book: Array, form: str = "{:.3f}") -> tuple[Any, Any]:
    """Draw two tables of numbers beside each other."""
    picture, panels = canvas(title, 1, 2, 0.5 + 3.9 * len(ours) / len(ours[0]))
    for axes, name, values in zip(panels, ("ours", "book"), (ours, book), strict=True):
        number_grid(axes, values, form)
        axes.set_title(name)
    return picture, panels


def on_map(env: Any, values: Array) -> Array:
    """Put the values of states where their cells are; NaN for walls. Shape [rows, columns]."""
    from spielfeld.experiments import pictures

    return pictures.on_map(env.grid_states, 0, values)
