"""Random mazes of any size, drawn from a seed."""

from __future__ import annotations

from fractions import Fraction
from numbers import Integral

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Layout
from spielfeld.envs.grid_world.layout_values import (
    PROBABILITY,
    even_slip,
    exact_share,
    is_number,
    show,
)


def maze_layout(
    rows: int = 21,
    columns: int = 21,
    seed: int = 0,
    slip: float | str = 0.0,
    loops: float | str = 0.0,
    step_reward: float = -1.0,
    discount: float = 1.0,
    max_episode_steps: int | None = None,
) -> Layout:
    """Return a random maze: a spanning tree over the cells at odd rows and columns.

    It is a minimum spanning tree under random weights (Kruskal). So there is exactly one path
    between any two cells, until `loops` opens more walls.

    Args:
        rows: Height with the outer wall, odd and at least 5.
        columns: Width with the outer wall, odd and at least 5.
        seed: The same seed gives the same maze.
        slip: Probability that a move slips to the left or right, half each. A number, or a
            fraction such as "1/3".
        loops: Share of the remaining inner walls that are also opened, from 0 to 1.
        step_reward: Reward of each step.
        discount: Discount of the maze's returns.
        max_episode_steps: Time limit in environment steps; by default 20 x (rows + columns), a
            few times the longest path.

    Raises:
        ValueError: If a size is even or too small, or an option has a wrong value.
    """
    for word, size in {"rows": rows, "columns": columns}.items():
        if not _is_whole(size, 5) or size % 2 == 0:
            raise ValueError(f"A maze needs an odd number of {word}, 5 or more, not {show(size)}.")
    limit = 20 * (rows + columns) if max_episode_steps is None else max_episode_steps
    _demand(_is_whole(seed, 0), "seed", seed, "a whole number, 0 or more")
    _demand(_is_whole(limit, 1), "max_episode_steps", limit, "a whole number, 1 or more")
    _demand(is_number(step_reward), "step_reward", step_reward, "a number")
    _demand(is_number(discount), "discount", discount, "a number from 0 to 1")
    slip_share, loop_share = _share("slip", slip), _share("loops", loops)
    random = np.random.default_rng(seed)
    drawn = np.full((rows, columns), "#")
    drawn[1::2, 1::2] = "."
    walls = _inner_walls(rows, columns)
    tree = _spanning_tree(walls, random)
    opened = tree | (random.random(len(walls)) < float(loop_share))
    drawn[tuple(walls[opened].T)] = "."
    drawn[1, 1], drawn[-2, -2] = "S", "G"
    return Layout(
        rows=tuple("".join(row) for row in drawn.tolist()),
        legend=dict(BUILT_IN_TILES),
        name=f"Maze {rows} x {columns}, seed {seed}",
        source="Spielfeld",
        slip=even_slip(slip_share),
        step_reward=step_reward,
        discount=discount,
        max_episode_steps=limit,
    )


def _demand(holds: bool, word: str, value: object, expected: str) -> None:
    if not holds:
        raise ValueError(f"{word} must be {expected}, not {show(value)}.")


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def _share(word: str, value: object) -> Fraction:
    share = exact_share(value)
    _demand(share is not None, word, value, PROBABILITY)
    return share or Fraction(0)


def _inner_walls(rows: int, columns: int) -> Array:
    """Return row and column of every wall between two neighbour cells. Shape [walls, 2]."""
    row, column = np.mgrid[1 : rows - 1, 1 : columns - 1]
    between = (row + column) % 2 == 1
    return np.stack([row[between], column[between]], axis=1)


def _spanning_tree(walls: Array, random: np.random.Generator) -> Array:
    """Choose walls to open, so that exactly one path joins any two cells. Shape [walls]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    row, column = walls.T
    beside = np.where(row % 2 == 0, 1, 0), np.where(row % 2 == 0, 0, 1)
    width = column.max() // 2 + 1
    first = (row - beside[0]) // 2 * width + (column - beside[1]) // 2
    second = (row + beside[0]) // 2 * width + (column + beside[1]) // 2
    weight = random.permutation(len(walls)) + 1.0
    nodes = int(second.max()) + 1
    tree = minimum_spanning_tree(csr_array((weight, (first, second)), shape=(nodes, nodes)))
    return np.isin(weight, tree.data)
