"""Cliff walking: three methods that differ in their target (chapter 6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, estimate
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import COLOURS, book_line, canvas, lines, name_ends

# Mean online return in episodes 401 to 500, and its standard error.
PUBLISHED = {"SARSA": (-27.1, 0.2), "Q-learning": (-50.0, 0.2), "Expected SARSA": (-20.9, 0.1)}
STEP_SIZES = [round(0.1 + 0.05 * k, 2) for k in range(19)]
EARLY, LATE = 100, 5_000  # episodes
SETTINGS = {
    "learning_rate_decay": 0.0, "discount": 1.0,
    "exploration_rate": 0.1, "final_exploration_rate": 0.1,
}  # fmt: skip


def methods() -> dict[str, Any]:
    """Return the classes of the three methods."""
    from spielfeld.agents import ExpectedSarsa, QLearning, Sarsa

    return {"SARSA": Sarsa, "Q-learning": QLearning, "Expected SARSA": ExpectedSarsa}


def returns(seed: int, method: str, learning_rate: float, episodes: int) -> Array:
    """Return what each episode earned while the agent explored. Shape [episodes]."""
    learner = methods()[method]
    config = learner.config_class(learning_rate=learning_rate, **SETTINGS)
    env = world("spielfeld/CliffWalking-v0", time_limit=0)
    earned: Array = learner(config, seed).learn_episodes(env, episodes)["episode_return"]
    return earned


def cliff(repeat: Repeat) -> Outcome:
    """Returns of the first 500 episodes, while a tenth of all actions is random.

    Q-learning learns the short way along the cliff, from which exploration falls; SARSA and
    Expected SARSA, which know that they explore, keep away from it. Step size 0.5, discount 1; no
    time limit. The numbers are means over the episodes 401 to 500.
    """
    found = repeat(returns, [(name, 0.5, 500) for name in PUBLISHED])
    curves = dict(zip(PUBLISHED, found, strict=True))
    picture, axes = canvas("Cliff walking: the return of an episode while learning (means of ten)")
    axes.set(xlabel="episode", ylabel="return of an episode", xlim=(1, 500), ylim=(-100, 0))
    tens = {name: curve.mean(axis=0).reshape(-1, 10).mean(axis=1) for name, curve in curves.items()}
    lines(axes, range(5, 505, 10), tens)
    rows = []
    for name, (published, error) in PUBLISHED.items():
        book_line(axes, published, f"book {published}", at=0.3)
        rows.append(estimate(f"{name}, return", published, curves[name][:, 400:].mean(1), error))
    return Outcome(picture, rows)


def early_and_late(seed: int, method: str, learning_rate: float) -> Array:
    """Return the mean return of the first 100 episodes, and of the first 5,000."""
    earned = returns(seed, method, learning_rate, LATE)
    return np.array([earned[:EARLY].mean(), earned.mean()])


def cliff_step_sizes(repeat: Repeat) -> Outcome:
    """Mean returns of the first 100 episodes and of the first 5,000, over step sizes.

    Nothing in the cliff world is random but the agent, so Expected SARSA, whose target averages
    over what the agent might do, can take any step size; SARSA must learn slowly to end well. The
    book's long runs are of 100,000 episodes, and it prints the curves without numbers.
    """
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
