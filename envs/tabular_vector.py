"""A native Gymnasium vector environment over any `TabularModel`: all rows in one compiled step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Discrete, Space
from gymnasium.vector import AutoresetMode

from spielfeld import guard
from spielfeld.arrays import Array, Booleans, Floats
from spielfeld.compiled import compiled
from spielfeld.envs.row_vector import RowVectorEnv, new_streams
from spielfeld.envs.sampling import mean_reward, noisy_reward, sample_outcome, sample_start
from spielfeld.envs.tabular import ModelArrays, TabularModel
from spielfeld.streams import Streams, next_draw


class RowStates(NamedTuple):
    """Where every row of a vector environment stands, changed in place by compiled loops."""

    positions: npt.NDArray[np.int64]  # [num_envs] state indices
    elapsed: npt.NDArray[np.int64]  # [num_envs] environment steps of the episode
    ended: Booleans  # [num_envs] whether the row waits for a reset
    streams: Streams  # [8, num_envs] where the random numbers of each row go on


class TabularVectorEnv(RowVectorEnv):
    """`num_envs` copies of a world that behave exactly like as many single ones.

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
        ValueError: If an action is not legal; names the row and the action. If there are not as
            many integers as rows. If `max_episode_steps` is no whole number of 1 or more.
    """

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
        space = observation_space or Discrete(model.states)
        super().__init__(num_envs, space, model.actions, autoreset_mode)
        num_envs = self.num_envs
        self.model, self.discount = model, discount
        self.max_episode_steps = guard.steps(max_episode_steps)
        self._limit = self.max_episode_steps or guard.MOST
        self._step: Any = step_rows if model.reward_deviation is None else step_noisy_rows
        self._encode = encode or _copy
        self._masked = not bool(model.legal_actions.all())
        self._rows = RowStates(
            positions=np.full(num_envs, -1, np.int64),
            elapsed=np.zeros(num_envs, np.int64),
            ended=np.zeros(num_envs, np.bool_),
            streams=new_streams(num_envs),
        )

    def _limits(self) -> dict[str, tuple[int, int]]:
        return {"positions": (-1, self.model.states), "elapsed": (0, guard.MOST)}

    def _start(self, mask: Booleans) -> None:
        start_rows(self.model.arrays, self._rows, mask)

    def _advance(
        self, actions: Array, reward: Floats, terminated: Booleans, truncated: Booleans
    ) -> bool:
        legal = self._step(
            self.model.arrays, self._rows, actions, self._limit, self._restarts,
            reward, terminated, truncated,
        )  # fmt: skip
        return bool(legal)

    def _observe(self) -> Any:
        return self._encode(self._rows.positions)

    def _info(self, present: Booleans | None = None) -> dict[str, Any]:
        if not self._masked:
            return {}
        mask = self.model.legal_actions[self._rows.positions].astype(np.int8)
        shown = np.ones(self.num_envs, np.bool_) if present is None else present.copy()
        return {"action_mask": mask, "_action_mask": shown}

    def _refuse(self, actions: Array) -> NoReturn:
        model, rows, restarts = self.model.arrays, self._rows, self._restarts
        fits = (is_legal(model, rows, row, actions[row], restarts) for row in range(self.num_envs))
        row = list(fits).index(False)
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
            rows.positions[row] = sample_start(model, next_draw(rows.streams, row))
            rows.elapsed[row], rows.ended[row] = 0, False


def _step_rows(
    model: ModelArrays,
    rows: RowStates,
    actions: Array,
    limit: int,
    restarts: bool,
    reward: Floats,
    terminated: Booleans,
    truncated: Booleans,
) -> bool:
    """Step every row, or start it again if it ended; one draw each.

    Returns:
        Whether all actions were legal; if not, nothing has changed.
    """
    legal = True
    for row in range(actions.size):
        legal &= is_legal(model, rows, row, actions[row], restarts)
    if not legal:
        return False
    draws = np.empty(actions.size)
    for row in range(actions.size):  # a loop of its own, for the processor's wide registers
        draws[row] = next_draw(rows.streams, row)
    for row in range(actions.size):
        rows.elapsed[row] += 1
        if rows.ended[row]:
            rows.positions[row] = sample_start(model, draws[row])
            rows.elapsed[row], reward[row], terminated[row] = 0, 0.0, False
        else:
            state, action = rows.positions[row], actions[row]
            outcome = sample_outcome(model, state, action, draws[row])
            reward[row] = mean_reward(model, state, action, outcome, draws[row])
            terminated[row] = model.terminated[state, action, outcome]
            rows.positions[row] = model.next_state[state, action, outcome]
        truncated[row] = rows.elapsed[row] >= limit
        rows.ended[row] = terminated[row] or truncated[row]
    return True


step_rows = compiled(_step_rows)
step_noisy_rows = compiled(_step_rows, mean_reward=noisy_reward)


def is_legal(model: ModelArrays, rows: RowStates, row: int, action: int, restarts: bool) -> bool:
    """Return whether a row may take an action; one that has ended and restarts takes any."""
    state = rows.positions[row]
    inside = (state >= 0) & (action >= 0) & (action < model.legal.shape[1])
    legal: bool = inside & model.legal[state if inside else 0, action if inside else 0]
    return restarts if rows.ended[row] else legal
