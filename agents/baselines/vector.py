"""Vector environment in the form that Stable-Baselines3 expects."""

from __future__ import annotations

import copy
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvObs

from spielfeld.agents.deep_loop import Source
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds, many_worlds
from spielfeld.history import History


class ManyWorldsVecEnv(VecEnv):
    """A Gymnasium vector environment as a `VecEnv`.

    In Stable-Baselines3 a row starts its next episode in the step that ends the last one. The last
    observation is in `terminal_observation`. `TimeLimit.truncated` is true if only a time limit has
    ended the episode. `action_masks` are all true if the environment has no action mask.

    Args:
        worlds: Rows, each of which is an environment.
        samples: Environment steps taken before, which the history counts too.

    Raises:
        ValueError: If rows start again in the next step. That step belongs to no episode, and
            Stable-Baselines3 cannot leave it out.
    """

    def __init__(self, worlds: ManyWorlds, samples: int = 0) -> None:
        if worlds.mode is AutoresetMode.NEXT_STEP:
            raise ValueError("Stable-Baselines3 needs rows that start again in the same step.")
        self.worlds, self.samples = worlds, samples
        self._actions: Array = np.empty(0)
        self._finished: list[tuple[float, float, float]] = []
        super().__init__(worlds.rows, worlds.observation_space, worlds.action_space)

    def reset(self) -> VecEnvObs:
        """Start an episode in each row, row i with the first seed + i if there is one."""
        self.worlds.reset(self._seeds[0])
        self._reset_seeds()
        return self.worlds.observation

    def step_async(self, actions: Array) -> None:
        """Store the actions."""
        self._actions = actions

    def step_wait(self) -> tuple[Any, Array, Array, list[dict[str, Any]]]:
        """Take the actions; return observations, rewards, whether episodes ended, and infos."""
        step = self.worlds.step(self._actions)
        self.samples += self.num_envs
        ended: Array = step.terminated | step.truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for row in np.flatnonzero(ended).tolist():
            infos[row] = {
                "terminal_observation": step.next_observation[row],
                "TimeLimit.truncated": bool(step.truncated[row] and not step.terminated[row]),
            }
        self._finished += [(self.samples, *episode) for episode in self.worlds.finished]
        self.worlds.finished.clear()
        return self.worlds.observation, step.reward.astype(np.float32), ended, infos

    def recorded(self) -> History:
        """Return the episodes that ended since the last call."""
        finished, self._finished = self._finished, []
        return History.of_episodes(finished)

    def env_method(
        self, method_name: str, *args: object, indices: VecEnvIndices = None, **kwargs: object
    ) -> list[Any]:
        """Return `action_masks`, bool [actions] of each row; rows have no other method."""
        return [method() for method in self.get_attr(method_name, indices)]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Return an attribute of the rows: the method `action_masks`, or no render mode."""
        rows = self._get_indices(indices)
        if attr_name == "action_masks":
            return [lambda row=row: self._masks()[row] for row in rows]
        if attr_name == "render_mode":
            return [None for _ in rows]
        raise AttributeError(f"Rows of a vector environment have no {attr_name}.")

    def set_attr(self, attr_name: str, value: object, indices: VecEnvIndices = None) -> None:
        """Refuse to set an attribute: rows have none."""
        raise AttributeError(f"Rows of a vector environment have no {attr_name} of their own.")

    def env_is_wrapped(self, wrapper_class: type, indices: VecEnvIndices = None) -> list[bool]:
        """Return False for each row: no row is wrapped."""
        return [False for _ in self._get_indices(indices)]

    def close(self) -> None:
        """Close the vector environment."""
        self.worlds.vector.close()

    def _masks(self) -> Array:
        if self.worlds.legal is not None:
            return self.worlds.legal
        actions = int(self.action_space.n) if isinstance(self.action_space, Discrete) else 0
        return np.ones((self.num_envs, actions), bool)


def baseline_worlds(source: Source, rows: int, samples: int = 0) -> ManyWorldsVecEnv:
    """Return worlds for Stable-Baselines3: `rows` copies, or a vector environment.

    Copies run in Spielfeld's own vector environment if it can start episodes in the same step.

    Raises:
        ValueError: If `source` is a vector environment whose rows cannot do this.
    """
    worlds = many_worlds(source, rows)
    if worlds.mode is AutoresetMode.NEXT_STEP and isinstance(source, gym.Env) and source.spec:
        worlds = ManyWorlds(_single_rows(source.spec, rows))
    return ManyWorldsVecEnv(worlds, samples)


def _single_rows(spec: EnvSpec, rows: int) -> SyncVectorEnv:
    def single() -> gym.Env[Any, Any]:
        return gym.make(unseen, disable_env_checker=True)

    unseen = copy.deepcopy(spec)
    unseen.kwargs.pop("render_mode", None)  # no window for each row

    return SyncVectorEnv([single] * rows, autoreset_mode=AutoresetMode.DISABLED)
