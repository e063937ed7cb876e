"""Stack of a search, kept in arrays, so that the search can stop and continue later."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.rules import Rules, action_cells

Numbers = npt.NDArray[np.int64]
OWN, OTHER, MOVES, KEY = range(4)  # columns of `Stack.frames`
LOW, HIGH, VISITED, BOUND, DEPTH = range(5)  # places in `Stack.cursor`
ASKED, ANSWERED = -2, -1  # depths: before the first question, and before the next question
PLACES = 64  # more than the number of cells of any board


class Stack(NamedTuple):
    """State of a search, changed in place."""

    places: Numbers  # [actions] the cells that each action can fill, the most central first
    frames: Numbers  # [cells + 2, 4] positions from the first one downwards, their moves and keys
    ranks: Numbers  # [cells + 2, actions] rank of each place; 0 for no move, or for a tried one
    cursor: Numbers  # [5] two bounds of the score, positions visited, present bound, present frame


def new_stack(rules: Rules) -> Stack:
    """Return a stack that is deep enough for the game."""

    def off_centre(action: int) -> int:
        row, column = (0, action) if rules.gravity else divmod(action, rules.columns)
        return abs(2 * row - rules.rows + 1) + abs(2 * column - rules.columns + 1)

    order = sorted(range(rules.actions), key=off_centre)
    return Stack(
        places=np.array([action_cells(rules, action) for action in order]),
        frames=np.zeros((rules.cells + 2, 4), np.int64),
        ranks=np.zeros((rules.cells + 2, rules.actions), np.int64),
        cursor=np.zeros(5, np.int64),
    )


def ask(stack: Stack, own: int, other: int) -> None:
    """Set the position whose score the search must find; no side may have a line in it."""
    stack.frames[0, OWN], stack.frames[0, OTHER] = own, other
    stack.cursor[DEPTH] = ASKED
