"""Greedy self-play (Sutton & Barto, exercises 1.1 and 1.3)."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, Row
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import canvas, lines

GAMES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)  # between looks at the learner
BEHAVIOURS = {"random": 1.0, "greedy 9 of 10": 0.1, "greedy": 0.0}
PANELS = (
    "greedy games against itself\nthat are drawn, %",
    "positions in which it\nplays perfectly, %",
    "learners that no opponent\ncan beat, %",
)


def looked_at(seed: int, exploration_rate: float) -> Array:
    """Return the three percentages after each number of games. Shape [looks, 3]."""
    from spielfeld.agents.self_play import AfterstateLearner, SelfPlayConfig
    from spielfeld.agents.self_play.proof import drawn_against_itself, never_loses, share_of_optimal

    settings = SelfPlayConfig(
        learning_rate=0.5, exploration_rate=exploration_rate, symmetries=False, initial_value=0.5
    )
    learner, looks = AfterstateLearner(settings, seed), []
    for games in np.diff(GAMES, prepend=0).tolist():
        learner.learn_episodes(world("spielfeld/TicTacToe-v0"), games)
        looks.append([look(learner) for look in
                      (drawn_against_itself, share_of_optimal, never_loses)])  # fmt: skip
    return 100.0 * np.array(looks, float)


def self_play_greedy(repeat: Repeat) -> Outcome:
    """What a player learns at tic-tac-toe by playing itself, and how that looks from inside.

    TD on afterstates without symmetries; step size 0.5, every position worth 0.5 at first. Who
    plays what seems best soon draws every game against itself, and nothing is left to learn from:
    what it has never seen it plays badly, and somebody can beat it. The second panel counts all
    4,520 positions, the third looks at every game that an opponent may play from either seat; both
    are proofs, not samples. With 0 at first, which is what a draw is worth, ties keep the greedy
    player curious, and it fares better; but it has no reason to.
    """
    measured = repeat(looked_at, [(rate,) for rate in BEHAVIOURS.values()])
    title = "Tic-tac-toe by self-play: how it looks from inside, and how it is"
    picture, panels = canvas(title, len(PANELS), height=8.7, sharex=True)
    rows = []
    for k, (axes, label) in enumerate(zip(panels, PANELS, strict=True)):
        axes.set(xscale="log", ylabel=label, xlim=(GAMES[0], GAMES[-1]), ylim=(-4, 104))
        curves = {name: looks[:, :, k].mean(axis=0)
                  for name, looks in zip(BEHAVIOURS, measured, strict=True)}  # fmt: skip
        lines(axes, GAMES, curves)
    panels[-1].set_xlabel("games against itself")
    what = ("games drawn against itself", "positions played perfectly", "learners nobody can beat")
    for name, looks in zip(BEHAVIOURS, measured, strict=True):
        last = looks[:, -1]
        errors = last.std(axis=0, ddof=1) / np.sqrt(len(last))
        rows += [Row(f"{name}: {label}, %", None, mean, error) for label, mean, error in
                 zip(what, last.mean(axis=0).tolist(), errors.tolist(), strict=True)]  # fmt: skip
    return Outcome(picture, rows)
