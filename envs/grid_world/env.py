"""A grid world as a Gymnasium environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.envs.grid_world.layout_file import load_layout
from spielfeld.envs.grid_world.maze import maze_layout
from spielfeld.envs.grid_world.observation import make_observation
from spielfeld.envs.tabular_env import TabularEnv


class GridWorldEnv(TabularEnv):
    """A world drawn in characters, in which an agent walks from cell to cell.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | "index": `Discrete(states)`, int; "one-hot": float32 [states];           |
    |             | "position": int64 [2] row, column ([3] with keys held);                  |
    |             | "view": float32 [6, 2 radius + 1, 2 radius + 1], see `ViewObservation`   |
    | action      | `Discrete(4)`: up, right, down, left; king's moves: 8; stay: the last    |
    | reward      | float: of the tile that is reached, else the step or the bump reward     |
    | end         | `terminated` on an end (goal, pit); `truncated` by the layout's limit    |
    | state       | `state()`: dict of position (int), elapsed (int), generator (dict)       |

    >>> env = GridWorldEnv("cliff-walking", render_mode="ansi")
    >>> observation, info = env.reset(seed=1)
    >>> env.step(1)
    (36, -100.0, False, False, {})
    >>> env.render().splitlines()[3]
    '@CCCCCCCCCCG'

    Args:
        layout: The name of a layout that ships with the suite, a path, or a `Layout`.
        observation: "index", "one-hot", "position" or "view".
        radius: How many cells a "view" reaches in each direction.
        time_limit: Environment steps of an episode, in place of the layout's limit; 0 for no limit.
            `gymnasium.make(..., max_episode_steps=...)` can only shorten it.
        render_mode: None, "ansi" (text), "rgb_array" (uint8 [height, width, 3]) or "human".

    Raises:
        LayoutError: If there is no such layout, or there is a mistake in it.
        ValueError: If the observation or the render mode is unknown, or an action is not legal.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 10,
    }

    def __init__(
        self,
        layout: str | Path | Layout = "four-rooms",
        observation: str = "index",
        radius: int = 2,
        time_limit: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.layout = layout if isinstance(layout, Layout) else load_layout(layout)
        model, self.grid_states = grid_model(self.layout)
        limit = self.layout.limit(time_limit)
        super().__init__(model, limit, self.layout.discount, render_mode)
        self.encode = make_observation(observation, self.layout, self.grid_states, radius)
        self.observation_space = self.encode.space
        self._look = int if observation == "index" else self.encode
        self._window: Any = None

    def observe(self) -> Any:
        """Return what the agent sees of the current state."""
        return self._look(self.position)

    def render(self) -> Any:
        """Return the world as text or as pixels, or show it in a window."""
        if self.render_mode is None:
            return None
        if self.render_mode == "ansi":
            return self._text()
        from spielfeld.envs.grid_world import renderer

        row, column = self.grid_states.cells[self.position].tolist()
        keys = self.grid_states.held_at(self.position)
        surface = renderer.draw(self.layout, position=(row, column), keys=keys)
        if self.render_mode == "rgb_array":
            return renderer.to_array(surface)
        return self._show(surface)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            self._window.close()
        self._window = None

    def _text(self) -> str:
        row, column = self.grid_states.cells[self.position].tolist()
        rows = list(self.layout.rows)
        rows[row] = f"{rows[row][:column]}@{rows[row][column + 1 :]}"
        return "\n".join(rows)

    def _show(self, surface: Any) -> None:
        from spielfeld.envs.grid_world.window import Window

        if self._window is None:
            self._window = Window(self.layout.name or "Grid world", surface.get_size())
        self._window.show(surface)


class MazeEnv(GridWorldEnv):
    """A grid world in a maze drawn from a seed; the card of `GridWorldEnv` holds for it.

    Args:
        rows: Height with the outer wall, odd.
        columns: Width with the outer wall, odd.
        seed: The same seed gives the same maze.
        observation: See `GridWorldEnv`.
        radius: See `GridWorldEnv`.
        time_limit: See `GridWorldEnv`.
        render_mode: See `GridWorldEnv`.
        **options: Further arguments of `maze_layout`, such as `slip` and `loops`.

    Raises:
        ValueError: If a size is even, or a probability is not one.
    """

    def __init__(
        self,
        rows: int = 21,
        columns: int = 21,
        seed: int = 0,
        observation: str = "index",
        radius: int = 2,
        time_limit: int | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        layout = maze_layout(rows, columns, seed, **options)
        super().__init__(layout, observation, radius, time_limit, render_mode)
