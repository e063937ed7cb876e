"""What native vector environments share: seeds, automatic resets, and answers to wrong actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from gymnasium.spaces import Discrete, Space
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from spielfeld import guard
from spielfeld.arrays import Array, Booleans
from spielfeld.streams import stream_of


class RowVectorEnv(VectorEnv[Any, Any, Any]):
    """`num_envs` rows that behave exactly like as many single environments.

    Row i has a generator of its own, seeded with seed + i, of which each reset and each step uses
    one draw. Subclasses hold where the rows stand in `_rows`, a named tuple of arrays, among them
    `streams` [8, num_envs] and `ended` [num_envs], and say what a step does to all of them.

    Args:
        num_envs: Number of rows.
        observation_space: Of one row.
        actions: How many there are.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.

    Raises:
        ValueError: If `num_envs` is no whole number from 1 to `guard.MOST_ROWS` - 1. When stepping,
            if an action is not legal; names the row and the action. If there are not as many
            integers as rows. When resetting, if seeds or mask are not one a row. When restoring,
            if a saved array does not fit; then nothing is changed.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012
    _rows: Any

    def __init__(
        self,
        num_envs: int,
        observation_space: Space[Any],
        actions: int,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        self.num_envs = num_envs = guard.whole("num_envs", num_envs, 1, guard.MOST_ROWS)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = observation_space
        self.single_action_space = Discrete(actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._restarts = self.autoreset_mode is AutoresetMode.NEXT_STEP

    def _start(self, mask: Booleans) -> None:
        """Start an episode in the rows of `mask`, one draw each."""
        raise NotImplementedError

    def _advance(
        self, actions: Array, reward: Array, terminated: Booleans, truncated: Booleans
    ) -> bool:
        """Step every row, or start it again if it ended, one draw each.

        Returns:
            Whether all actions were legal; if not, nothing has changed.
        """
        raise NotImplementedError

    def _observe(self) -> Any:
        """Return fresh observations of all rows."""
        raise NotImplementedError

    def _info(self, present: Booleans | None = None) -> dict[str, Any]:
        """Return what else is to be known of all rows, or only of those `present`."""
        raise NotImplementedError

    def _refuse(self, actions: Array) -> NoReturn:
        """Raise a ValueError that names the first row with an illegal action."""
        raise NotImplementedError

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Start episodes in all rows, or in those of `options["reset_mask"]` (bool [num_envs])."""
        mask = np.ones(self.num_envs, np.bool_)
        if options is not None and "reset_mask" in guard.table("options", options):
            mask = guard.mask("reset_mask", options["reset_mask"], self.num_envs)
        self._seed(seed, mask)
        self._start(mask)
        return self._observe(), self._info()

    def step(self, actions: Any) -> tuple[Any, Array, Array, Array, dict[str, Any]]:
        """Act once in every row; see `gymnasium.vector.VectorEnv.step`."""
        actions = guard.integers("Actions", actions, self.num_envs)
        reward = np.empty(self.num_envs)
        terminated, truncated = np.empty((2, self.num_envs), np.bool_)
        if not self._advance(actions, reward, terminated, truncated):
            self._refuse(actions)
        info = self._restart() if self.autoreset_mode is AutoresetMode.SAME_STEP else self._info()
        return self._observe(), reward, terminated, truncated, info

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as arrays."""
        return {name: array.copy() for name, array in self._arrays().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned.

        Raises:
            ValueError: If an array does not fit these rows, or holds an impossible number; names
                it. Then nothing has changed.
        """
        arrays, limits = self._arrays(), {"streams": (0, 2**32), **self._limits()}
        checked = {
            name: guard.like(f"The saved {name!r}", guard.entry(state, name), array,
                             *limits.get(name, ()))
            for name, array in arrays.items()
        }  # fmt: skip
        self._require_sound(checked)
        for name, array in arrays.items():
            array[...] = checked[name]

    def _arrays(self) -> dict[str, Array]:
        """Return the arrays that the next step depends on, the very arrays."""
        return dict(self._rows._asdict())

    def _limits(self) -> dict[str, tuple[int, int]]:
        """Return the least number and the one that all stay below, of some of the arrays."""
        return {}

    def _require_sound(self, arrays: dict[str, Array]) -> None:
        """Raise a ValueError if arrays that are to be restored contradict each other."""

    def _seed(self, seed: int | Sequence[int | None] | None, mask: Booleans) -> None:
        if seed is None:
            return
        seeds = guard.seeds(seed, self.num_envs)
        for row in np.flatnonzero(mask).tolist():
            row_seed = seeds[row]
            if row_seed is not None:
                self._rows.streams[:, row] = stream_of(np_random(row_seed)[0])

    def _restart(self) -> dict[str, Any]:
        """SAME_STEP: hand out the last observations of ended rows, then start these again."""
        ended = self._rows.ended.copy()
        if not ended.any():
            return self._info()
        last = self._observe()
        final = np.full(self.num_envs, None, object)
        for row in np.flatnonzero(ended).tolist():
            final[row] = last[row]
        final_info = {name: array * ended.reshape(-1, *[1] * (array.ndim - 1))
                      for name, array in self._info(ended).items()}  # fmt: skip
        self._start(ended)
        finals = {"final_obs": final, "_final_obs": ended, "final_info": final_info,
                  "_final_info": ended.copy()}  # fmt: skip
        return {**finals, **self._info()}


def new_streams(num_envs: int) -> Array:
    """Return the streams of rows that nobody has seeded yet. Shape [8, num_envs]."""
    return np.stack([stream_of(np_random()[0]) for _ in range(num_envs)], axis=1)
