"""Observations of a grid world: four ways to turn a state into an observation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete

from spielfeld.arrays import Array
from spielfeld.envs.env import Observation, States, TableObservation
from spielfeld.envs.grid_world.dynamics import Grid, GridStates
from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.grid_world.layout_error import suggestion

PLANES = ("blocked", "goal", "pit", "key", "door", "special")


class OneHotObservation:
    """One-hot observation: 1 at the state's number, else 0; float32 [states] or [n, states]."""

    def __init__(self, states: GridStates) -> None:
        self.space = Box(0.0, 1.0, (len(states.cells),), np.float32)

    def __call__(self, states: States) -> Array:
        """Return the observation of one state (int) or of several (integers [n])."""
        hot = np.zeros((*np.shape(states), *self.space.shape), np.float32)
        np.put_along_axis(hot, np.asarray(states)[..., None], 1.0, axis=-1)
        return hot


def position_observation(states: GridStates) -> TableObservation:
    """Return row and column, and with keys the mask of the keys held: int64 [2 or 3]."""
    sizes, table = [*states.shape], states.cells
    if states.key_names:
        sizes.append(1 << len(states.key_names))
        table = np.column_stack([states.cells, states.keys])
    return TableObservation(MultiDiscrete(sizes), table.astype(np.int64))


class ViewObservation:
    """A window around the agent: float32 [6, 2 radius + 1, 2 radius + 1], zeros and ones.

    The planes have the order of `PLANES`. "blocked" marks walls, the outside and closed doors.
    "goal", "pit" and "door" mark goals, pits and closed doors. "key" marks keys not yet held.
    "special" marks cells with another rule: a reward, a teleport, an exit or a one-way street.
    """

    def __init__(self, layout: Layout, states: GridStates, radius: int) -> None:
        if radius < 1:
            raise ValueError(f"The radius of a view must be at least 1, not {radius}.")
        width = 2 * radius + 1
        self.space = Box(0.0, 1.0, (len(PLANES), width, width), np.float32)
        grid = Grid(layout)
        self._states, self._window = states, np.arange(width)
        goal, special = (_mark(grid, test) for test in (_is_goal, _is_special))
        flat = {"blocked": grid.wall, "goal": goal, "pit": grid.end & ~goal, "special": special}
        pad = {name: name == "blocked" for name in flat}
        self._fixed = {name: _pad(grid, plane, radius, pad[name]) for name, plane in flat.items()}
        self._key, self._door = (_pad(grid, bits, radius, 0) for bits in (grid.key, grid.door))

    def __call__(self, states: States) -> Array:
        """Return the observation of one state (int) or of several (integers [n])."""
        cells, held = self._states.cells[states], self._states.keys[states]
        rows = (cells[..., 0, None] + self._window)[..., :, None]
        columns = (cells[..., 1, None] + self._window)[..., None, :]
        missing = ~held[..., None, None]
        seen = {name: plane[rows, columns] for name, plane in self._fixed.items()}
        seen["key"] = self._key[rows, columns] & missing != 0
        seen["door"] = self._door[rows, columns] & missing != 0
        seen["blocked"] = seen["blocked"] | seen["door"]
        return np.stack([seen[name] for name in PLANES], axis=-3).astype(np.float32)


Maker = Callable[[Layout, GridStates, int], Observation | None]
OBSERVATIONS: dict[str, Maker] = {
    "index": lambda layout, states, radius: None,
    "one-hot": lambda layout, states, radius: OneHotObservation(states),
    "position": lambda layout, states, radius: position_observation(states),
    "view": ViewObservation,
}


def make_observation(
    kind: str, layout: Layout, states: GridStates, radius: int
) -> Observation | None:
    """Return the observation of a kind: "index", "one-hot", "position" or "view".

    Args:
        kind: Name of the kind.
        layout: Layout of the world.
        states: Meaning of its states.
        radius: Number of cells that a "view" shows in each direction.

    Returns:
        None for "index": the observation is the number of the state.

    Raises:
        ValueError: If the kind is unknown, or the radius is below 1.
    """
    if kind not in OBSERVATIONS:
        raise ValueError(f"found the observation {kind!r}, {suggestion(kind, OBSERVATIONS)}")
    return OBSERVATIONS[kind](layout, states, radius)


def _mark(grid: Grid, test: Callable[[Layout, str], bool]) -> Array:
    return np.array([test(grid.layout, sign) for sign in grid.signs])[grid.sign]


def _is_goal(layout: Layout, sign: str) -> bool:
    return sign in layout.goals


def _is_special(layout: Layout, sign: str) -> bool:
    tile = layout.legend[sign]
    plain = Tile(tile.name, start=tile.start, key=tile.key, door=tile.door, colour=tile.colour)
    return not (tile.wall or tile.end) and tile != plain


def _pad(grid: Grid, plane: Array, radius: int, outside: int) -> Array:
    return np.pad(plane.reshape(grid.rows, grid.columns), radius, constant_values=outside)
