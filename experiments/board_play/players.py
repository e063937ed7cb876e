"""Players by name: those that need not learn, and what a run has learned."""

from __future__ import annotations

import numpy as np

from envs.board_game.opponents import reply_of
from envs.board_game.position import Position
from envs.board_game.rules import action_of
from experiments.board_play.match import Player


def named_player(name: str, seed: int | None = None) -> Player:
    """Return a player of `envs.board_game.opponents.OPPONENTS`.

    Args:
        name: Its name there.
        seed: Of what it leaves to chance.

    Raises:
        ValueError: If there is no such player; says which there are.
    """
    reply, generator = reply_of(name), np.random.default_rng(seed)

    def choose(position: Position) -> int:
        rules, draw = position.rules, generator.random()
        return action_of(rules, reply(rules, position.own, position.other, draw))

    return Player(name, choose)
