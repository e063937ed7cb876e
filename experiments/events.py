"""What a step in a grid world did, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.experiments.pictures import has_map


def what_happened(world: Any, before: int | None, action: int, reward: float, end: bool) -> str:
    """Say what a step did.

    Args:
        world: The unwrapped environment, after the step.
        before: The state before the step.
        action: Number of the action taken.
        reward: Paid for the step.
        end: Whether the step ended the episode.
    """
    if not has_map(world) or before is None:
        return "the end" if end else ""
    layout, states, after = world.layout, world.grid_states, world.position
    (row, column), old = states.cells[after].tolist(), states.cells[before].tolist()
    character, left = layout.rows[row][column], layout.tile(*old)
    if end:
        name = layout.legend[character].name or character
        return f"reached the {name}" if character in layout.goals else f"fell into the {name}"
    taken = set(states.held_at(after)) - set(states.held_at(before))
    if taken:
        return f"took the {taken.pop()} key"
    if left.exit_to is not None:
        return f"{left.name or 'carried'}: on to {character}"
    passed = _passed(layout, character, reward, [row, column], old)
    if passed is not None:
        return _moved_on(layout, passed)
    return _moved(layout, action, [row, column], old)


def _passed(
    layout: Layout, character: str, reward: float, here: list[int], old: list[int]
) -> Tile | None:
    """Return the tile that moved one on, if that explains place and reward of the step."""
    far = np.abs(np.subtract(here, old)).sum() > 1
    for tile in layout.legend.values():
        paid = layout.step_reward if tile.reward is None else tile.reward
        if tile.to == character and reward == paid and (far or paid != layout.step_reward):
            return tile
    return None


def _moved_on(layout: Layout, tile: Tile) -> str:
    if tile.to is not None and layout.legend[tile.to].start:
        return f"fell ({tile.name}): back to the start" if tile.name else "back to the start"
    return f"{tile.name or 'portal'}: on to {tile.to}"


def _moved(layout: Layout, action: int, here: list[int], old: list[int]) -> str:
    name = layout.actions[action]
    if here == old:
        return "stayed" if name == "stay" else "bumped"
    return name
