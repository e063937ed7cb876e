"""Two springs in a grid: values of the random policy.

A spring in the second cell of the first row pays 10 and carries the agent to the last row. A
spring in the fourth cell pays 5 and leads to the third row. A step against the edge costs 1. The
discount is 0.9.
"""

from __future__ import annotations

import numpy as np

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, all_to_the_digits, world
from spielfeld.tutorials.figures.four_by_three import beside_the_book, on_map

SOURCE = "example 3.5"
RUNS = 0
QUESTION = "The first spring pays 10, and its value is 8.8. Which DISCOUNT makes its value 9.5?"

DISCOUNT = 0.9
SPRINGS = np.array(
    [
        [3.309, 8.789, 4.428, 5.322, 1.492],
        [1.522, 2.992, 2.250, 1.908, 0.547],
        [0.051, 0.738, 0.673, 0.358, -0.403],
        [-0.974, -0.435, -0.355, -0.586, -1.183],
        [-1.858, -1.345, -1.229, -1.423, -1.975],
    ]
)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import policy_evaluation, random_policy

    env = world("spielfeld/JumpGridWorld-v0").unwrapped
    ours = on_map(env, policy_evaluation(env.model, random_policy(env.model), DISCOUNT))
    picture, _ = beside_the_book("Two springs: values of random behaviour", ours, SPRINGS)
    return Outcome(picture, [all_to_the_digits("the book's 25 values", SPRINGS, ours, 3)])
