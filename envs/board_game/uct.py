"""UCT: tree search by simulated games (playouts), with more playouts for better moves.

Each playout starts at the position and follows a tree of moves. At each node it takes the child
with the highest upper bound on its value. At the end of the tree it adds the children of that node.
From there it plays at random to the end of the game. All nodes on the path store the result. The
search then plays the move with the most visits. It keeps nothing between moves, and it only knows
the rules.

    bound = mean result of the child + EXPLORATION * sqrt(ln(visits of the node) / its visits)

Source: Kocsis & Szepesvari (2006), "Bandit based Monte-Carlo planning"; Browne et al. (2012), "A
survey of Monte Carlo tree search methods", algorithm 2, with the child visited most as the answer.
"""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.bits import choose, lowest
from spielfeld.envs.board_game.rules import Rules, has_line, is_full, legal_moves
from spielfeld.streams import Streams, next_draw

EXPLORATION = 1.4142135623730951  # as in UCB1, for results that mostly differ by at most 1
PLAYOUTS = 100  # playouts of the opponent "uct"
SEEDS = 2**53  # number of different seeds, and of draws from [0, 1)


class Tree(NamedTuple):
    """Nodes, numbered from the root, 0; the children of a node have successive numbers."""

    move: npt.NDArray[np.int64]  # the cell of the last move before the node
    visits: npt.NDArray[np.int64]
    total: npt.NDArray[np.float64]  # sum of the results, for the side that played `move`
    first: npt.NDArray[np.int64]  # number of the first child
    children: npt.NDArray[np.int64]  # number of children; 0 at the end of the tree
    path: npt.NDArray[np.int64]  # nodes from the root to the present node


def new_tree(nodes: int, depth: int) -> Tree:
    """Return a tree with only the root, with memory for `nodes` nodes and paths of `depth`."""
    move, visits = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    first, count = np.ones(nodes, np.int64), np.zeros(nodes, np.int64)
    return Tree(move, visits, np.zeros(nodes), first, count, np.zeros(depth, np.int64))


def new_stream(seed: int) -> Streams:
    """Return a new stream of random numbers for a search; `seed` is less than `SEEDS`."""
    stream = np.ones((8, 1), np.uint64)
    stream[2, 0], stream[3, 0] = seed >> 32, seed & (2**32 - 1)
    for _ in range(3):  # until all bits depend on the seed
        next_draw(stream, 0)
    return stream


def best_child(tree: Tree, node: int, draw: float) -> int:
    """Return an unvisited child, or the child with the highest bound; `draw` breaks ties."""
    count, first = tree.children[node], tree.first[node]
    begin, best, highest = int(draw * count), first, -np.inf
    for k in range(count):
        child = first + (begin + k) % count
        visits = tree.visits[child]
        if visits == 0:
            return int(child)
        bound = tree.total[child] / visits
        bound += EXPLORATION * sqrt(log(tree.visits[node]) / visits)
        if bound > highest:
            best, highest = child, bound
    return int(best)


def expand(rules: Rules, tree: Tree, node: int, free: int, stones: int) -> int:
    """Add a child for each legal move, numbered from `free`; return the next free number."""
    tree.first[node], moves = free, legal_moves(rules, stones)
    while moves:
        tree.move[free] = lowest(moves)
        moves &= moves - 1
        free += 1
    tree.children[node] = free - tree.first[node]
    return free


def random_result(rules: Rules, own: int, other: int, stream: Streams) -> float:
    """Play at random to the end; return the result for `other`, the side that has just moved."""
    sign = 1.0
    while True:
        if has_line(rules, other):
            return sign
        if is_full(rules, own | other):
            return 0.0
        own |= choose(legal_moves(rules, own | other), next_draw(stream, 0))
        own, other, sign = other, own, -sign


def playout(rules: Rules, tree: Tree, free: int, own: int, other: int, stream: Streams) -> int:
    """Run one playout: descend, add children, play at random, store; return the next free node."""
    node, depth = 0, 0
    while tree.children[node] > 0:
        node = best_child(tree, node, next_draw(stream, 0))
        own, other = other, own | tree.move[node]
        depth += 1
        tree.path[depth] = node
    if not has_line(rules, other):
        free = expand(rules, tree, node, free, own | other)
    result = random_result(rules, own, other, stream)
    for k in range(depth, -1, -1):
        tree.visits[tree.path[k]] += 1
        tree.total[tree.path[k]] += result
        result = -result
    return free


def searched(rules: Rules, own: int, other: int, playouts: int, seed: int) -> Tree:
    """Return the tree of a search; see `uct_move`."""
    cells = rules.rows * rules.columns
    tree = new_tree(1 + (playouts + 1) * (rules.columns if rules.gravity else cells), cells + 1)
    stream, free = new_stream(seed), 1
    for _ in range(playouts):
        free = playout(rules, tree, free, own, other, stream)
    return tree


def uct_move(rules: Rules, own: int, other: int, playouts: int, seed: int) -> int:
    """Return the cell that UCT chooses for its stone.

    Args:
        rules: Rules of the game.
        own: Stones of the side to move; the game must not be over.
        other: Stones of its opponent.
        playouts: Number of simulated games.
        seed: Seed of the random numbers; the same seed gives the same move.
    """
    tree = searched(rules, own, other, playouts, seed)
    best = tree.first[0]
    for child in range(best, best + tree.children[0]):
        if tree.visits[child] > tree.visits[best]:
            best = child
    return int(tree.move[best])


def uct_means(
    rules: Rules, own: int, other: int, playouts: int, seed: int
) -> list[tuple[int, float]]:
    """Return each move with the mean result of its playouts; see `uct_move`."""
    tree = searched(rules, own, other, playouts, seed)
    first = tree.first[0]
    return [
        (tree.move[child], tree.total[child] / max(1, tree.visits[child]))
        for child in range(first, first + tree.children[0])
    ]


def uct_reply(rules: Rules, own: int, other: int, draw: float) -> int:
    """Return the move of the opponent "uct"; `draw` gives the seed of its playouts."""
    return uct_move(rules, own, other, PLAYOUTS, int(draw * SEEDS))
