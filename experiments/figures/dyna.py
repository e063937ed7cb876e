"""Planning and learning: Dyna-Q in mazes (chapter 8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, estimate, to_the_digits
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import book_point, canvas, lines

EPISODES = 50
MAZE: dict[str, Any] = {"name": "spielfeld/DynaMaze-v0", "time_limit": 0}
PUBLISHED = {0: 138.0, 5: 17.0, 50: 16.6}  # steps of episode 10
FIRST_EPISODE = 868.7


def steps(seed: int, planning_steps: int) -> Array:
    """Return how long each of the first 50 episodes was. Shape [episodes]."""
    from spielfeld.agents import DynaQ, DynaQConfig

    config = DynaQConfig(
        planning_steps=planning_steps, learning_rate=0.1, learning_rate_decay=0.0,
        discount=0.95, exploration_rate=0.1, final_exploration_rate=0.1,
    )  # fmt: skip
    lengths: Array = DynaQ(config, seed).learn_episodes(world(**MAZE), EPISODES)["episode_length"]
    return lengths


def dyna_maze(repeat: Repeat) -> Outcome:
    """Steps of each episode in a maze, with 0, 5 and 50 planning steps after each real one.

    Step size 0.1, discount 0.95, exploration 0.1, values begin at 0, ties are broken at random.
    Until the goal is found for the first time all act alike, at random; that is computed exactly
    as well. The shortest way has 14 steps. The first episode, beyond the top here, is not shown.
    """
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


def rewards(seed: int, learner: Any, kind: str, change: int, end: int, settings: Any) -> Array:
    """Return the reward gathered up to each step in a maze that changes. Shape [steps + 1]."""
    import gymnasium as gym

    from spielfeld.envs.grid_world.changing_maze import changing_maze

    config = learner.config_class(
        discount=0.95, exploration_rate=0.1, final_exploration_rate=0.1, **settings
    )
    agent, goals = learner(config, seed), np.zeros(end + 1)
    for model, budget in zip(changing_maze(kind), (change, end - change), strict=True):
        env = gym.make("spielfeld/Tabular-v0", model=model)
        goals[agent.learn(env, budget)["samples"].astype(int)] = 1.0  # each goal pays 1
    return goals.cumsum()


def blocking_maze(repeat: Repeat) -> Outcome:
    """Reward gathered in a maze whose short way closes after 1,000 steps, while a long one opens.

    Dyna-Q must stumble upon the new way; Dyna-Q+ is curious about what it has not tried for long.
    The book prints the curves without numbers, and leaves the settings open; here: 50 planning
    steps, step size 1, bonus weight 0.001, discount 0.95, exploration 0.1.
    """
    return changing(repeat, "blocking", 1_000, 3_000)


def shortcut_maze(repeat: Repeat) -> Outcome:
    """Reward gathered in a maze where a shorter way opens after 3,000 steps.

    Nothing is wrong with the old way, so Dyna-Q hardly ever finds the new one. Settings as in the
    blocking maze.
    """
    return changing(repeat, "shortcut", 3_000, 6_000)


def changing(repeat: Repeat, kind: str, change: int, end: int) -> Outcome:
    """Draw both learners in a maze that changes."""
    from spielfeld.agents import DynaQ, DynaQPlus

    settings = {"planning_steps": 50, "learning_rate": 1.0, "learning_rate_decay": 0.0}
    plain, curious = repeat(
        rewards,
        [
            (DynaQ, kind, change, end, settings),
            (DynaQPlus, kind, change, end, {**settings, "bonus_weight": 0.001}),
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
