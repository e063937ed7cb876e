"""Dyna-Q: steps of an episode with 0, 5 and 50 planning steps.

Planning steps follow each real step. Step size 0.1, discount 0.95, exploration rate 0.1; values
begin at 0, and ties are broken at random. Until the first goal all agents act at random. The exact
length of that first episode is also computed. The shortest way has 14 steps. The first episode lies
above the top of this picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    Outcome,
    Repeat,
    book_point,
    canvas,
    estimate,
    lines,
    to_the_digits,
    world,
)

SOURCE = "figure 8.2"
RUNS = 1_000
QUESTION = "The maze has no chance in it. Does planning still help if LEARNING_RATE is 1.0?"

LEARNING_RATE = 0.1
EPISODES = 50
MAZE: dict[str, Any] = {"name": "spielfeld/DynaMaze-v0", "time_limit": 0}
PUBLISHED = {0: 138.0, 5: 17.0, 50: 16.6}  # steps of episode 10
FIRST_EPISODE = 868.7


def steps(seed: int, planning_steps: int) -> Array:
    """Return the length of each of the first 50 episodes. Shape [episodes]."""
    from spielfeld.agents import DynaQ, DynaQConfig

    config = DynaQConfig(
        planning_steps=planning_steps, learning_rate=LEARNING_RATE, learning_rate_decay=0.0,
        discount=0.95, exploration_rate=0.1, final_exploration_rate=0.1,
    )  # fmt: skip
    lengths: Array = DynaQ(config, seed).learn_episodes(world(**MAZE), EPISODES)["episode_length"]
    return lengths


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import expected_steps, random_policy

    found = dict(zip(PUBLISHED, repeat(steps, [(n,) for n in PUBLISHED]), strict=True))
    picture, axes = canvas("Dyna maze: steps of an episode")
    axes.set(xlabel="episode", ylabel="steps", xlim=(2, EPISODES), ylim=(10, 1_000), yscale="log")
    axes.set_yticks(
        [14, 20, 50, 100, 200, 500, 1_000], map(str, [14, 20, 50, 100, 200, 500, 1_000])
    )
    curves = {f"planning {n}": one.mean(axis=0)[1:] for n, one in found.items()}
    lines(axes, range(2, EPISODES + 1), curves)
    book_point(axes, 10, 138, "book 138")
    book_point(axes, 10, 17, "book 17.0 (5) and 16.6 (50)")
    model = world(**MAZE).unwrapped.model
    random = float(model.start @ expected_steps(model, random_policy(model)))
    first = np.concatenate([one[:, 0] for one in found.values()])
    return Outcome(
        picture,
        [
            *(estimate(f"steps of episode 10, planning {n}", published, found[n][:, 9])
              for n, published in PUBLISHED.items()),
            to_the_digits("steps of the first episode, exact", FIRST_EPISODE, random, 1),
            estimate("steps of the first episode, all runs", FIRST_EPISODE, first, 0.0),
        ],
    )  # fmt: skip
