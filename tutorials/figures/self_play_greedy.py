"""Tic-tac-toe by self-play: a greedy learner looks perfect to itself.

The learner is TD(0) on afterstates without symmetries. The step size is 0.5, and every position has
the value 0.5 at first. The greedy player soon draws every game against itself, so it learns nothing
more. It plays badly in positions that it has never seen, and an opponent can beat it. The second
panel counts all 4,520 positions. The third panel checks every game that an opponent may play from
either seat. Both are proofs, not samples. The initial value 0, that of a draw, makes more ties: the
greedy player tries more moves and becomes better.
"""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas, lines, world

SOURCE = "exercises 1.1 and 1.3"
RUNS = 20
QUESTION = 'How much exploration is enough? Change the 0.1 of "greedy 9 of 10" to 0.01.'

GAMES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)  # total games at each evaluation
BEHAVIOURS = {"random": 1.0, "greedy 9 of 10": 0.1, "greedy": 0.0}
PANELS = (
    "greedy games against itself\nthat are drawn, %",
    "positions in which it\nplays perfectly, %",
    "learners that no opponent\ncan beat, %",
)


def looked_at(seed: int, exploration_rate: float) -> Array:
    """Return the three percentages at each number of games. Shape [evaluations, 3]."""
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


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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
    what = (
        "games drawn against itself",
        "positions played perfectly",
        "learners that no opponent can beat",
    )
    for name, looks in zip(BEHAVIOURS, measured, strict=True):
        last = looks[:, -1]
        errors = last.std(axis=0, ddof=1) / np.sqrt(len(last))
        rows += [Row(f"{name}: {label}, %", None, mean, error) for label, mean, error in
                 zip(what, last.mean(axis=0).tolist(), errors.tolist(), strict=True)]  # fmt: skip
    return Outcome(picture, rows)
