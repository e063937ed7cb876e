"""Solver for perfect play: the exact score of every position and of every move."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from spielfeld import guard
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, Rules, move_of
from spielfeld.envs.board_game.solver.memory import new_memory
from spielfeld.envs.board_game.solver.openings import new_openings, no_openings
from spielfeld.envs.board_game.solver.search import settle_any, settle_connect_four
from spielfeld.envs.board_game.solver.stack import HIGH, LOW, VISITED, ask, new_stack
from spielfeld.envs.board_game.soundness import require_rules

ENTRIES = 2**22  # 32 MB
MOST_ENTRIES = 2**30  # 8 GB
BETWEEN_REPORTS = 2_000_000  # positions
Progress = Callable[[int, int, int], None]  # positions visited, lowest and highest score


class Solver:
    """Solves positions of one game, and keeps its memory of scores between calls.

    >>> from spielfeld.envs.board_game import TIC_TAC_TOE, Position
    >>> Solver(TIC_TAC_TOE).score(Position(TIC_TAC_TOE))
    0

    Args:
        rules: Rules of the game.
        entries: Largest number of positions in memory, 8 bytes each.
        tell: Function that reports progress during a long search. Its arguments are the number of
            positions visited, and the lowest and highest score that are still possible.
        openings: Whether to look up openings, if there is a table for the game.

    Raises:
        ValueError: If the board is too large.
    """

    def __init__(
        self,
        rules: Rules,
        entries: int = ENTRIES,
        tell: Progress | None = None,
        openings: bool = True,
    ) -> None:
        self.rules, self.tell = rules, tell
        require_rules(rules)
        entries = guard.whole("entries", entries, 1, MOST_ENTRIES)
        self._memory, self._stack = new_memory(rules, entries), new_stack(rules)
        self._settle = settle_connect_four if rules == CONNECT_FOUR else settle_any
        self._openings = new_openings(rules) if openings else no_openings()

    @property
    def visited(self) -> int:
        """Number of positions visited so far, in all calls."""
        return int(self._stack.cursor[VISITED])

    def score(self, position: Position) -> int:
        """Return the score of the side to move: positive for a win, 0 for a draw, else negative.

        Raises:
            ValueError: If the position belongs to another game.
        """
        if position.rules != self.rules:
            raise ValueError("The position belongs to another game than the solver.")
        if position.lost:
            return -((self.rules.cells + 2 - position.plies) // 2)
        return self._score(position.own, position.other)

    def action_scores(self, position: Position) -> npt.NDArray[np.float64]:
        """Return the score of each action for the side to move, [actions]; nan if illegal."""
        scores = np.full(self.rules.actions, np.nan)
        for action in position.legal_actions:
            scores[action] = -self.score(position.play(action))
        return scores

    def forget(self) -> None:
        """Empty the memory."""
        self._memory.entries[:] = 0

    def _score(self, own: int, other: int) -> int:
        """Return the score of a position in which no side has a line."""
        ask(self._stack, own, other)
        while not self._settle(
            self.rules, self._openings, self._memory, self._stack, BETWEEN_REPORTS
        ):
            if self.tell:
                low, high = self._stack.cursor[[LOW, HIGH]].tolist()
                self.tell(self.visited, low, high)
        return int(self._stack.cursor[LOW])


@functools.cache
def solver_of(rules: Rules) -> Solver:
    """Return the one solver of a game that all functions here use."""
    return Solver(rules)


def solve(position: Position) -> int:
    """Return the score of the side to move: positive for a win, 0 for a draw, else negative.

    >>> from spielfeld.envs.board_game import TIC_TAC_TOE, Position
    >>> solve(Position.of_moves("15", TIC_TAC_TOE)), solve(Position.of_moves("12", TIC_TAC_TOE))
    (0, 2)
    """
    return solver_of(position.rules).score(position)


def action_scores(position: Position) -> npt.NDArray[np.float64]:
    """Return the score of each action for the side to move, [actions]; nan if illegal."""
    return solver_of(position.rules).action_scores(position)


def perfect_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves with the best score: the earliest win, or the latest loss."""
    scores = action_scores(Position(rules, own, other))
    best = np.flatnonzero(scores == np.nanmax(scores)).tolist()
    return sum(move_of(rules, own | other, action) for action in best)
