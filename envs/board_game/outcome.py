"""Exact result of a move under perfect play, in stones and in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.position import Position

Numbers = npt.NDArray[np.float64]  # [actions], nan for unknown

OUTCOMES = {1: "win", 0: "draw", -1: "loss"}


def stones_to_go(position: Position, scores: Numbers) -> Numbers:
    """Return the number of the stone that ends the game, counted from this position.

    A score counts the stones that the winner has left, with the winning stone. If m cells are
    free, the side to move has (m + 1) // 2 stones left. The other side has m // 2.

    Args:
        position: The position in which the moves are possible.
        scores: Score of each action for the side to move, from the solver; nan if illegal.
            Shape [actions].

    Returns:
        One number for each action: n for a win with the n-th stone of its side. A loss to the
        n-th stone of the other side is -n, a draw 0, an illegal action nan. Shape [actions].
    """
    left = position.rules.cells - position.plies
    stones = np.where(scores > 0, (left + 1) // 2, left // 2)
    ends: Numbers = np.sign(scores) * (stones + 1 - np.abs(scores))
    return ends


def outcome_words(stones: float) -> str:
    """Return "win in 3", "draw" or "loss in 5" for a number of `stones_to_go`; "" for nan."""
    if np.isnan(stones):
        return ""
    word = OUTCOMES[int(np.sign(stones))]
    return f"{word} in {abs(stones):.0f}" if stones else word
