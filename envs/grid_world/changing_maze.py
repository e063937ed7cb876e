"""Mazes that change while an agent learns: two maps whose states have the same numbers.

Source: Sutton & Barto, 2nd edition, examples 8.2 (blocking maze) and 8.3 (shortcut maze).
"""

from __future__ import annotations

import numpy as np

from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.tabular import TabularModel

# What stands in the row of the wall, before the change and after it.
WALLS = {
    "blocking": ("########.", ".########"),  # the short way closes, a long one opens
    "shortcut": (".########", ".#######."),  # the long way stays, a short one opens
}


def changing_maze(kind: str) -> tuple[TabularModel, TabularModel]:
    """Return a maze of 6 x 9 cells before and after it changes; both with the same states.

    An environment of the first, then one of the second: `learner.learn(before, 1_000)` and
    `learner.learn(after, 2_000)`. State 9 * row + column is the same cell in both; walls are states
    that nothing leads to. The goal pays 1 and ends the episode, all else pays 0.

    Args:
        kind: "blocking" (changes after 1,000 steps in the book) or "shortcut" (after 3,000).

    Raises:
        ValueError: If there is no such maze.
    """
    if kind not in WALLS:
        raise ValueError(f"There is no changing maze {kind!r}; there are {', '.join(WALLS)}.")
    before, after = (_maze(wall) for wall in WALLS[kind])
    return before, after


def _maze(wall: str) -> TabularModel:
    floor = "." * 9
    layout = Layout(("........G", floor, floor, wall, floor, "...S....."))
    layout.legend["G"] = Tile("goal", end=True, reward=1.0)
    return number_by_cell(layout)


def number_by_cell(layout: Layout) -> TabularModel:
    """Return the model of a world without keys with one state for each cell, walls too.

    Args:
        layout: The world; state row * columns + column is a cell of its map.
    """
    model, states = grid_model(layout)
    rows, columns = states.shape
    cell = states.cells[:, 0] * columns + states.cells[:, 1]
    shape = (rows * columns, *model.probability.shape[1:])
    probability, reward = np.zeros(shape), np.zeros(shape)
    terminated, start = np.zeros(shape, bool), np.zeros(rows * columns)
    next_state = np.empty(shape, np.int32)
    next_state[:] = np.arange(rows * columns)[:, None, None]
    probability[..., 0] = 1.0  # a wall leads to itself
    probability[cell], reward[cell] = model.probability, model.reward
    next_state[cell], terminated[cell] = cell[model.next_state], model.terminated
    start[cell] = model.start
    return TabularModel(probability, next_state, reward, terminated, start)
