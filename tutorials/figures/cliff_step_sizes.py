"""Cliff walking: early and late returns over step sizes.

The curves show mean returns of the first 100 episodes and of the first 5,000. In the cliff world
only the agent is random. The target of Expected SARSA averages over the agent's actions, so every
step size works. SARSA ends well only with a small step size. The book's long runs have 100,000
episodes, and it prints the curves without numbers.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.cliff import PUBLISHED, returns
from spielfeld.tutorials.figures.drawing import (
    COLOURS,
    Outcome,
    Repeat,
    canvas,
    estimate,
    name_ends,
)

SOURCE = "figure 6.3"
RUNS = 50
QUESTION = "Which method is ahead after 20 episodes, and at which step size? Change EARLY."

STEP_SIZES = [round(0.1 + 0.05 * k, 2) for k in range(19)]
EARLY, LATE = 100, 5_000  # episodes


def early_and_late(seed: int, method: str, learning_rate: float) -> Array:
    """Return the mean return of the first 100 episodes, and of the first 5,000."""
    earned = returns(seed, method, learning_rate, LATE)
    return np.array([earned[:EARLY].mean(), earned.mean()])


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    settings = [(name, step) for name in PUBLISHED for step in STEP_SIZES]
    found = repeat(early_and_late, settings)
    means = np.array([one.mean(axis=0) for one in found]).reshape(3, len(STEP_SIZES), 2)
    picture, axes = canvas("Cliff walking: returns over step sizes", height=5.0)
    axes.set(xlabel="step size", ylabel="mean return of an episode", ylim=(-160, 0))
    for k, name in enumerate(PUBLISHED):
        for part, (episodes, style) in enumerate(((EARLY, (0, (2, 1.5))), (LATE, "-"))):
            label = f"{name}, {episodes:,}"
            axes.plot(
                STEP_SIZES, means[k, :, part], color=COLOURS[k], ls=style, marker=".", label=label
            )
    axes.grid(alpha=0.3)
    name_ends(axes)
    best = means.argmax(axis=1)
    rows = []
    for k, name in enumerate(PUBLISHED):
        for part, episodes in enumerate((EARLY, LATE)):
            at = int(best[k, part])
            samples = found[k * len(STEP_SIZES) + at][:, part]
            what = f"{name}, best return over {episodes:,}, at step size {STEP_SIZES[at]}"
            rows.append(estimate(what, None, samples))
    return Outcome(picture, rows)
