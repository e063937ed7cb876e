"""Shares of correct moves of a player, by the scores of the solver."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.board_play.match import Player
from spielfeld.experiments.marking.positions import LabelledPositions, keeps_value


class Mark(NamedTuple):
    """A player in positions of one class.

    Args:
        name: Name of the class.
        positions: Number of positions.
        keeps: Share of moves that keep the value: a won position stays won, a draw stays a draw.
        best: Share of moves that win as soon, or lose as late, as possible.
        random_keeps: Exact expected share of a random player.
        random_best: Exact expected share of a random player.
    """

    name: str
    positions: int
    keeps: float
    best: float
    random_keeps: float
    random_best: float


def mark(player: Player, positions: LabelledPositions) -> tuple[list[Mark], float]:
    """Let a player move once in every position.

    Returns:
        A mark for each class and one for all, and the median seconds of a move.

    Raises:
        ValueError: If the player makes an illegal move; says which and where.
    """
    actions, seconds = np.empty(len(positions), np.int64), np.empty(len(positions))
    for k, position in enumerate(positions):
        began = time.perf_counter()
        actions[k] = player.choose(position)
        seconds[k] = time.perf_counter() - began
        if actions[k] not in position.legal_actions:
            raise ValueError(f"{player.name} plays {actions[k]} in\n{position}")
    keeps = keeps_value(positions.scores)
    best = positions.scores == np.nanmax(positions.scores, axis=1, keepdims=True)
    legal = ~np.isnan(positions.scores)
    groups = [(name, positions.kinds == k) for k, name in enumerate(positions.names)]
    if len(groups) > 1:
        groups.append(("all", np.ones(len(positions), bool)))
    marks = [
        Mark(name, int(group.sum()), *_shares(keeps, best, actions, legal, group))
        for name, group in groups
    ]
    return marks, float(np.median(seconds))


def _shares(keeps: Array, best: Array, actions: Array, legal: Array, group: Array) -> list[float]:
    """Return the shares of correct moves of the player and of a random player."""
    rows = np.flatnonzero(group)
    own = [right[rows, actions[rows]].mean() for right in (keeps, best)]
    random = [(right[rows].sum(axis=1) / legal[rows].sum(axis=1)).mean() for right in (keeps, best)]
    return [float(share) for share in own + random]
