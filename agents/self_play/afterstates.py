"""TD learning on afterstates: learn what a position is worth to the side that has just moved.

Play both sides; whenever a side looks at the board, move the value of the position that the other
side has just made towards what the best answer leaves of it. What ends a game need not be learned:
the rules tell.

    V(afterstate) <- V(afterstate) - learning_rate * (V(afterstate) + max over answers of V(answer))
    V = 1 for a line, 0 for a full board

Differs from Q-learning by self-play in what is looked up: there a position and a move, here what
comes of them, so that all moves that lead to the same position learn from one another.

Source: Sutton & Barto, 2nd edition, section 1.5 (the tic-tac-toe player, exercises 1.1 on self-play
and 1.2 on symmetries) and section 6.8 (afterstates).
"""

from __future__ import annotations

from spielfeld.agents.self_play.learner import SelfPlayLearner, Table, looked_up
from spielfeld.envs.board_game.rules import Rules, has_line, is_full, table_index
from spielfeld.envs.board_game.symmetry import canonical


def afterstate_cell(rules: Rules, own: int, other: int, move: int, symmetric: bool) -> int:
    """Return the number of the position that a move leads to, seen by the side that moved."""
    own |= move
    if symmetric:
        own, other = canonical(rules, own, other)
    return table_index(rules, own, other)


def afterstate_value(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return 1 for a line, 0 for a full board, and what is known of any other afterstate."""
    if has_line(rules, own | move):
        return 1.0
    if is_full(rules, own | other | move):
        return 0.0
    return looked_up(rules, table, own, other, move)


class AfterstateLearner(SelfPlayLearner):
    """TD(0) by self-play: values of positions after a move, on boards of up to nine cells.

    Args:
        config: Settings; see `SelfPlayConfig`.
        seed: Of its generator, and of the environment's first reset.

    >>> import gymnasium, spielfeld.envs
    >>> learner = AfterstateLearner(seed=1)
    >>> history = learner.learn(gymnasium.make("spielfeld/TicTacToe-v0"), samples=30_000)
    >>> learner.predict(0).round().tolist()  # with perfect play every opening is a draw
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """

    cell = staticmethod(afterstate_cell)
    move_value = staticmethod(afterstate_value)
