"""Whether stones can stand on a board at all: what comes from outside is checked before any loop.

Loops over stones take for granted that there are no others than a game can bring about: a bit
beyond the board, a cell of both sides or a stone in the air would lead them astray, or for ever
round.
"""

from __future__ import annotations

import functools

from spielfeld import guard
from spielfeld.envs.board_game.rules import BITS, Rules, board_rules, has_line, is_full

ANY_BOARD = ("random", "rule")  # players of our own that need no compiled code


def require_searchable(player: str, rules: Rules) -> None:
    """Refuse a board that is too large for a player that searches.

    Raises:
        ValueError: If its stones do not fit into the numbers of compiled code.
    """
    if not rules.compilable:
        raise ValueError(
            f"{player} cannot search a board of {rules.rows} x {rules.columns}: (rows + 1) x "
            f"columns may be {BITS} at most; {' and '.join(ANY_BOARD)} play on any board."
        )


def require_stones(what: str, rules: Rules, own: int, other: int) -> None:
    """Refuse stones that no game of these rules can have on its board.

    Args:
        what: Of which position, for the sentence.
        rules: Of the game.
        own: Stones of one side, one bit each.
        other: Stones of the other.

    Raises:
        ValueError: If a stone lies outside the board, on one of the other side, or in the air, or
            one side has two stones more than the other.
    """
    for side, stones in (("own", own), ("other", other)):
        whole = guard.whole(f"{what}: {side}", stones, 0, rules.board + 1)
        guard.require(not whole & ~rules.board, f"{what}: {side} has a stone outside the board.")
    guard.require(not own & other, f"{what}: a cell holds a stone of both sides.")
    stones = own | other
    hanging = rules.gravity and stones & ~(stones << 1 | rules.bottom)
    guard.require(not hanging, f"{what}: a stone hangs in the air.")
    ahead = own.bit_count() - other.bit_count()
    guard.require(-1 <= ahead <= 1, f"{what}: a side has {abs(ahead)} stones more than the other.")


def require_game(
    what: str, rules: Rules, ahead: tuple[int, ...], own: int, other: int, ended: bool
) -> None:
    """Refuse stones at which a learner of this seat is not to move, or the game has not ended.

    Args:
        what: Of which game, for the sentence.
        rules: Of the game.
        ahead: How many stones more than its opponent the learner may have when it is to move.
        own: Stones of the learner.
        other: Stones of its opponent.
        ended: Whether the game is said to be over.

    Raises:
        ValueError: As `require_stones`, or if these stones and that seat or end do not go together.
    """
    require_stones(what, rules, own, other)
    more = own.bit_count() - other.bit_count()
    turn = more in ahead or (ended and (more - 1 in ahead or own | other == 0))  # 0: no game yet
    guard.require(turn, f"{what}: these stones are of another seat or turn.")
    over = has_line(rules, own) or has_line(rules, other) or is_full(rules, own | other)
    guard.require(ended or not over, f"{what}: the game is over, but is said to go on.")


def require_position(rules: Rules, own: int, other: int) -> None:
    """Refuse stones with which the side to move cannot be to move.

    Raises:
        ValueError: As `require_rules` and `require_stones`, or if the side to move has more stones.
    """
    require_rules(rules)
    require_stones("The position", rules, own, other)
    guard.require(
        own.bit_count() <= other.bit_count(), "The position: the side to move has a stone more."
    )


def require_rules(rules: Rules) -> None:
    """Refuse rules that `board_rules` did not make, such as a board of other bits than its cells.

    Raises:
        ValueError: If a number does not fit the others.
    """
    made = isinstance(rules, Rules) and all(isinstance(number, int) for number in rules)
    if not (made and _made(rules)):
        raise ValueError(f"{guard.shown(rules)} are no rules of a board: make them by board_rules.")


@functools.lru_cache(maxsize=64)
def _made(rules: Rules) -> bool:
    """Return whether `board_rules` makes these rules."""
    return board_rules(*rules[:4]) == rules
