"""Small worlds as native vector environments, which `gymnasium.make_vec` makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gymnasium.vector import AutoresetMode

from spielfeld.envs.small_worlds.world import SmallWorld, find_world
from spielfeld.envs.tabular_vector import TabularVectorEnv


class SmallWorldVectorEnv(TabularVectorEnv):
    """`num_envs` copies of a small world; see `SmallWorldEnv` and `TabularVectorEnv`.

    Args:
        num_envs: Number of rows.
        world: "module:function" of what makes the world, or the function.
        time_limit: Environment steps of an episode, in place of the world's limit; 0 for none.
        max_episode_steps: A time limit beside that; the shorter one holds.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        **options: Of the function.

    Raises:
        ValueError: If an option does not fit, or an action is not legal.
    """

    def __init__(
        self,
        num_envs: int = 1,
        world: str | Callable[..., SmallWorld] = "",
        time_limit: int | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        **options: Any,
    ) -> None:
        self.world = find_world(world, options)
        limits = [limit for limit in (max_episode_steps, self.world.limit(time_limit)) if limit]
        seen = self.world.observation
        super().__init__(
            self.world.model,
            num_envs,
            min(limits, default=None),
            autoreset_mode,
            seen,
            None if seen is None else seen.space,
            self.world.discount,
        )
