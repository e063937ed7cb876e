"""Dyna-Q+: a short way closes, and a long one opens.

The short way closes after 1,000 steps. Dyna-Q finds the new way by random exploration alone.
Dyna-Q+ adds a bonus for actions that it has not tried for long. The book prints the curves without
numbers and leaves the settings open. Here: 50 planning steps, step size 1, bonus weight 0.001,
discount 0.95, exploration rate 0.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, canvas, estimate, lines

if TYPE_CHECKING:
    from spielfeld.agents import DynaQ

SOURCE = "figure 8.4"
RUNS = 200
QUESTION = "Can an agent be too curious? Change BONUS_WEIGHT to 0.1."

BONUS_WEIGHT = 0.001


def rewards(
    seed: int, learner: type[DynaQ], kind: str, change: int, end: int, settings: Mapping[str, float]
) -> Array:
    """Return the sum of rewards up to each step in a changing maze. Shape [steps + 1]."""
    import gymnasium as gym

    from spielfeld.envs.grid_world.changing_maze import changing_maze

    config = learner.config_class(
        discount=0.95, exploration_rate=0.1, final_exploration_rate=0.1, **settings
    )
    agent, goals = learner(config, seed), np.zeros(end + 1)
    for model, budget in zip(changing_maze(kind), (change, end - change), strict=True):
        env = gym.make("spielfeld/Tabular-v0", model=model)
        goals[agent.learn(env, budget)["samples"].astype(int)] = 1.0  # each goal gives 1
    return goals.cumsum()


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    return changing(repeat, "blocking", 1_000, 3_000)


def changing(repeat: Repeat, kind: str, change: int, end: int) -> Outcome:
    """Return the figure of both learners in a changing maze, and its numbers."""
    from spielfeld.agents import DynaQ, DynaQPlus

    settings = {"planning_steps": 50, "learning_rate": 1.0, "learning_rate_decay": 0.0}
    plain, curious = repeat(
        rewards,
        [
            (DynaQ, kind, change, end, settings),
            (DynaQPlus, kind, change, end, {**settings, "bonus_weight": BONUS_WEIGHT}),
        ],
    )
    picture, axes = canvas(f"The {kind} maze")
    axes.set(xlabel="environment steps", ylabel="reward gathered", xlim=(0, end))
    axes.axvline(change, color="k", lw=1, ls=":")
    curves = {"Dyna-Q+": curious.mean(axis=0), "Dyna-Q": plain.mean(axis=0)}
    axes.set_ylim(0, 1.05 * max(curve[-1] for curve in curves.values()))
    axes.annotate("the maze changes", (change, 0), (4, 6), textcoords="offset points", fontsize=9)
    lines(axes, range(end + 1), curves)
    return Outcome(
        picture,
        [
            estimate("Dyna-Q, reward in the end", None, plain[:, -1]),
            estimate("Dyna-Q+, reward in the end", None, curious[:, -1]),
            estimate("Dyna-Q+ ahead of Dyna-Q, same seeds", None, curious[:, -1] - plain[:, -1]),
        ],
    )
