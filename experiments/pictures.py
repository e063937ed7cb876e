"""Pictures of values and policies: on the map of a world, or as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.grid_world.dynamics import GridStates
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.envs.tabular import TabularModel
from spielfeld.experiments.screen import below
from spielfeld.protocols import HasPosition, OnMap, World, board_of, model_of

if TYPE_CHECKING:
    from pygame import Surface

VALUES = ("states", "actions", "none")


@dataclass(frozen=True)
class View:
    """The contents of a picture.

    Args:
        values: "states" for the best action's value, "actions" for a wedge per action, "none".
        policy: Whether arrows show the best actions.
        cell: Side of a cell in pixels; None to choose by the size of the map.
    """

    values: str = "states"
    policy: bool = True
    cell: int | None = None


DEFAULT_VIEW = View()


def picture(
    env: World, action_values: Floats | None, view: View, caption: str | None = None
) -> Surface:
    """Draw a grid world with values and the greedy policy; without a map, the table itself.

    Args:
        env: A Gymnasium environment.
        action_values: Values of the actions in the model's states, -inf for illegal actions;
            None if nothing is known. Shape [states, actions].
        view: The choice of shown values.
        caption: A line of text above the map.

    Returns:
        A new picture. Where the world has keys, it shows the states with those keys that the
        agent holds now.
    """
    world = env.unwrapped
    if not isinstance(world, OnMap) or (
        action_values is not None and len(action_values) != len(world.grid_states.cells)
    ):
        if action_values is None:
            raise ValueError("There is neither a map nor a table of values to draw.")
        return _without_map(world, action_values, view, caption)
    from spielfeld.envs.grid_world.renderer import draw

    states, position = world.grid_states, max(0, world.position)
    row, column = states.cells[position].tolist()
    mask, values, policy = int(states.keys[position]), None, None
    if action_values is not None:
        values = _shown(states, mask, action_values, view.values)
        policy = _policy(states, mask, action_values, view)
    here, keys = (row, column) if world.position >= 0 else None, states.held_at(position)
    size = map_size(world.layout, view.cell, values is not None)
    shown: Surface = draw(world.layout, here, keys, values, policy, size, caption or "")
    return shown


def _without_map(world: object, action_values: Floats, view: View, caption: str | None) -> Surface:
    """Draw the values of states where the world says they lie, or else the table of actions."""
    model = model_of(world, TabularModel)
    if model is not None and action_values.shape == model.legal_actions.shape:
        action_values = np.where(model.legal_actions, action_values, -np.inf)
    game = board_of(world, Position)
    if game is not None and isinstance(world, HasPosition):
        return _of_board(game, action_values[world.position], caption)
    board = board_of(world, np.ndarray)
    if board is None or view.values == "actions":
        return heat_table(np.where(action_values > -np.inf, action_values, np.nan), caption)
    from spielfeld.envs.grid_world.renderer import draw

    values = np.where(board >= 0, action_values.max(axis=1)[board], np.nan)
    shown: Surface = draw(_blank(*board.shape), values=values, caption=caption)
    return shown


def _of_board(board: Position, action_values: Floats, caption: str | None) -> Surface:
    """Draw the position of a learner's game, with its value of each move."""
    from spielfeld.envs.board_game.renderer import draw

    known = np.where(action_values > -np.inf, action_values, np.nan)
    return below(draw(board, values=known if board.legal_actions else None), [caption or ""])


def map_size(layout: Layout, cell: int | None, legend: bool = True) -> tuple[int, int]:
    """Size in pixels of a picture with a caption, and with a legend or without."""
    from spielfeld.envs.grid_world.background import fitting_size

    return fitting_size(layout, cell or min(64, max(8, 800 // max(layout.shape))), 1 + 2 * legend)


def on_map(states: GridStates, mask: int, table: Floats) -> Floats:
    """Put the rows of a table where their states lie on the map.

    Args:
        states: A `GridStates`.
        mask: Keys held, as a bit mask.
        table: One row for each state. Shape [states, ...].

    Returns:
        NaN where there is no such state. Shape [rows, columns, ...].
    """
    rows, columns = np.indices(states.shape)
    found = states.state_at(rows, columns, mask)
    spread = np.array(table[found], float)
    spread[found < 0] = np.nan
    return spread


def _shown(states: GridStates, mask: int, action_values: Floats, values: str) -> Floats | None:
    if values == "none":
        return None
    return on_map(states, mask, action_values.max(axis=1) if values == "states" else action_values)


def _policy(states: GridStates, mask: int, action_values: Floats, view: View) -> Floats | None:
    """Return the greedy policy; no arrows where all actions are equal, nothing being learnt."""
    if not view.policy:
        return None
    from spielfeld.agents.planning.value_iteration import greedy_policy

    greedy = greedy_policy(action_values)
    greedy[((greedy > 0) == np.isfinite(action_values)).all(axis=1)] = 0
    return np.nan_to_num(on_map(states, mask, greedy))


def heat_table(table: Floats, caption: str | None = None) -> Surface:
    """Draw a table of states (lines) and actions (columns), folded into blocks if it is long."""
    from spielfeld.envs.grid_world.renderer import draw

    states, actions = table.shape
    blocks = max(1, round(math.sqrt(states / (actions + 1) * 1.3)))
    lines = math.ceil(states / blocks)
    folded = np.full((blocks, lines, actions + 1), np.nan)
    folded.reshape(blocks * lines, -1)[:states, :actions] = table
    values = folded.swapaxes(0, 1).reshape(lines, -1)[:, :-1]
    shown: Surface = draw(_blank(*values.shape), values=values, caption=caption)
    return shown


@lru_cache(maxsize=8)
def _blank(rows: int, columns: int) -> Layout:
    return Layout(("." * columns,) * rows)
