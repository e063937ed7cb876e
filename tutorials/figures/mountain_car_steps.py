"""Mountain Car: steps of an episode, for three step sizes.

The settings are those of figure 10.1. The book divides its step sizes of 0.1, 0.2 and 0.5 by its
eight tilings; here the tiles share the step size. The book prints the curves without numbers.
"""

from __future__ import annotations

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, canvas, estimate, lines, world
from spielfeld.tutorials.figures.mountain_car import MOUNTAIN, driver

SOURCE = "figure 10.2"
RUNS = 5
QUESTION = "Which step size is too large to learn? Change the 0.5 in STEP_SIZES to 1.0 or 2.0."

CURVE = 500  # number of episodes
STEP_SIZES = (0.5, 0.2, 0.1)


def lengths_of(seed: int, learning_rate: float) -> Array:
    """Return the length of each episode. Shape [episodes]."""
    learner = driver(seed, learning_rate)
    lengths: Array = learner.learn_episodes(world(**MOUNTAIN), CURVE)["episode_length"]
    return lengths


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    found = repeat(lengths_of, [(step,) for step in STEP_SIZES])
    picture, axes = canvas("Mountain Car: steps of an episode (means of five)")
    axes.set(xlabel="episode", ylabel="steps", xlim=(1, CURVE), ylim=(100, 1_000), yscale="log")
    axes.set_yticks([100, 200, 400, 1_000], ["100", "200", "400", "1,000"])
    axes.minorticks_off()
    curves = {
        f"step {k}": one.mean(axis=0).reshape(-1, 5).mean(axis=1)
        for k, one in zip(STEP_SIZES, found, strict=True)
    }
    lines(axes, range(3, CURVE + 3, 5), curves)
    rows = [
        estimate(f"step {k}: mean steps of the last fifth", None, one[:, -CURVE // 5 :].mean(1))
        for k, one in zip(STEP_SIZES, found, strict=True)
    ]
    return Outcome(picture, rows)
