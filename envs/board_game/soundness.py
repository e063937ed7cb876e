"""Checks of stones on a board: a position from outside is checked before any loop uses it.

Loops over stones rely on positions that a game can reach. Examples of other positions are a bit
outside the board, or a cell with two stones. They could give wrong results, or a loop without end.
"""

from __future__ import annotations

import functools

from spielfeld import guard
from spielfeld.envs.board_game.rules import BITS, Rules, board_rules, has_line, is_full

ANY_BOARD = ("random", "rule")  # players that need no compiled code


def require_searchable(player: str, rules: Rules) -> None:
    """Check that a board is small enough for a player that searches.

    Raises:
        ValueError: If its stones do not fit into the integers of compiled code.
    """
    if not rules.compilable:
        raise ValueError(
            f"{player} cannot search a board of {rules.rows} x {rules.columns}, because "
            f"(rows + 1) x columns may be {BITS} at most. {' and '.join(ANY_BOARD)} "
            "play on any board."
        )


def require_stones(what: str, rules: Rules, own: int, other: int) -> None:
    """Check that a game of these rules can reach these stones.

    Args:
        what: Name of the position for the error.
        rules: Rules of the game.
        own: Stones of one side, one bit each.
        other: Stones of the other side.

    Raises:
        ValueError: If a stone lies outside the board, on another stone or above a free cell. Also
            if one side is two stones ahead.
    """
    for side, stones in (("own", own), ("other", other)):
        whole = guard.whole(f"{what}: {side}", stones, 0, rules.board + 1)
        guard.require(not whole & ~rules.board, f"{what}: {side} has a stone outside the board.")
    guard.require(not own & other, f"{what}: a cell holds a stone of both sides.")
    stones = own | other
    hanging = rules.gravity and stones & ~(stones << 1 | rules.bottom)
    guard.require(not hanging, f"{what}: a stone has a free cell below it.")
    ahead = own.bit_count() - other.bit_count()
    guard.require(-1 <= ahead <= 1, f"{what}: a side has {abs(ahead)} stones more than the other.")


def require_game(
    what: str, rules: Rules, ahead: tuple[int, ...], own: int, other: int, ended: bool
) -> None:
    """Check that the stones fit the learner's seat and the end of the game.

    Args:
        what: Name of the game for the error.
        rules: Rules of the game.
        ahead: By how many stones the learner can be ahead when it is to move.
        own: Stones of the learner.
        other: Stones of its opponent.
        ended: Whether the saved state says that the game is over.

    Raises:
        ValueError: As `require_stones`, or if the stones do not fit the seat or the end.
    """
    require_stones(what, rules, own, other)
    more = own.bit_count() - other.bit_count()
    turn = more in ahead or (ended and (more - 1 in ahead or own | other == 0))  # 0: no game yet
    guard.require(turn, f"{what}: these stones belong to another seat or turn.")
    over = has_line(rules, own) or has_line(rules, other) or is_full(rules, own | other)
    guard.require(ended or not over, f"{what}: the game is over, but is marked as not over.")


def require_position(rules: Rules, own: int, other: int) -> None:
    """Check that a game can reach these stones with this side to move.

    Raises:
        ValueError: As `require_rules` and `require_stones`, or if the side to move has more stones.
    """
    require_rules(rules)
    require_stones("The position", rules, own, other)
    guard.require(
        own.bit_count() <= other.bit_count(), "The position: the side to move has a stone more."
    )


def require_rules(rules: Rules) -> None:
    """Check that `board_rules` made these rules, for example that the bits fit the cells.

    Raises:
        ValueError: If a number does not fit the others.
    """
    made = isinstance(rules, Rules) and all(isinstance(number, int) for number in rules)
    if not (made and _made(rules)):
        raise ValueError(f"{guard.shown(rules)} are no rules of a board: use board_rules.")


@functools.lru_cache(maxsize=64)
def _made(rules: Rules) -> bool:
    """Return whether `board_rules` makes these rules."""
    return board_rules(*rules[:4]) == rules
