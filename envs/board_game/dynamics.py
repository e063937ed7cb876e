"""Dynamics of a game against an opponent, seen by the learner: pure functions, also compiled."""

from __future__ import annotations

from spielfeld.envs.board_game.opponents import Reply
from spielfeld.envs.board_game.rules import Rules, has_line, is_full

FIRST, SECOND, EITHER = range(3)
# Possible values of the learner's stones minus the opponent's, when the learner is to move.
AHEAD = {FIRST: (0,), SECOND: (-1,), EITHER: (0, -1)}
SEATS = {"first": FIRST, "second": SECOND, "random": EITHER}


def begin(rules: Rules, seat: int, draw: float, reply: Reply) -> tuple[int, int]:
    """Return the stones of the learner and of its opponent at the learner's first move.

    Args:
        rules: Rules of the game.
        seat: FIRST, SECOND or EITHER.
        draw: Uniform in [0, 1): one draw decides the seat and the opponent's first move.
        reply: Function that returns the opponent's move.
    """
    if seat == EITHER:
        seat = FIRST if draw < 0.5 else SECOND
        draw = 2 * draw % 1
    return (0, reply(rules, 0, 0, draw)) if seat == SECOND else (0, 0)


def result(rules: Rules, own: int, other: int) -> tuple[float, bool]:
    """Return the reward of the side that has just moved (1 or 0), and whether the game is over.

    Args:
        rules: Rules of the game.
        own: Stones of the side that has just moved.
        other: Stones of its opponent.
    """
    if has_line(rules, own):
        return 1.0, True
    return 0.0, is_full(rules, own | other)


def respond(
    rules: Rules, own: int, other: int, draw: float, reply: Reply
) -> tuple[int, float, bool]:
    """Let the opponent answer, unless the learner's stone has ended the game.

    Args:
        rules: Rules of the game.
        own: Stones of the learner, with the stone just played.
        other: Stones of the opponent.
        draw: Uniform in [0, 1), for the opponent's move.
        reply: Function that returns the opponent's move.

    Returns:
        Stones of the opponent, reward of the learner, and whether the game is over.
    """
    reward, over = result(rules, own, other)
    if over:
        return other, reward, True
    other |= reply(rules, other, own, draw)
    loss, over = result(rules, other, own)
    return other, 0.0 - loss, over
