"""Grid worlds as native vector environments, which `gymnasium.make_vec` makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymnasium.vector import AutoresetMode

from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.envs.grid_world.layout_file import load_layout
from spielfeld.envs.grid_world.maze import maze_layout
from spielfeld.envs.grid_world.observation import make_observation
from spielfeld.envs.tabular_vector import TabularVectorEnv


class GridWorldVectorEnv(TabularVectorEnv):
    """`num_envs` copies of a grid world; see `GridWorldEnv` and `TabularVectorEnv`.

    Args:
        num_envs: Number of rows.
        layout: The name of a layout that ships with the suite, a path, or a `Layout`.
        observation: "index", "one-hot", "position" or "view".
        radius: How many cells a "view" reaches in each direction.
        time_limit: Environment steps of an episode, in place of the layout's limit; 0 for none.
        max_episode_steps: A time limit beside that; the shorter one holds.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.

    Raises:
        LayoutError: If there is no such layout, or there is a mistake in it.
        ValueError: If the observation is unknown, or an action is not legal.
    """

    def __init__(
        self,
        num_envs: int = 1,
        layout: str | Path | Layout = "four-rooms",
        observation: str = "index",
        radius: int = 2,
        time_limit: int | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        self.layout = layout if isinstance(layout, Layout) else load_layout(layout)
        model, self.grid_states = grid_model(self.layout)
        limits = [limit for limit in (max_episode_steps, self.layout.limit(time_limit)) if limit]
        encode = make_observation(observation, self.layout, self.grid_states, radius)
        super().__init__(
            model,
            num_envs,
            min(limits, default=None),
            autoreset_mode,
            None if observation == "index" else encode,
            encode.space,
            self.layout.discount,
        )


class MazeVectorEnv(GridWorldVectorEnv):
    """`num_envs` copies of a maze; see `MazeEnv`."""

    def __init__(
        self,
        num_envs: int = 1,
        rows: int = 21,
        columns: int = 21,
        seed: int = 0,
        observation: str = "index",
        radius: int = 2,
        time_limit: int | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        **options: Any,
    ) -> None:
        layout = maze_layout(rows, columns, seed, **options)
        limits = (time_limit, max_episode_steps)
        super().__init__(num_envs, layout, observation, radius, *limits, autoreset_mode)
