"""Cliff walking: three methods that differ in their target (chapter 6)."""

from __future__ import annotations

from typing import Any

from experiments.figures.outcome import Outcome, estimate
from experiments.figures.repeat import Repeat, world
from experiments.figures.style import book_line, canvas, lines
from learning.batch import Array

# Mean online return in episodes 401 to 500, and its standard error.
PUBLISHED = {"SARSA": (-27.1, 0.2), "Q-learning": (-50.0, 0.2), "Expected SARSA": (-20.9, 0.1)}
SETTINGS = {
    "learning_rate_decay": 0.0, "discount": 1.0,
    "exploration_rate": 0.1, "final_exploration_rate": 0.1,
}  # fmt: skip


def methods() -> dict[str, Any]:
    """Return the classes of the three methods."""
    from agents import ExpectedSarsa, QLearning, Sarsa

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
