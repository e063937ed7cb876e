"""Values of moves: those that a player expects, and the results of perfect play."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from spielfeld.envs.board_game.outcome import Numbers, stones_to_go
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.solving import solving

SHOWN = ("nothing", "thoughts", "truth", "both")
SOLVING = threading.Lock()  # all threads share the solver's memory


@contextmanager
def searching(rules: Rules) -> Iterator[None]:
    """Use the solver alone, and show the progress of a long search."""
    with SOLVING, solving(rules):
        yield


class Asked(NamedTuple):
    """A question about a position.

    Args:
        name: What the renderer calls the answer: "values" or "truths".
        title: Its name for the user.
        ask: Answers it.
        about: With this.
    """

    name: str
    title: str
    ask: Callable[[Any], Numbers]
    about: object


def next_shown(shown: str) -> str:
    """Return what is shown next."""
    return SHOWN[(SHOWN.index(shown) + 1) % len(SHOWN)]


def thinker(match: Match) -> Player:
    """Return the player of the shown thoughts: the one to move, or your opponent."""
    return match.player(match.position.mover) or match.opponent


def asked(match: Match, shown: str) -> list[Asked]:
    """Return the questions about the present position of a match."""
    position, player = match.position, thinker(match)
    everything = {
        "thoughts": Asked("values", f"{player.name}'s values", thoughts, (player, position)),
        "truth": Asked("truths", "the truth", truths, position),
    }
    over = position.over
    return [one for name, one in everything.items() if shown in (name, "both") and not over]


def thoughts(subject: tuple[Player, Position]) -> Numbers:
    """Return what a player expects of each action in a position, from -1 to 1. Shape [actions].

    Raises:
        ValueError: If the player has no opinion.
    """
    player, position = subject
    if player.think is None:
        raise ValueError(f"{player.name} has no opinion of moves that could be shown.")
    legal = np.isin(np.arange(position.rules.actions), position.legal_actions)
    return np.where(legal, player.think(position), np.nan)


def truths(position: Position) -> Numbers:
    """Return what perfect play makes of each action; see `outcome.stones_to_go`. Shape [actions].

    Raises:
        ValueError: If the board is too large to be solved.
    """
    from spielfeld.envs.board_game.solver import action_scores

    with searching(position.rules):
        return stones_to_go(position, action_scores(position))


def results(position: Position) -> Numbers:
    """Return to which result perfect play comes after each action: 1, 0 or -1. Shape [actions]."""
    return np.sign(truths(position))
