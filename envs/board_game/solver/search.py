"""The exact score of a position by asking, again and again, whether it is more than a bound.

A score says how soon the game ends if both sides play perfectly: 0 for a draw, and for a win half
of the stones that are then left to play, the winning one counted, so that sooner is better:

    score = (cells + 1 - stones before the winning one) // 2     for its winner, - for the other

"Is it more than b?" is a null-window alpha-beta search, in which negamax needs no arithmetic:

    score > b    if and only if, for some move,    not (score of the opponent then > -b - 1)

A move that wins at once is seen before the search, and no side ever plays one that lets the other
win at once, so nobody wins inside of it; it ends where no safe move is left, where too few stones
are left to be as soon as asked, or where the memory knows. Moves are tried in the order of the
winning cells that they make, on equality from the centre outwards.

Source: Pascal Pons, "Solving Connect 4: how to build a perfect AI" (blog.gamesolver.org), and John
Tromp, "Fhourstones", from whom scores, safe moves and order are taken. Unlike theirs, this search
keeps its own stack instead of calling itself, so that it can be left and taken up again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from envs.board_game.rules import Rules, action_cells, legal_moves, position_key
from envs.board_game.solver.memory import (
    Memory,
    lower_bound,
    recall,
    remember,
    scrambled,
    upper_bound,
)
from envs.board_game.solver.threats import count, safe_moves, winning_cells
from envs.compiled import compiled

Numbers = npt.NDArray[np.int64]
NO, YES, OPEN = range(3)  # answers, and none yet
OWN, OTHER, MOVES, KEY = range(4)  # columns of `Stack.frames`
LOW, HIGH, VISITED, BOUND, DEPTH = range(5)  # places in `Stack.cursor`
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


def ask(stack: Stack, own: int, other: int, low: int, high: int) -> None:
    """Ask for the score of a position, known to lie between two bounds."""
    stack.frames[0, OWN], stack.frames[0, OTHER] = own, other
    stack.cursor[LOW], stack.cursor[HIGH], stack.cursor[DEPTH] = low, high, -1


def _settle(rules: Rules, memory: Memory, stack: Stack, budget: int) -> bool:
    """Narrow the bounds of what was asked until they meet, or the budget of positions is spent.

    Returns:
        Whether they meet.
    """
    cursor = stack.cursor
    until = cursor[VISITED] + budget
    while cursor[LOW] < cursor[HIGH]:
        if cursor[DEPTH] < 0:
            cursor[BOUND], cursor[DEPTH] = question(cursor[LOW], cursor[HIGH]), 0
        answer = search(rules, memory, stack, until)
        if answer == OPEN:
            return False
        bound = question(cursor[LOW], cursor[HIGH])
        if answer == YES:
            cursor[LOW] = bound + 1
        else:
            cursor[HIGH] = bound
        cursor[DEPTH] = -1
    return True


def question(low: int, high: int) -> int:
    """Return the bound to ask about: what divides the possible scores in halves.

    While both sides may win, quick wins and losses are asked about first, since their trees are
    small: this halves the distance of one bound from a draw.
    """
    middle = (low + high) // 2
    if middle <= 0:
        return min(middle, -(-low // 2))
    return max(middle, high // 2)


def search(rules: Rules, memory: Memory, stack: Stack, until: int) -> int:
    """Return whether the score is more than the bound asked: YES, NO, or OPEN if it was left."""
    frames, cursor = stack.frames, stack.cursor
    bound, depth = cursor[BOUND], cursor[DEPTH]
    answer = examine(rules, memory, stack, depth, bound)
    while answer == OPEN or depth > 0:
        if answer == OPEN:
            place = first_place(stack.ranks, depth)
            if place < 0:
                answer = NO
                remember(memory, frames[depth, KEY], False, bound)
            else:
                move = frames[depth, MOVES] & stack.places[place]
                own, other = frames[depth, OWN], frames[depth, OTHER]
                depth, bound = depth + 1, -bound - 1
                frames[depth, OWN], frames[depth, OTHER] = other, own | move
                if cursor[VISITED] >= until:
                    cursor[BOUND], cursor[DEPTH] = bound, depth
                    return OPEN
                answer = examine(rules, memory, stack, depth, bound)
        else:
            depth, bound = depth - 1, -bound - 1
            if answer == YES:
                answer = OPEN
            else:
                answer = YES
                remember(memory, frames[depth, KEY], True, bound)
    return answer


def examine(rules: Rules, memory: Memory, stack: Stack, depth: int, bound: int) -> int:
    """Answer whether a position's score is more than `bound`, or rank its moves."""
    stack.cursor[VISITED] += 1
    own, other = int(stack.frames[depth, OWN]), int(stack.frames[depth, OTHER])
    left = rules.rows * rules.columns - count(own | other)
    moves = safe_moves(rules, own, other)
    if moves == 0:
        return YES if -(left // 2) > bound else NO
    if left <= 2:
        return YES if bound < 0 else NO
    if bound >= (left - 1) // 2:  # as soon as the own stone after next
        return NO
    if bound < -((left - 2) // 2):  # as soon as the opponent's stone after next
        return YES
    key = scrambled(memory, position_key(rules, own, other))
    bounds = recall(memory, key)
    if lower_bound(bounds) > bound:
        return YES
    if upper_bound(bounds) <= bound:
        return NO
    stack.frames[depth, MOVES], stack.frames[depth, KEY] = moves, key
    rank(rules, stack, depth, own, other, moves)
    return OPEN


def rank(rules: Rules, stack: Stack, depth: int, own: int, other: int, moves: int) -> None:
    """Note how many winning cells each move makes, a better place breaking ties."""
    places, free = stack.places, ~(own | other)
    for place in range(places.size):
        move = moves & places[place]
        threats = count(winning_cells(rules, own | move) & free)
        stack.ranks[depth, place] = (threats + 1) * PLACES - place if move else 0


def first_place(ranks: Numbers, depth: int) -> int:
    """Return the place to try next, and strike it out; -1 if there is none."""
    best, highest = -1, 0
    for place in range(ranks.shape[1]):
        if ranks[depth, place] > highest:
            best, highest = place, ranks[depth, place]
    if highest:
        ranks[depth, best] = 0
    return best


settle = compiled(_settle, allocates=False)


def wins_at_once(rules: Rules, own: int, other: int) -> int:
    """Return the moves that complete a line."""
    return winning_cells(rules, own) & legal_moves(rules, own | other)
