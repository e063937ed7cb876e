"""Players by name: those that need not learn, and what a run has learned."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np

from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.opponents import OPPONENTS, is_named, reply_of, require_room
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, action_of
from spielfeld.envs.board_game.uct_players import playouts_of, uct_values
from spielfeld.experiments.board_play.match import Player, Think
from spielfeld.experiments.board_play.thoughts import results, searching
from spielfeld.experiments.run import Run, graduate

NAMES = (*OPPONENTS, "uct", "uct:PLAYOUTS")


def find_player(
    name: str, rules: Rules, seed: int | None = None, own: Sequence[str] = ()
) -> Player:
    """Return a player by its name, or by the directory of a finished run.

    Args:
        name: One of `NAMES`, or a directory.
        rules: Of the game to be played.
        seed: Of what a player leaves to chance.
        own: Modules of one's own that the run may name; see `Run.load`.

    Raises:
        ValueError: If there is no such player, it cannot play on this board, or the run learned
            another game.
    """
    if is_named(name):
        require_room(name, rules)
        return named_player(name, seed)
    if not Path(name).is_dir():
        names = ", ".join(NAMES)
        raise ValueError(f"There is no player {name!r}: {names}, or the directory of a run.")
    return run_player(Run.load(name, own), rules, seed)


def named_player(name: str, seed: int | None = None) -> Player:
    """Return a player that need not learn; see `find_player`."""
    reply, generator = reply_of(name), np.random.default_rng(seed)

    def play(position: Position) -> int:
        rules, draw = position.rules, generator.random()
        with searching(rules) if name == "perfect" else nullcontext():
            return action_of(rules, reply(rules, position.own, position.other, draw))

    return Player(name, play, _think(name))


def _think(name: str) -> Think | None:
    playouts = playouts_of(name)
    if playouts is not None:
        return partial(uct_values, playouts=playouts)
    return results if name == "perfect" else None


def run_player(run: Run, rules: Rules, seed: int | None = None) -> Player:
    """Return the greedy policy of a trained run, ties broken at random; see `Graduate`."""
    player, generator = graduate(run, rules), np.random.default_rng(seed)

    def play(position: Position) -> int:
        moves = player.moves(rules, position.own, position.other)
        return action_of(rules, choose(moves, generator.random()))

    return Player(player.name, play, player.think)
