"""Changing mazes: two maps with the same states, one before and one after the change.

Source: Sutton & Barto, 2nd edition, examples 8.2 (blocking maze) and 8.3 (shortcut maze).
"""

from __future__ import annotations

import numpy as np

from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.tabular import TabularModel

# The row with the wall, before the change and after it.
WALLS = {
    "blocking": ("########.", ".########"),  # the short path closes, a long one opens
    "shortcut": (".########", ".#######."),  # the long path stays, a short one opens
}


def changing_maze(kind: str) -> tuple[TabularModel, TabularModel]:
    """Return a maze of 6 x 9 cells before and after its change; both have the same states.

    Learn in an environment of the first model, then in one of the second. Write
    `learner.learn(before, 1_000)`, then `learner.learn(after, 2_000)`. State 9 * row + column is
    the same cell in both; no action leads to the states of walls. The goal has the reward 1 and
    ends the episode; all other rewards are 0.

    Args:
        kind: "blocking" (the book changes it after 1,000 steps) or "shortcut" (after 3,000).

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
    """Return the model of a world without keys, with one state for each cell, also for walls.

    Args:
        layout: Layout of the world; state row * columns + column is a cell of its map.
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
