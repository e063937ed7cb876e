"""Two springs in a grid: values of the optimal policy.

The world is that of example 3.5: one spring pays 10, another pays 5. The discount is 0.9.
"""

from __future__ import annotations

import numpy as np

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, all_to_the_digits, world
from spielfeld.tutorials.figures.four_by_three import beside_the_book, on_map

SOURCE = "example 3.8"
RUNS = 0
QUESTION = "How far must DISCOUNT fall until the spring of 5 has the larger value?"

DISCOUNT = 0.9
SPRINGS_OPTIMAL = np.array(
    [
        [21.977, 24.419, 21.977, 19.419, 17.477],
        [19.780, 21.977, 19.780, 17.802, 16.022],
        [17.802, 19.780, 17.802, 16.022, 14.419],
        [16.022, 17.802, 16.022, 14.419, 12.977],
        [14.419, 16.022, 14.419, 12.977, 11.680],
    ]
)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import policy_iteration

    env = world("spielfeld/JumpGridWorld-v0").unwrapped
    ours = on_map(env, policy_iteration(env.model, DISCOUNT).values)
    picture, _ = beside_the_book("Two springs: best values", ours, SPRINGS_OPTIMAL)
    return Outcome(picture, [all_to_the_digits("the book's 25 values", SPRINGS_OPTIMAL, ours, 3)])
