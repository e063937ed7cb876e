"""Players that need not learn: at random, by three rules of thumb, perfectly, or by playouts.

A player that is as good one way as another chooses among `moves(rules, own, other)`, a bit for each
move that it would make, all with the same probability. So one draw of a random number is enough,
and where the board is small, the table of the world can list all replies with their probabilities.
"""

from __future__ import annotations

from collections.abc import Callable

from envs.board_game.bits import count, lowest
from envs.board_game.position import Position
from envs.board_game.rules import Rules, has_line, legal_moves, move_of
from envs.board_game.solver import perfect_moves

Moves = Callable[[Rules, int, int], int]  # rules, stones of the side to move, stones of the other
Reply = Callable[[Rules, int, int, float], int]  # the same and a draw in [0, 1); one move
Player = Callable[[Position], int]  # anybody else: a position, to an action


def any_moves(rules: Rules, own: int, other: int) -> int:
    """Return every legal move: the player that knows the rules and nothing else."""
    return legal_moves(rules, own | other)


def winning_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves that complete a line of `own`."""
    left, winning = legal_moves(rules, own | other), 0
    while left:
        move = left & -left
        left ^= move
        if has_line(rules, own | move):
            winning |= move
    return winning


def rule_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves that three rules of thumb leave: win; else block; else give nothing away.

    To give away is to let the opponent win with its next stone, which where stones fall is often
    the one on top of the stone just played.
    """
    winning = winning_moves(rules, own, other)
    if winning:
        return winning
    blocking = winning_moves(rules, other, own)
    if blocking:
        return blocking
    legal = legal_moves(rules, own | other)
    left, safe = legal, 0
    while left:
        move = left & -left
        left ^= move
        if not winning_moves(rules, other, own | move):
            safe |= move
    return safe if safe else legal


def choose(moves: int, draw: float) -> int:
    """Return one of the moves, all with the same probability; `draw` is uniform in [0, 1)."""
    for _ in range(int(draw * count(moves))):
        moves &= moves - 1
    return lowest(moves)


def reply_of(player: str | Player) -> Reply:
    """Return how a player answers, by its name or from a function of one's own.

    Args:
        player: A name in `OPPONENTS`, "uct", or anything that turns a `Position` into an action.

    Raises:
        ValueError: If there is no such name, or later, if a function returns an illegal action.
    """
    if player == "uct":
        from envs.board_game.uct import uct_opponent  # which chooses as players do here

        return uct_opponent
    if isinstance(player, str):
        if player not in OPPONENTS:
            raise ValueError(
                f"There is no opponent {player!r}: choose one of {', '.join(OPPONENTS)}, uct, or "
                "pass a function of the position that returns an action."
            )
        moves = OPPONENTS[player]

        def choice(rules: Rules, own: int, other: int, draw: float) -> int:
            return choose(moves(rules, own, other), draw)

        return choice

    def asked(rules: Rules, own: int, other: int, draw: float) -> int:
        position = Position(rules, own, other)
        action = int(player(position))
        move = move_of(rules, own | other, action) if action in position.legal_actions else 0
        if not move:
            raise ValueError(f"The opponent answered {action}; legal are {position.legal_actions}.")
        return move

    return asked


COMPILABLE: dict[str, Moves] = {"random": any_moves, "rule": rule_moves}
OPPONENTS = {**COMPILABLE, "perfect": perfect_moves}
