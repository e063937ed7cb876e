"""A native Gymnasium vector environment over any `TabularModel`: all rows in one compiled step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Discrete, Space
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from envs.compiled import compiled
from envs.sampling import mean_reward, noisy_reward, sample_outcome, sample_start
from envs.tabular import Booleans, Floats, ModelArrays, TabularModel

Array = npt.NDArray[Any]
BLOCK = 500  # draws made in advance for each row; not a power of two, whose rows share cache sets
NEVER = 2**62  # environment steps


class RowStates(NamedTuple):
    """Where every row of a vector environment stands, changed in place by compiled loops."""

    positions: npt.NDArray[np.int64]  # [num_envs] state indices
    elapsed: npt.NDArray[np.int64]  # [num_envs] environment steps of the episode
    ended: Booleans  # [num_envs] whether the row waits for a reset
    draws: Floats  # [num_envs, BLOCK] uniform numbers in [0, 1)
    used: npt.NDArray[np.int64]  # [num_envs] how many of them are used up


class TabularVectorEnv(VectorEnv[Any, Any, Any]):
    """`num_envs` copies of a world that behave exactly like as many single ones.

    Row i has a generator of its own, seeded with seed + i, of which it uses one draw at each reset
    and each step, as `TabularEnv` does. Draws are made in blocks in advance.

    Observations: [num_envs], or what `encode` makes of the state indices. Actions: [num_envs]
    integers. Rewards: float64 [num_envs]. Ends and truncations: bool [num_envs].

    Args:
        model: The world.
        num_envs: Number of rows.
        max_episode_steps: Time limit in environment steps.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        encode: Turns state indices [num_envs] into observations; None keeps the indices.
        observation_space: The space of one row's observation; needed with `encode`.
        discount: The discount by which the world measures returns.

    Raises:
        ValueError: If an action is not legal; names the row and the action.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        model: TabularModel,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        encode: Callable[[Any], Any] | None = None,
        observation_space: Space[Any] | None = None,
        discount: float = 1.0,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs must be at least 1, not {num_envs}.")
        self.model, self.num_envs, self.discount = model, num_envs, discount
        self.max_episode_steps = max_episode_steps
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = observation_space or Discrete(model.states)
        self.single_action_space = Discrete(model.actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._limit = max_episode_steps or NEVER
        self._advance = step_rows if model.reward_deviation is None else step_noisy_rows
        self._encode = encode or _copy
        self._masked = not bool(model.legal_actions.all())
        self._generators = [np_random(None)[0] for _ in range(num_envs)]
        self._rows = RowStates(
            positions=np.full(num_envs, -1, np.int64),
            elapsed=np.zeros(num_envs, np.int64),
            ended=np.zeros(num_envs, np.bool_),
            draws=np.empty((num_envs, BLOCK)),
            used=np.full(num_envs, BLOCK, np.int64),
        )
        self._left = 0  # draws that every row certainly still has
        self._plain = False  # whether an action only has to be in range

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Start episodes in all rows, or in those of `options["reset_mask"]` (bool [num_envs])."""
        mask = np.ones(self.num_envs, np.bool_)
        if options and "reset_mask" in options:
            mask = np.asarray(options["reset_mask"], np.bool_)
        self._seed(seed, mask)
        self._start(mask)
        restarts = self.autoreset_mode is not AutoresetMode.DISABLED
        self._plain = not self._masked and restarts and bool((self._rows.positions >= 0).all())
        return self._encode(self._rows.positions), self._info()

    def step(self, actions: Any) -> tuple[Any, Array, Array, Array, dict[str, Any]]:
        """Act once in every row; see `gymnasium.vector.VectorEnv.step`."""
        actions = np.asarray(actions, np.int64)
        self._check(actions)
        self._need_draws(1)
        reward = np.empty(self.num_envs)
        terminated, truncated = np.empty((2, self.num_envs), np.bool_)
        self._advance(
            self.model.arrays, self._rows, actions, self._limit, reward, terminated, truncated
        )
        info = self._restart() if self.autoreset_mode is AutoresetMode.SAME_STEP else self._info()
        return self._encode(self._rows.positions), reward, terminated, truncated, info

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as arrays and JSON values."""
        generators = [generator.bit_generator.state for generator in self._generators]
        arrays = {name: array.copy() for name, array in self._rows._asdict().items()}
        return {**arrays, "generators": generators}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned."""
        for name, array in self._rows._asdict().items():
            array[:] = state[name]
        for generator, saved in zip(self._generators, state["generators"], strict=True):
            generator.bit_generator.state = saved
        self._left = BLOCK - int(self._rows.used.max())

    def _seed(self, seed: int | Sequence[int | None] | None, mask: Booleans) -> None:
        seeds = range(seed, seed + self.num_envs) if isinstance(seed, int) else seed
        if seeds is None:
            return
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds were given for {self.num_envs} environments.")
        for row in np.flatnonzero(mask).tolist():
            row_seed = seeds[row]
            if row_seed is not None:
                self._generators[row] = np_random(row_seed)[0]
                self._rows.used[row] = BLOCK
                self._left = 0

    def _need_draws(self, count: int) -> None:
        """Make sure that every row has `count` draws left, and count them as used."""
        if self._left < count:
            for generator, draws, used in zip(
                self._generators, self._rows.draws, self._rows.used.tolist(), strict=True
            ):
                draws[: BLOCK - used] = draws[used:]
                generator.random(out=draws[BLOCK - used :])
            self._rows.used[:] = 0
            self._left = BLOCK
        self._left -= count

    def _start(self, mask: Booleans) -> None:
        self._need_draws(1)
        start_rows(self.model.arrays, self._rows, mask)

    def _restart(self) -> dict[str, Any]:
        """SAME_STEP: hand out the last observations of ended rows, then start these again."""
        ended = self._rows.ended.copy()
        if not ended.any():
            return self._info()
        last = self._encode(self._rows.positions)
        final = np.full(self.num_envs, None, object)
        for row in np.flatnonzero(ended).tolist():
            final[row] = last[row]
        final_info = {name: array * ended.reshape(-1, *[1] * (array.ndim - 1))
                      for name, array in self._info(ended).items()}  # fmt: skip
        self._start(ended)
        finals = {"final_obs": final, "_final_obs": ended, "final_info": final_info,
                  "_final_info": ended.copy()}  # fmt: skip
        return {**finals, **self._info()}

    def _info(self, present: Booleans | None = None) -> dict[str, Any]:
        if not self._masked:
            return {}
        mask = self.model.legal_actions[self._rows.positions].astype(np.int8)
        shown = np.ones(self.num_envs, np.bool_) if present is None else present.copy()
        return {"action_mask": mask, "_action_mask": shown}

    def _check(self, actions: Array) -> None:
        """Refuse illegal actions before anything changes."""
        if self._plain and actions.view(np.uint64).max() < self.model.actions:
            return
        restarts = self.autoreset_mode is AutoresetMode.NEXT_STEP
        row = first_illegal(self.model.arrays, self._rows, actions, restarts)
        if row < 0:
            return
        state = self._rows.positions[row]
        if state < 0 or self._rows.ended[row]:
            raise ValueError(f"Row {row} has no episode under way: reset it before stepping.")
        legal = np.flatnonzero(self.model.legal_actions[state]).tolist()
        raise ValueError(
            f"Action {actions[row]} of row {row} is not legal here; legal are {legal}."
        )


def _copy(positions: Array) -> Array:
    return positions.copy()


@compiled
def start_rows(model: ModelArrays, rows: RowStates, mask: Booleans) -> None:
    """Start an episode in the rows of `mask`, one draw each."""
    for row in range(mask.size):
        if mask[row]:
            rows.positions[row] = sample_start(model, rows.draws[row, rows.used[row]])
            rows.elapsed[row], rows.ended[row] = 0, False
            rows.used[row] += 1


def _step_rows(
    model: ModelArrays,
    rows: RowStates,
    actions: Array,
    limit: int,
    reward: Floats,
    terminated: Booleans,
    truncated: Booleans,
) -> None:
    """Step every row, or start it again if it ended; one draw each."""
    for row in range(actions.size):
        draw = rows.draws[row, rows.used[row]]
        rows.used[row] += 1
        rows.elapsed[row] += 1
        if rows.ended[row]:
            rows.positions[row] = sample_start(model, draw)
            rows.elapsed[row], reward[row], terminated[row] = 0, 0.0, False
        else:
            state, action = rows.positions[row], actions[row]
            outcome = sample_outcome(model, state, action, draw)
            reward[row] = mean_reward(model, state, action, outcome, draw)
            terminated[row] = model.terminated[state, action, outcome]
            rows.positions[row] = model.next_state[state, action, outcome]
        truncated[row] = rows.elapsed[row] >= limit
        rows.ended[row] = terminated[row] or truncated[row]


step_rows = compiled(_step_rows)
step_noisy_rows = compiled(_step_rows, mean_reward=noisy_reward)


@compiled
def first_illegal(model: ModelArrays, rows: RowStates, actions: Array, restarts: bool) -> int:
    """Return the first row whose action is not legal, or -1; ended rows that restart need none."""
    for row in range(actions.size):
        state, action = rows.positions[row], actions[row]
        if rows.ended[row] and restarts:
            continue
        inside = state >= 0 and 0 <= action < model.legal.shape[1]
        if rows.ended[row] or not inside or not model.legal[state, action]:
            return row
    return -1
