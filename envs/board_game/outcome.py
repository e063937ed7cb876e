"""What perfect play makes of a move, in stones and in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.position import Position

Numbers = npt.NDArray[np.float64]  # [actions], nan where nothing is known

OUTCOMES = {1: "win", 0: "draw", -1: "loss"}


def stones_to_go(position: Position, scores: Numbers) -> Numbers:
    """Return with which stone a game ends, from here on.

    A score counts the stones that the winner has left, the winning one included: with m cells free,
    the side to move has (m + 1) // 2 of them, the other side m // 2.

    Args:
        position: Where the moves may be played.
        scores: Of each action for the side to move, as the solver gives them; nan if illegal.
            Shape [actions].

    Returns:
        n if an action wins with the n-th stone of its side, -n if it loses to the n-th stone of the
        other side, 0 for a draw, nan if illegal. Shape [actions].
    """
    left = position.rules.cells - position.plies
    stones = np.where(scores > 0, (left + 1) // 2, left // 2)
    ends: Numbers = np.sign(scores) * (stones + 1 - np.abs(scores))
    return ends


def outcome_words(stones: float) -> str:
    """Return "win in 3", "draw" or "loss in 5" for what `stones_to_go` gave; "" for nan."""
    if np.isnan(stones):
        return ""
    word = OUTCOMES[int(np.sign(stones))]
    return f"{word} in {abs(stones):.0f}" if stones else word
