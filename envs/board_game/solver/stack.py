"""Where a search stands: kept in arrays, so that it can be left and taken up again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.rules import Rules, action_cells

Numbers = npt.NDArray[np.int64]
OWN, OTHER, MOVES, KEY = range(4)  # columns of `Stack.frames`
LOW, HIGH, VISITED, BOUND, DEPTH = range(5)  # places in `Stack.cursor`
ASKED, ANSWERED = -2, -1  # for a depth: nothing is known yet; the next question may be put
PLACES = 64  # more than a board has cells


class Stack(NamedTuple):
    """Where a search stands, changed in place."""

    places: Numbers  # [actions] the cells that each action may mean, the most central first
    frames: Numbers  # [plies + 1, 4] positions from the asked one down, their moves and keys
    ranks: Numbers  # [plies + 1, actions] how early to try each place; 0 if not, or no longer
    cursor: Numbers  # [5] bounds of the score, positions visited, what is asked, of which frame


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
    """Ask for the score of a position in which nobody has a line."""
    stack.frames[0, OWN], stack.frames[0, OTHER] = own, other
    stack.cursor[DEPTH] = ASKED
