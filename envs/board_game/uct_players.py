"""Players that use UCT: an opponent, an action, and values of actions; all compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spielfeld import guard
from spielfeld.compiled import compiled
from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, action_of, has_line, is_full
from spielfeld.envs.board_game.soundness import require_position, require_rules, require_searchable
from spielfeld.envs.board_game.uct import PLAYOUTS, SEEDS, uct_means, uct_move

MOST_PLAYOUTS = 1_000_000  # the largest number whose tree fits into memory

fast_uct_move, fast_uct_means = compiled(uct_move), compiled(uct_means)


def playouts_of(name: str) -> int | None:
    """Return the number of playouts of "uct" or "uct:5000"; None for other names.

    Raises:
        ValueError: If the text after the colon is no such number.
    """
    kind, colon, number = name.partition(":")
    if kind != "uct" or not colon:
        return PLAYOUTS if name == "uct" else None
    if not number.isdecimal() or not 1 <= int(number) <= MOST_PLAYOUTS:
        raise ValueError(
            f"uct:PLAYOUTS takes a number from 1 to {MOST_PLAYOUTS:,}, such as uct:5000, "
            f"not {number!r}."
        )
    return int(number)


def uct_opponent(rules: Rules, own: int, other: int, draw: float, playouts: int = PLAYOUTS) -> int:
    """Return the move of `uct_reply`, compiled, with any number of playouts.

    Raises:
        ValueError: If the board is too large for compiled code, or no game can reach these
            stones. Also if a number is out of its range.
    """
    require_searchable("uct", rules)
    require_position(rules, own, other)
    playouts = guard.whole("playouts", playouts, 1, MOST_PLAYOUTS + 1)
    seed = int(guard.number("draw", draw, 0, 1) * SEEDS)
    return int(fast_uct_move(rules, int(own), int(other), playouts, seed))


def uct_action(rules: Rules, own: int, other: int, playouts: int = PLAYOUTS, seed: int = 0) -> int:
    """Return the action that UCT chooses, compiled.

    Args:
        rules: Rules of the game.
        own: Stones of the side to move.
        other: Stones of its opponent.
        playouts: Number of simulated games, at least 1.
        seed: Seed of the random numbers, from 0 to 2^53 - 1.

    Raises:
        ValueError: If the board is too large, the game is over, or a number is out of range.
    """
    require_rules(rules)
    own, other = (guard.whole("stones", side, 0, rules.board + 1) for side in (own, other))
    if has_line(rules, own) or has_line(rules, other) or is_full(rules, own | other):
        raise ValueError("UCT cannot search: the game is over.")
    playouts, seed = guard.whole("playouts", playouts), guard.whole("seed", seed)
    if playouts < 1 or seed >= SEEDS:
        raise ValueError(
            f"UCT needs 1 playout or more and a seed from 0 to 2^53 - 1, not {playouts} and {seed}."
        )
    move = uct_opponent(rules, own, other, seed / SEEDS, playouts)
    return action_of(rules, move)


def uct_values(position: Position, playouts: int = PLAYOUTS, seed: int = 0) -> Numbers:
    """Return the value of each action by UCT: the mean result of its playouts.

    Args:
        position: Position in which the side to move can play.
        playouts: Number of simulated games.
        seed: Seed of the random numbers.

    Returns:
        From -1 to 1 for the side to move, nan for illegal actions. Shape [actions].

    Raises:
        ValueError: If the board is too large, or a number is out of its range.
    """
    require_searchable("uct", position.rules)
    playouts = guard.whole("playouts", playouts, 1, MOST_PLAYOUTS + 1)
    seed = guard.whole("seed", seed, 0, SEEDS)
    rules, values = position.rules, np.full(position.rules.actions, np.nan)
    for move, mean in fast_uct_means(rules, position.own, position.other, playouts, seed):
        values[action_of(rules, move)] = mean
    return values


def uct_player(playouts: int = PLAYOUTS, seed: int = 0) -> Callable[[Position], int]:
    """Return a player that uses UCT with `playouts` playouts; each move draws a new seed."""
    generator = np.random.default_rng(seed)

    def play(position: Position) -> int:
        drawn = int(generator.integers(SEEDS))
        return uct_action(position.rules, position.own, position.other, playouts, drawn)

    return play
