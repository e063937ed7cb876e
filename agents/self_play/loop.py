"""One loop for all learners by self-play: look at every move, learn, choose one, change sides.

A table holds what a move is worth to the side that makes it, from -1 for a loss to 1 for a win. So
both sides learn from their own view, in one table: what is good for the one is bad for the other.

    target of a move = -(value of the best answer), and its result where it ends the game
    value <- value - learning_rate * (value - target)

The best answer, not the one that follows: the maximum (Sutton & Barto, section 1.5, where only
greedy moves are learned from; there they come to the same) makes random play teach perfect play.
The target is there as soon as the other side looks at the board, before it moves, so that the last
move of the loser is learned from like any other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.board_game.bits import lowest
from spielfeld.envs.board_game.opponents import choose
from spielfeld.envs.board_game.rules import (
    Rules,
    has_line,
    is_full,
    legal_moves,
    move_of,
    stones_of,
)
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import descend

TIE = 1e-9  # values that differ by less are equally good
LOSS = -1.0  # the least that a move can be worth


class Table(NamedTuple):
    """What is known, and how it is looked up."""

    values: Array  # [cells of the table]
    symmetric: bool  # whether positions that are the same by symmetry share a cell


class Numbers(NamedTuple):
    """The numbers of a configuration."""

    learning_rate: float
    exploration_rate: float


class Game(NamedTuple):
    """The game under way; arrays of one number, changed in place."""

    own: Array  # stones of the side to move
    other: Array  # stones of the other
    last: Array  # the table's cell of the other side's move; -1 where there was none
    length: Array  # plies


class Games(NamedTuple):
    """Finished games, filled from the front."""

    samples: Array  # plies until then, those of earlier games included
    result: Array  # of the first player: 1, 0 or -1
    length: Array  # plies


def cell(rules: Rules, own: int, other: int, move: int, symmetric: bool) -> int:
    """Stand in for where a move is looked up, which `compiled(..., cell=...)` sets."""
    raise NotImplementedError


def looked_up(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return what the table says about a move, whatever it is."""
    value: float = table.values[cell(rules, own, other, move, table.symmetric)]
    return value


def move_value(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return what a move is worth to the side that makes it; a method may know better."""
    return looked_up(rules, table, own, other, move)


def best_value(rules: Rules, table: Table, own: int, other: int) -> float:
    """Return what the best move is worth to the side to move."""
    best, left = LOSS, legal_moves(rules, own | other)
    while left:
        move = lowest(left)
        left ^= move
        best = max(best, move_value(rules, table, own, other, move))
    return best


def best_moves(rules: Rules, table: Table, own: int, other: int) -> int:
    """Return the moves that are worth most, ties included, one bit each."""
    least, found = best_value(rules, table, own, other) - TIE, 0
    left = legal_moves(rules, own | other)
    while left:
        move = lowest(left)
        left ^= move
        if move_value(rules, table, own, other, move) >= least:
            found |= move
    return found


def improve(values: Array, place: int, target: float, learning_rate: float) -> None:
    """Take one step of gradient descent on the squared error of one cell."""
    slope = squared_error_derivative(values[place], target)
    values[place] = descend(values[place], slope, learning_rate)


def self_play(
    rules: Rules,
    table: Table,
    numbers: Numbers,
    game: Game,
    finished: Games,
    generator: np.random.Generator,
    before: int,
    plies: int,
    games: int,
) -> tuple[int, int]:
    """Play both sides and learn; the readable loop is the compiled loop.

    Args:
        rules: Of the game.
        table: What is known, changed in place.
        numbers: Step size and exploration.
        game: Where it stands, changed in place.
        finished: Where finished games are recorded.
        generator: Two draws a ply: whether to explore, and which move.
        before: Plies of earlier calls.
        plies: To play now.
        games: Stop earlier, once so many are finished.

    Returns:
        Plies played, and how many games were finished.
    """
    taken, count = 0, 0
    for sample in range(before + 1, before + plies + 1):
        own, other, last = game.own[0], game.other[0], game.last[0]
        if last >= 0:
            target = -best_value(rules, table, own, other)
            improve(table.values, last, target, numbers.learning_rate)
        explores = generator.random() < numbers.exploration_rate
        legal = legal_moves(rules, own | other)
        moves = legal if explores else best_moves(rules, table, own, other)
        move = choose(moves, generator.random())
        place = cell(rules, own, other, move, table.symmetric)
        own |= move
        game.length[0] += 1
        taken += 1
        won = has_line(rules, own)
        if won or is_full(rules, own | other):
            improve(table.values, place, 1.0 if won else 0.0, numbers.learning_rate)
            finished.samples[count], finished.length[count] = sample, game.length[0]
            winner = 1 if game.length[0] % 2 else -1
            finished.result[count] = winner if won else 0
            game.own[0], game.other[0], game.last[0], game.length[0] = 0, 0, -1, 0
            count += 1
            if count == games:
                break
        else:
            game.own[0], game.other[0], game.last[0] = other, own, place
    return taken, count


def value_positions(rules: Rules, table: Table, positions: Array, values: Array) -> None:
    """Write what each action of each position is worth into `values`, -inf where it is illegal.

    Args:
        rules: Of the game.
        table: What is known.
        positions: Their numbers; see `table_index`. Shape [rows].
        values: Changed in place. Shape [rows, actions].
    """
    for row in range(positions.size):
        own, other = stones_of(rules, positions[row])
        for action in range(values.shape[1]):
            move = lowest(move_of(rules, own | other, action))  # two, where stones hang in the air
            values[row, action] = -np.inf
            if move:
                values[row, action] = move_value(rules, table, own, other, move)
