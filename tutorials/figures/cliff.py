"""Cliff walking: returns of SARSA, Q-learning and Expected SARSA while they learn.

An episode's return counts exploration, which is a tenth of all actions. Q-learning learns the short
way along the cliff, where exploration makes it fall. The targets of SARSA and Expected SARSA
include exploration, so both keep away from the edge. The step size is 0.5, the discount is 1, and
there is no time limit. The numbers are means over the episodes 401 to 500.
"""

from __future__ import annotations

from typing import Any

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    Outcome,
    Repeat,
    book_line,
    canvas,
    estimate,
    lines,
    world,
)

SOURCE = "example 6.6"
RUNS = 1_000
QUESTION = "Which method gains most if all explore less? Change EXPLORATION_RATE to 0.01."

EXPLORATION_RATE = 0.1
# Mean online return in episodes 401 to 500, and its standard error.
PUBLISHED = {"SARSA": (-27.1, 0.2), "Q-learning": (-50.0, 0.2), "Expected SARSA": (-20.9, 0.1)}
SETTINGS = {
    "learning_rate_decay": 0.0, "discount": 1.0,
    "exploration_rate": EXPLORATION_RATE, "final_exploration_rate": EXPLORATION_RATE,
}  # fmt: skip


def methods() -> dict[str, Any]:
    """Return the classes of the three methods, by name."""
    from spielfeld.agents import ExpectedSarsa, QLearning, Sarsa

    return {"SARSA": Sarsa, "Q-learning": QLearning, "Expected SARSA": ExpectedSarsa}


def returns(seed: int, method: str, learning_rate: float, episodes: int) -> Array:
    """Return the return of each episode, with exploration. Shape [episodes]."""
    learner = methods()[method]
    config = learner.config_class(learning_rate=learning_rate, **SETTINGS)
    env = world("spielfeld/CliffWalking-v0", time_limit=0)
    earned: Array = learner(config, seed).learn_episodes(env, episodes)["episode_return"]
    return earned


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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
