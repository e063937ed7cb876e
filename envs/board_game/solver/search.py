"""Exact score of a position, by many searches that each ask whether it is above a bound.

A score says how soon the game ends under perfect play. It is 0 for a draw. For a win it is half of
the stones that are not yet played, with the winning stone. So an early win has a high score:

    score = (cells + 1 - stones before the winning one) // 2     for its winner, - for the other

The question "Is the score above b?" is a null-window alpha-beta search; negamax is simple there:

    score > b    if and only if, for some move,    not (score of the opponent then > -b - 1)

The search finds a winning move at once, before it goes deeper. It never tries a move that lets the
other side win at once. A branch ends if no safe move is left, or if too few stones are left for the
score. It also ends if the memory knows the answer. The search first tries the moves that make the
most winning cells, and among equal ones the most central move.

Source: Pascal Pons, "Solving Connect 4: how to build a perfect AI" (blog.gamesolver.org), and John
Tromp, "Fhourstones". Scores, safe moves and the order of moves follow these. Their search is
recursive; this search has its own stack, so that it can stop and continue later.
"""

from __future__ import annotations

from spielfeld.compiled import compiled
from spielfeld.envs.board_game.bits import count
from spielfeld.envs.board_game.rules import CONNECT_FOUR, Rules
from spielfeld.envs.board_game.solver.memory import (
    Memory,
    lower_bound,
    recall,
    remember,
    scrambled,
    shared_key,
    upper_bound,
)
from spielfeld.envs.board_game.solver.openings import STONES, Openings, find_opening
from spielfeld.envs.board_game.solver.stack import (
    ANSWERED,
    ASKED,
    BOUND,
    DEPTH,
    HIGH,
    KEY,
    LOW,
    MOVES,
    OTHER,
    OWN,
    PLACES,
    VISITED,
    Numbers,
    Stack,
)
from spielfeld.envs.board_game.threats import safe_moves, winning_cells, winning_moves

YES, NO, OPEN, UNSEEN = range(4)  # answers; no answer yet: some moves are left, or all moves


def _settle(rules: Rules, openings: Openings, memory: Memory, stack: Stack, budget: int) -> bool:
    """Narrow the bounds of the score until they are equal, or until the budget is used up.

    Returns:
        Whether they are equal.
    """
    rules, cursor = fixed(rules), stack.cursor
    if cursor[DEPTH] == ASKED:
        own, other = stack.frames[0, OWN], stack.frames[0, OTHER]
        cursor[LOW], cursor[HIGH] = possible_scores(rules, own, other)
        cursor[DEPTH] = ANSWERED
    until = cursor[VISITED] + budget
    while cursor[LOW] < cursor[HIGH]:
        if cursor[DEPTH] == ANSWERED:
            cursor[BOUND], cursor[DEPTH] = question(cursor[LOW], cursor[HIGH]), 0
        answer = search(rules, openings, memory, stack, until)
        if answer == OPEN:
            return False
        bound = question(cursor[LOW], cursor[HIGH])
        if answer == YES:
            cursor[LOW] = bound + 1
        else:
            cursor[HIGH] = bound
        cursor[DEPTH] = ANSWERED
    return True


def fixed(rules: Rules) -> Rules:
    """Return the rules of the search."""
    return rules


def connect_four(rules: Rules) -> Rules:
    """Return rules that are constants of the compiled search, which halves its time."""
    return CONNECT_FOUR


def possible_scores(rules: Rules, own: int, other: int) -> tuple[int, int]:
    """Return the lowest and the highest score that are possible with the stones left."""
    left = rules.rows * rules.columns - count(own | other)
    if winning_moves(rules, own, other):
        return (left + 1) // 2, (left + 1) // 2
    return -(left // 2), max(0, (left - 1) // 2)


def question(low: int, high: int) -> int:
    """Return the next bound to ask about: first a draw, then 2 further away each time.

    Most games between these bounds are long, so the search soon decides scores near a draw.
    """
    middle = (low + high) // 2
    if low < 0 < high:
        return 0 if high >= -low else -1
    return max(middle, high - 2) if high <= 0 else min(middle, low + 1)


def search(rules: Rules, openings: Openings, memory: Memory, stack: Stack, until: int) -> int:
    """Return whether the score is above the bound: YES, NO, or OPEN if the search stopped."""
    frames, cursor = stack.frames, stack.cursor
    bound, depth = cursor[BOUND], cursor[DEPTH]
    answer = UNSEEN
    while depth > 0 or answer > NO:
        if answer == UNSEEN:
            if cursor[VISITED] >= until:
                cursor[BOUND], cursor[DEPTH] = bound, depth
                return OPEN
            answer = examine(rules, openings, memory, stack, depth, bound)
            continue
        if answer == OPEN:
            answer = NO  # if there is no further move
            place = first_place(stack.ranks, depth)
            if place >= 0:
                move = frames[depth, MOVES] & stack.places[place]
                own, other = frames[depth, OWN], frames[depth, OTHER]
                depth, bound, answer = depth + 1, -bound - 1, UNSEEN
                frames[depth, OWN], frames[depth, OTHER] = other, own | move
        else:
            depth, bound = depth - 1, -bound - 1
            answer = OPEN if answer == YES else YES
        if answer <= NO:
            remember(memory, frames[depth, KEY], answer == YES, bound)
    return answer


def examine(
    rules: Rules, openings: Openings, memory: Memory, stack: Stack, depth: int, bound: int
) -> int:
    """Return whether a position's score is above `bound`, or rank its moves and return OPEN."""
    stack.cursor[VISITED] += 1
    own, other = int(stack.frames[depth, OWN]), int(stack.frames[depth, OTHER])
    left = rules.rows * rules.columns - count(own | other)
    moves = safe_moves(rules, own, other)
    if moves == 0:
        return YES if -(left // 2) > bound else NO
    if left <= 2:
        return YES if bound < 0 else NO
    if bound >= (left - 1) // 2:  # even a win with the own stone after next is not enough
        return NO
    if bound < -((left - 2) // 2):  # even a loss to the opponent's stone after next is enough
        return YES
    if left == rules.rows * rules.columns - STONES and openings.codes.size:
        place = find_opening(openings, rules, own, other)
        if place >= 0:
            return YES if openings.scores[place] > bound else NO
    key = scrambled(memory, shared_key(rules, own, other))
    bounds = recall(memory, key)
    if lower_bound(bounds) > bound:
        return YES
    if upper_bound(bounds) <= bound:
        return NO
    stack.frames[depth, MOVES], stack.frames[depth, KEY] = moves, key
    rank(rules, stack, depth, own, other, moves)
    return OPEN


def rank(rules: Rules, stack: Stack, depth: int, own: int, other: int, moves: int) -> None:
    """Rank the moves by the number of winning cells that they make, then by their place."""
    places, free = stack.places, ~(own | other)
    for place in range(places.size):
        move = moves & places[place]
        threats = count(winning_cells(rules, own | move) & free)
        stack.ranks[depth, place] = (threats + 1) * PLACES - place if move else 0


def first_place(ranks: Numbers, depth: int) -> int:
    """Return the place of the best move left, and remove it; -1 if no move is left."""
    best, highest = -1, 0
    for place in range(ranks.shape[1]):
        if ranks[depth, place] > highest:
            best, highest = place, ranks[depth, place]
    if highest:
        ranks[depth, best] = 0
    return best


settle_any = compiled(_settle, allocates=False)
settle_connect_four = compiled(_settle, allocates=False, fixed=connect_four)
