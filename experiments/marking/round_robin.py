"""Round robin: every pair of players plays every opening from both seats; then their strengths.

The strength model is that of Bradley & Terry (1952), "Rank analysis of incomplete block designs". A
draw is half a point. The mean points of the first of two players are:

    mean points = strength_1 / (strength_1 + strength_2)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules
from spielfeld.experiments.board_play.match import Player

PER_DECADE = 400.0  # points of Elo by which strengths differ tenfold
DRAWN = 1.0  # prior draws between any two, which keep all strengths finite
RESAMPLES = 500

Tell = Callable[[int, int], None]  # how many pairs have played, of how many


class Strength(NamedTuple):
    """Strength of a player relative to the mean of all, in Elo points, and its 95 % interval."""

    name: str
    points: float
    low: float
    high: float


def openings(rules: Rules) -> list[Position]:
    """Return every position after two moves; Connect Four has 49."""
    first = Position(rules)
    return [first.play(a).play(b) for a in first.legal_actions for b in first.play(a).legal_actions]


def last_position(first: Player, second: Player, opening: Position) -> Position:
    """Play an opening to its end."""
    position = opening
    while not position.over:
        position = position.play((first, second)[position.mover].choose(position))
    return position


def play(first: Player, second: Player, opening: Position) -> float:
    """Play an opening to its end; return the points of the first player: 1, 1/2 or 0."""
    winner = last_position(first, second, opening).winner
    return 0.5 if winner is None else float(winner == 0)


def round_robin(players: Sequence[Player], rules: Rules, tell: Tell | None = None) -> Array:
    """Let each pair of players play all openings from both seats.

    Returns:
        Points of the first player, nan against itself. Shape [openings, players, players]: the
        first player, then the second player.
    """
    starts, count = openings(rules), len(players)
    points = np.full((len(starts), count, count), np.nan)
    pairs = list(itertools.permutations(range(count), 2))
    for done, (first, second) in enumerate(pairs, start=1):
        for k, opening in enumerate(starts):
            points[k, first, second] = play(players[first], players[second], opening)
        if tell:
            tell(done, len(pairs))
    return points


def strengths(names: Sequence[str], points: Array, seed: int = 0) -> list[Strength]:
    """Return the strengths that make the points most likely, with bootstrapped intervals.

    Args:
        names: Names of the players.
        points: As `round_robin` returns them.
        seed: Seed of the bootstrap, which draws openings with replacement.
    """
    generator = np.random.default_rng(seed)
    found = bradley_terry(points)
    again = np.array([
        bradley_terry(points[generator.integers(len(points), size=len(points))])
        for _ in range(RESAMPLES)
    ])  # fmt: skip
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    rows = zip(names, found, low, high, strict=True)
    return [Strength(name, *map(float, numbers)) for name, *numbers in rows]


def bradley_terry(points: Array, rounds: int = 200) -> Array:
    """Return strengths in points of Elo around a mean of 0, [players].

    strength_i <- points_i / sum over opponents j of games_ij / (strength_i + strength_j)
    (Hunter, 2004, "MM algorithms for generalized Bradley-Terry models", equation 3)
    """
    apart = 1 - np.eye(points.shape[1])
    won = np.nansum(points, axis=0) + np.nansum(1 - points, axis=0).T + DRAWN / 2 * apart
    games, strength = won + won.T, np.ones(len(won))
    for _ in range(rounds):
        strength = won.sum(axis=1) / (games / (strength[:, None] + strength)).sum(axis=1)
        strength /= np.exp(np.log(strength).mean())
    elo: Array = PER_DECADE * np.log10(strength)
    return elo
