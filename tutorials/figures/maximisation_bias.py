"""Maximisation bias: Q-learning and Double Q-learning.

Going right pays 0. Going left leads to ten actions with rewards from N(-0.1, 1), so left is worse.
The largest of ten estimates stays above 0 for long, and Q-learning uses it as target. Double
Q-learning chooses the action by one table and takes its value from the other. Step size and
exploration rate are 0.1, so 5 % is the least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    Outcome,
    Repeat,
    Row,
    book_line,
    book_point,
    canvas,
    estimate,
    lines,
    world,
)

if TYPE_CHECKING:
    from spielfeld.agents import DoubleQLearning, QLearning

SOURCE = "figure 6.5"
RUNS = 10_000
QUESTION = "Where does the least possible share move if EXPLORATION_RATE is 0.5?"

EXPLORATION_RATE = 0.1
EPISODES = 300


def went_left(seed: int, learner: type[QLearning] | type[DoubleQLearning]) -> Array:
    """Return whether each episode's first step went left (100) or not (0). Shape [episodes]."""
    config = learner.config_class(
        learning_rate=0.1, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=EXPLORATION_RATE, final_exploration_rate=EXPLORATION_RATE,
    )  # fmt: skip
    env = world("spielfeld/MaximisationBias-v0")
    lengths = learner(config, seed).learn_episodes(env, EPISODES)["episode_length"]
    left: Array = np.where(lengths == 2, 100.0, 0.0)  # right ends at once
    return left


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents import DoubleQLearning, QLearning

    simple, double = repeat(went_left, [(QLearning,), (DoubleQLearning,)])
    curve = simple.mean(axis=0)
    peak = int(curve.argmax())
    picture, axes = canvas("Maximisation bias: how often left, the worse way, is taken")
    axes.set(xlabel="episode", ylabel="first step to the left in %", xlim=(1, EPISODES))
    axes.set_ylim(0, 100)
    curves = {"Q-learning": curve, "Double Q": double.mean(axis=0)}
    lines(axes, range(1, EPISODES + 1), curves)
    for place, share, label in ((23, 94, "book: 94 %"), (EPISODES, 12, ""), (EPISODES, 6.8, "")):
        book_point(axes, place, share, label)
    book_line(axes, 5, "least possible: 5 %")
    return Outcome(
        picture,
        [
            estimate("Q-learning at its peak, % left", 94, simple[:, peak]),
            Row("episode of the peak", 23, peak + 1, band=5),
            estimate("Q-learning in episode 300, % left", 12, simple[:, -1]),
            estimate("Double Q-learning in episode 300, % left", 6.8, double[:, -1]),
        ],
    )
