"""Model of a small board game against an opponent, for planners and compiled learners.

The opponent is a part of the world: it chooses among its moves with equal probabilities. So the
game is a Markov decision process like any grid world. The value of perfect play against this
opponent is known exactly, and with it the learner's share of perfect.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from spielfeld.envs.board_game.bits import bits_of
from spielfeld.envs.board_game.dynamics import EITHER, FIRST, result
from spielfeld.envs.board_game.opponents import Moves
from spielfeld.envs.board_game.rules import Rules, move_of, table_index
from spielfeld.envs.tabular import TabularModel

Stones = tuple[int, int]  # stones of the learner, stones of its opponent
Outcome = tuple[Stones, float, bool]  # stones, reward of the learner, end of the game


@lru_cache(maxsize=4)
def board_model(rules: Rules, moves: Moves, seat: int) -> TabularModel:
    """Return the model of a game in which the opponent chooses among `moves`.

    `table_index` gives each state its number, with the learner's stones as `own`. A number that
    belongs to no position of this game is a state that no action leads to.

    Args:
        rules: Rules of the game.
        moves: Function that returns the moves among which the opponent chooses.
        seat: FIRST, SECOND or EITHER.
    """
    states = 3**rules.cells
    shape = states, rules.actions, rules.cells
    probability, reward, terminated = np.zeros(shape), np.zeros(shape), np.ones(shape, bool)
    next_state = np.broadcast_to(np.arange(states)[:, None, None], shape).copy()
    legal, start = np.ones(shape[:2], bool), np.zeros(states)
    probability[:, :, 0] = 1  # at first every action leads back to its state
    left = starts(rules, moves, seat)
    for stones, share in left.items():
        start[table_index(rules, *stones)] = share
    unseen, seen = list(left), set(left)
    while unseen:
        own, other = unseen.pop()
        state = table_index(rules, own, other)
        for action in range(rules.actions):
            move = move_of(rules, own | other, action)
            legal[state, action] = bool(move)
            found = outcomes(rules, moves, own | move, other) if move else []
            for k, (stones, paid, end) in enumerate(found):
                place = state, action, k
                probability[place], reward[place] = 1 / len(found), paid
                next_state[place], terminated[place] = table_index(rules, *stones), end
                if not end and stones not in seen:
                    seen.add(stones)
                    unseen.append(stones)
    return TabularModel(probability, next_state, reward, terminated, start, legal)


def starts(rules: Rules, moves: Moves, seat: int) -> dict[Stones, float]:
    """Return the positions at the learner's first move, with their probabilities."""
    first, replies = {(0, 0): 1.0}, bits_of(moves(rules, 0, 0))
    second = {(0, reply): 1 / len(replies) for reply in replies}
    if seat == EITHER:
        return {stones: share / 2 for stones, share in (first | second).items()}
    return first if seat == FIRST else second


def outcomes(rules: Rules, moves: Moves, own: int, other: int) -> list[Outcome]:
    """Return the outcomes of a learner's move, all equally probable; compare `respond`.

    Args:
        rules: Rules of the game.
        moves: Function that returns the moves among which the opponent chooses.
        own: Stones of the learner, with the stone just played.
        other: Stones of the opponent.
    """
    reward, over = result(rules, own, other)
    if over:
        return [((own, other), reward, True)]
    found = []
    for reply in bits_of(moves(rules, other, own)):
        loss, over = result(rules, other | reply, own)
        found.append(((own, other | reply), 0.0 - loss, over))
    return found
