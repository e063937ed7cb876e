"""TD(0) by self-play: values of positions after a move, on boards of up to nine cells.

An afterstate is the position directly after a move, before the reply. The agent plays both sides.
At each turn it moves the value of the last afterstate towards minus the value of the best reply.
A move that ends the game needs no learned value, because the rules give its result.

    V(afterstate) <- V(afterstate) - learning_rate * (V(afterstate) + max over answers of V(answer))
    V = 1 for a line, 0 for a full board

Differs from Q-learning by self-play in the cells of the table. There a cell is a position and a
move; here it is the position after the move. So all moves to the same position share one value.

Source: Sutton & Barto, 2nd edition, section 1.5 (the tic-tac-toe player, exercises 1.1 on self-play
and 1.2 on symmetries) and section 6.8 (afterstates).
"""

from __future__ import annotations

from spielfeld.agents.self_play.learner import SelfPlayLearner, Table, looked_up
from spielfeld.envs.board_game.rules import Rules, has_line, is_full, table_index
from spielfeld.envs.board_game.symmetry import canonical


def afterstate_cell(rules: Rules, own: int, other: int, move: int, symmetric: bool) -> int:
    """Return the number of the position after a move, from the view of the side that moved."""
    own |= move
    if symmetric:
        own, other = canonical(rules, own, other)
    return table_index(rules, own, other)


def afterstate_value(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return 1 for a line, 0 for a full board, and the table's value of any other afterstate."""
    if has_line(rules, own | move):
        return 1.0
    if is_full(rules, own | other | move):
        return 0.0
    return looked_up(rules, table, own, other, move)


class AfterstateLearner(SelfPlayLearner):
    """TD(0) by self-play: values of positions after a move, on boards of up to nine cells.

    Args:
        config: Settings; see `SelfPlayConfig`.
        seed: Seed of the learner and of the first reset of the environment.

    >>> import gymnasium, spielfeld.envs
    >>> learner = AfterstateLearner(seed=1)
    >>> history = learner.learn(gymnasium.make("spielfeld/TicTacToe-v0"), samples=30_000)
    >>> learner.predict(0).round().tolist()  # with perfect play every opening is a draw
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    cell = staticmethod(afterstate_cell)
    move_value = staticmethod(afterstate_value)
