"""Proof of perfect play on a small board, from all positions and all possible games."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from spielfeld.agents.self_play.learner import TIE, SelfPlayLearner
from spielfeld.arrays import Array
from spielfeld.envs.board_game.rules import Rules, has_line, is_full, move_of, table_index


class Solution(NamedTuple):
    """All positions with a choice of moves, and the optimal moves."""

    positions: Array  # from the view of the side to move; see `table_index` [positions]
    optimal: Array  # actions that keep the value of the game [positions, actions]


@cache
def solution(rules: Rules) -> Solution:
    """Solve a board of up to nine cells, by checking every position that can be reached."""
    values: dict[tuple[int, int], dict[int, int]] = {}

    def value(own: int, other: int) -> int:
        """Return the result of perfect play for the side to move."""
        if has_line(rules, other):
            return -1
        if is_full(rules, own | other):
            return 0
        if (own, other) not in values:
            moves = {a: move_of(rules, own | other, a) for a in range(rules.actions)}
            values[own, other] = {a: -value(other, own | move) for a, move in moves.items() if move}
        return max(values[own, other].values())

    value(0, 0)
    positions = [table_index(rules, own, other) for own, other in values]
    optimal = np.zeros((len(values), rules.actions), bool)
    for row, worth in enumerate(values.values()):
        best = max(worth.values())
        optimal[row, [action for action, reached in worth.items() if reached == best]] = True
    return Solution(np.array(positions), optimal)


def greedy_actions(learner: SelfPlayLearner) -> Array:
    """Return the learner's greedy actions, ties included, in every position of `solution`."""
    values = learner.predict(solution(learner.rules).positions)
    greedy: Array = values >= values.max(axis=1, keepdims=True) - TIE
    return greedy


def share_of_optimal(learner: SelfPlayLearner) -> float:
    """Return the share of all positions in which every greedy action is optimal."""
    mistaken = (greedy_actions(learner) & ~solution(learner.rules).optimal).any(axis=1)
    return 1.0 - float(mistaken.mean())


def never_loses(learner: SelfPlayLearner) -> bool:
    """Return whether the greedy player never loses, as either side, with any choice in ties."""
    return not (loses(learner, True) or loses(learner, False))


def loses(learner: SelfPlayLearner, begins: bool) -> bool:
    """Return whether an opponent can win against the greedy player, which begins or not."""
    rules = learner.rules
    positions = solution(rules).positions.tolist()
    greedy = dict(zip(positions, greedy_actions(learner), strict=True))
    seen, waiting = set(), [(0, 0, begins)]
    while waiting:
        own, other, decides = waiting.pop()
        allowed = greedy[table_index(rules, own, other)] if decides else np.ones(rules.actions)
        for action in np.flatnonzero(allowed).tolist():
            move = move_of(rules, own | other, action)
            if move and has_line(rules, own | move):
                if not decides:
                    return True
            elif (
                move and (other, own | move) not in seen and not is_full(rules, own | other | move)
            ):
                seen.add((other, own | move))
                waiting.append((other, own | move, not decides))
    return False


def drawn_against_itself(learner: SelfPlayLearner) -> float:
    """Return the probability of a draw of the greedy player with itself, with random ties."""
    rules = learner.rules
    positions = solution(rules).positions.tolist()
    greedy = dict(zip(positions, greedy_actions(learner), strict=True))

    @cache
    def drawn(own: int, other: int) -> float:
        actions = np.flatnonzero(greedy[table_index(rules, own, other)]).tolist()
        moves = [own | move_of(rules, own | other, action) for action in actions]
        return sum(map(after, moves, [other] * len(moves))) / len(moves)

    def after(own: int, other: int) -> float:
        if has_line(rules, own):
            return 0.0
        return 1.0 if is_full(rules, own | other) else drawn(other, own)

    return drawn(0, 0)
