"""Pictures of what is known about a world: values and policy on its map, or as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.grid_world.layout import Layout

LINE = 24  # height of a line of text below a picture, in pixels
VALUES = ("states", "actions", "none")


@dataclass(frozen=True)
class View:
    """What a picture shows.

    Args:
        values: "states" for the best action's value, "actions" for a wedge per action, "none".
        policy: Whether arrows show the best actions.
        cell: Side of a cell in pixels; None to choose by the size of the map.
    """

    values: str = "states"
    policy: bool = True
    cell: int | None = None


DEFAULT_VIEW = View()


def picture(env: Any, action_values: Floats | None, view: View, caption: str | None = None) -> Any:
    """Draw a grid world with values and the greedy policy; without a map, the table itself.

    Args:
        env: A Gymnasium environment.
        action_values: Of the states of the world's model, -inf where an action is illegal;
            None if nothing is known. Shape [states, actions].
        view: What to show.
        caption: A line of text above the map.

    Returns:
        A `pygame.Surface`. Where the world has keys, it shows the states with those keys that the
        agent holds now.
    """
    world = env.unwrapped
    if action_values is not None and not has_map(world, len(action_values)):
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
    return draw(world.layout, here, keys, values, policy, size, caption or "")


def _without_map(world: Any, action_values: Floats, view: View, caption: str | None) -> Any:
    """Draw the values of states where the world says they lie, or else the table of actions."""
    model, board = getattr(world, "model", None), getattr(world, "board", None)
    if model is not None and action_values.shape == model.legal_actions.shape:
        action_values = np.where(model.legal_actions, action_values, -np.inf)
    if isinstance(board, Position):
        return _of_board(world, board, action_values, caption)
    if board is None or view.values == "actions":
        return heat_table(np.where(action_values > -np.inf, action_values, np.nan), caption)
    from spielfeld.envs.grid_world.renderer import draw

    values = np.where(board >= 0, action_values.max(axis=1)[board], np.nan)
    return draw(_blank(*board.shape), values=values, caption=caption)


def _of_board(world: Any, board: Position, action_values: Floats, caption: str | None) -> Any:
    """Draw where a learner stands in its game, and what it expects of each move."""
    from spielfeld.envs.board_game.renderer import draw

    values = action_values[world.position] if board.legal_actions else None
    shown = None if values is None else np.where(values > -np.inf, values, np.nan)
    return below(draw(board, values=shown), [caption or ""])


def has_map(world: Any, states: int | None = None) -> bool:
    """Whether a world is a grid world, and a table of so many states belongs to it."""
    if not (hasattr(world, "layout") and hasattr(world, "grid_states")):
        return False
    return states is None or states == len(world.grid_states.cells)


def map_size(layout: Layout, cell: int | None, legend: bool = True) -> tuple[int, int]:
    """Size in pixels of a picture with a caption, and with a legend or without."""
    from spielfeld.envs.grid_world.background import fitting_size

    return fitting_size(layout, cell or min(64, max(8, 800 // max(layout.shape))), 1 + 2 * legend)


def on_map(states: Any, mask: int, table: Floats) -> Floats:
    """Put the rows of a table where their states lie on the map.

    Args:
        states: A `GridStates`.
        mask: Keys held, as a bit mask.
        table: One row for each state. Shape [states, ...].

    Returns:
        NaN where there is no such state. Shape [rows, columns, ...].
    """
    found = states.state_at(*np.indices(states.shape), mask)
    spread = np.array(table[found], float)
    spread[found < 0] = np.nan
    return spread


def _shown(states: Any, mask: int, action_values: Floats, values: str) -> Floats | None:
    if values == "none":
        return None
    return on_map(states, mask, action_values.max(axis=1) if values == "states" else action_values)


def _policy(states: Any, mask: int, action_values: Floats, view: View) -> Floats | None:
    """Return the greedy policy; no arrows where all actions are equal, nothing being learnt."""
    if not view.policy:
        return None
    from spielfeld.agents.planning.policies import greedy_policy

    greedy = greedy_policy(action_values)
    greedy[((greedy > 0) == np.isfinite(action_values)).all(axis=1)] = 0
    return np.nan_to_num(on_map(states, mask, greedy))


def heat_table(table: Floats, caption: str | None = None) -> Any:
    """Draw a table of states (lines) and actions (columns), folded into blocks if it is long."""
    from spielfeld.envs.grid_world.renderer import draw

    states, actions = table.shape
    blocks = max(1, round(math.sqrt(states / (actions + 1) * 1.3)))
    lines = math.ceil(states / blocks)
    folded = np.full((blocks, lines, actions + 1), np.nan)
    folded.reshape(blocks * lines, -1)[:states, :actions] = table
    values = folded.swapaxes(0, 1).reshape(lines, -1)[:, :-1]
    return draw(_blank(*values.shape), values=values, caption=caption)


@lru_cache(maxsize=8)
def _blank(rows: int, columns: int) -> Layout:
    return Layout(("." * columns,) * rows)


def below(picture: Any, lines: list[str], height: int = 0) -> Any:
    """Return the picture, at least `height` pixels high, with lines of text in a strip below it."""
    from spielfeld.envs.grid_world import palette
    from spielfeld.envs.grid_world.pygame_ce import pygame

    width, height = picture.get_width(), max(height, picture.get_height())
    whole = pygame.Surface((width, height + LINE * len(lines)))
    whole.fill(palette.PAPER)
    whole.blit(picture, (0, 0))
    pygame.draw.rect(whole, palette.BLACK, (0, height, width, LINE * len(lines)))
    for number, words in enumerate(lines):
        size = palette.fitting_height(words, width - 12, 20) or 12
        written = palette.text(words, size, palette.WHITE)
        whole.blit(written, written.get_rect(midleft=(6, height + LINE * number + LINE // 2)))
    return whole
