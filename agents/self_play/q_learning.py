"""Q-learning by self-play: values of moves, on boards of up to nine cells.

The agent plays both sides. At each turn it updates the value of the last move, which the
other side made. The target is minus the value of the best answer.

    target = -(max over answers of Q(next position, answer)), and the result where the game is over
    Q(position, move) <- Q(position, move) - learning_rate * (Q(position, move) - target)

Differs from Q-learning against an opponent in the environment by the minus: the next move belongs
to the other side. Differs from TD on afterstates by its cells: each move in each position has its
own cell. Also, the agent must meet a win before it knows its value.

Source: Watkins (1989), with the maximum over both sides of Littman (1994, "Markov games as a
framework for multi-agent reinforcement learning", for turns taken); Sutton & Barto, section 6.5.
"""

from __future__ import annotations

from spielfeld.agents.self_play.learner import SelfPlayLearner, looked_up
from spielfeld.envs.board_game.rules import Rules, cell_bit, table_index
from spielfeld.envs.board_game.symmetry import canonical_symmetry, turned


def action_cell(rules: Rules, own: int, other: int, move: int, symmetric: bool) -> int:
    """Return the number of a position with a move."""
    if symmetric:
        symmetry = canonical_symmetry(rules, own, other)
        own, other = turned(rules, own, symmetry), turned(rules, other, symmetry)
        move = turned(rules, move, symmetry)
    number = 0
    while cell_bit(rules, number // rules.columns, number % rules.columns) != move:
        number += 1
    return table_index(rules, own, other) * rules.rows * rules.columns + number


class SelfPlayQLearning(SelfPlayLearner):
    """Q-learning by self-play: values of moves, on boards of up to nine cells.

    Args:
        config: Settings; see `SelfPlayConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    cell = staticmethod(action_cell)
    move_value = staticmethod(looked_up)
    values_of_position = True
