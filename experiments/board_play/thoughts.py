"""What players think of moves, and what is true of them."""

from __future__ import annotations

import threading

import numpy as np

from envs.board_game.outcome import stones_to_go
from envs.board_game.position import Position
from experiments.board_play.match import Match, Numbers, Player

SHOWN = ("nothing", "thoughts", "truth", "both")
SOLVING = threading.Lock()  # the solver's memory is everybody's


def next_shown(shown: str) -> str:
    """Return what is shown next."""
    return SHOWN[(SHOWN.index(shown) + 1) % len(SHOWN)]


def thinker(match: Match) -> Player:
    """Return whose thoughts are shown: those of the one to move, or of your opponent."""
    return match.player(match.position.mover) or match.opponent


def thoughts(subject: tuple[Player, Position]) -> Numbers:
    """Return what a player expects of each action in a position, from -1 to 1. Shape [actions].

    Raises:
        ValueError: If the player has no opinion.
    """
    player, position = subject
    if player.think is None:
        raise ValueError(f"{player.name} does not think: there are no thoughts to show.")
    return player.think(position)


def truths(position: Position) -> Numbers:
    """Return what perfect play makes of each action; see `outcome.stones_to_go`. Shape [actions].

    Raises:
        ValueError: If the board is too large to be solved.
    """
    from envs.board_game.solver import action_scores

    with SOLVING:
        return stones_to_go(position, action_scores(position))


def expectations(stones: Numbers) -> Numbers:
    """Return the results that perfect play comes to: 1, 0 or -1 for each action."""
    return np.sign(stones)
