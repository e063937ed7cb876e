"""Players that do not learn: random, three simple rules, perfect play, or search by playouts.

A player may find several moves equally good. `moves(rules, own, other)` returns them, one bit
each, and the player chooses among them with equal probabilities. So one random number is enough for
a choice. On a small board, the table of the world can list all replies with their probabilities.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

import numpy as np

from spielfeld import guard
from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, legal_moves, move_of
from spielfeld.envs.board_game.solver import perfect_moves
from spielfeld.envs.board_game.solver.memory import key_bits
from spielfeld.envs.board_game.soundness import ANY_BOARD, require_searchable
from spielfeld.envs.board_game.threats import safe_moves, winning_moves
from spielfeld.envs.board_game.uct_players import playouts_of, uct_opponent

Moves = Callable[[Rules, int, int], int]  # rules, stones of the side to move, stones of the other
Reply = Callable[[Rules, int, int, float], int]  # the same and a draw in [0, 1); one move
Player = Callable[[Position], int]  # any other player: from a position to an action


@runtime_checkable
class Chooser(Protocol):
    """A player with a set of equally good moves, for example a learned policy."""

    def moves(self, rules: Rules, own: int, other: int) -> int:
        """Return the moves among which it chooses, one bit each."""


def any_moves(rules: Rules, own: int, other: int) -> int:
    """Return every legal move, for a player that chooses at random."""
    return legal_moves(rules, own | other)


def rule_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves that follow three rules: win; else block; else play a safe move.

    After a safe move, the opponent cannot win with its next stone. On a board with gravity, the
    unsafe cell is often the one directly above the stone just played.
    """
    winning = winning_moves(rules, own, other)
    if winning:
        return winning
    blocking = winning_moves(rules, other, own)
    if blocking:
        return blocking
    safe = safe_moves(rules, own, other)
    return safe if safe else legal_moves(rules, own | other)


def is_named(name: str) -> bool:
    """Return whether a name belongs to a player that does not learn.

    Raises:
        ValueError: If it is "uct" with an invalid number of playouts.
    """
    return name in OPPONENTS or playouts_of(name) is not None


def moves_of(player: str | Player | Chooser) -> Moves | None:
    """Return the function of a player's equally good moves; None if it has no such function."""
    if isinstance(player, str):
        return OPPONENTS.get(player)
    return player.moves if isinstance(player, Chooser) else None


def require_room(player: str | Player | Chooser, rules: Rules) -> None:
    """Check that a player that searches can handle the size of the board.

    Raises:
        ValueError: If the board is too large.
    """
    if player == "perfect":
        key_bits(rules)
    elif isinstance(player, str) and player not in COMPILABLE:
        require_searchable(player, rules)


def reply_of(player: str | Player | Chooser) -> Reply:
    """Return the reply function of a player, given by its name or as a function.

    Args:
        player: A name in `OPPONENTS`, "uct" or "uct:PLAYOUTS", a `Chooser`, or a function from a
            `Position` to an action.

    Raises:
        ValueError: If the name is unknown. The reply raises it if a function returns an illegal
            action.
    """
    moves = moves_of(player)
    if moves is not None:

        def choice(rules: Rules, own: int, other: int, draw: float) -> int:
            return choose(moves(rules, own, other), draw)

        return choice

    return _searching(player) if isinstance(player, str) else _asking(cast("Player", player))


def _searching(name: str) -> Reply:
    playouts = playouts_of(name)
    if playouts is None:
        raise ValueError(
            f"There is no opponent {name!r}: choose one of {', '.join(OPPONENTS)}, uct or "
            "uct:PLAYOUTS. Or pass a function from a position to an action."
        )
    return functools.partial(uct_opponent, playouts=playouts)


def _asking(player: Player) -> Reply:
    def asked(rules: Rules, own: int, other: int, draw: float) -> int:
        position = Position(rules, own, other)
        answer = player(position)
        is_whole = isinstance(answer, int | np.integer) and not isinstance(answer, bool)
        action = int(answer) if is_whole else -1
        move = move_of(rules, own | other, action) if action in position.legal_actions else 0
        if not move:
            raise ValueError(
                f"The opponent answered {guard.shown(answer)}; legal are {position.legal_actions}."
            )
        return move

    return asked


COMPILABLE: dict[str, Moves] = dict(zip(ANY_BOARD, (any_moves, rule_moves), strict=True))
OPPONENTS = {**COMPILABLE, "perfect": perfect_moves}
