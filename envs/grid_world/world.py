"""Grid worlds and mazes as worlds of `TabularEnv`: model, observation and descriptions."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from spielfeld.envs.env import World
from spielfeld.envs.grid_world.dynamics import GridStates, grid_model
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.envs.grid_world.layout_file import load_layout
from spielfeld.envs.grid_world.maze import maze_layout
from spielfeld.envs.grid_world.observation import make_observation


def layout_world(
    layout: str | Path | Layout = "four-rooms", observation: str = "index", radius: int = 2
) -> World:
    """Return a grid world, made from a map in characters.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | "index": `Discrete(states)`, int; "one-hot": float32 [states];           |
    |             | "position": int64 [2] row, column ([3] with keys held);                  |
    |             | "view": float32 [6, 2 radius + 1, 2 radius + 1], see `ViewObservation`   |
    | action      | `Discrete(4)`: up, right, down, left; king's moves: 8; stay: the last    |
    | reward      | float: of the tile that is reached, else the step or the bump reward     |
    | end         | `terminated` on an end (goal, pit); `truncated` by the layout's limit    |

    >>> from spielfeld.envs import TabularEnv
    >>> env = TabularEnv(layout_world("cliff-walking"), render_mode="ansi")
    >>> observation, info = env.reset(seed=1)
    >>> env.step(1)
    (36, -100.0, False, False, {})
    >>> env.render().splitlines()[3]
    '@CCCCCCCCCCG'

    Args:
        layout: The name of a layout of Spielfeld, a path, or a `Layout`.
        observation: "index", "one-hot", "position" or "view".
        radius: Number of cells that a "view" shows in each direction.

    Raises:
        LayoutError: If there is no such layout, or there is an error in it.
        ValueError: If the observation is unknown.
    """
    layout = layout if isinstance(layout, Layout) else load_layout(layout)
    model, states = grid_model(layout)
    return World(
        layout.name or "Grid world",
        layout.source,
        model,
        layout.actions,
        partial(map_text, layout, states),
        discount=layout.discount,
        max_episode_steps=layout.max_episode_steps,
        observation=make_observation(observation, layout, states, radius),
        layout=layout,
        states=states,
    )


def maze_world(
    rows: int = 21,
    columns: int = 21,
    seed: int = 0,
    observation: str = "index",
    radius: int = 2,
    slip: float | str = 0.0,
    loops: float | str = 0.0,
    step_reward: float = -1.0,
    discount: float = 1.0,
) -> World:
    """Return a random maze as a grid world; see `maze_layout` and `layout_world`.

    Raises:
        ValueError: If a size is even, or a probability is not between 0 and 1.
    """
    layout = maze_layout(rows, columns, seed, slip, loops, step_reward, discount)
    return layout_world(layout, observation, radius)


def map_text(layout: Layout, states: GridStates, state: int) -> str:
    """Return the map in characters, with @ for the agent."""
    row, column = states.cells[state].tolist()
    rows = list(layout.rows)
    rows[row] = f"{rows[row][:column]}@{rows[row][column + 1 :]}"
    return "\n".join(rows)
