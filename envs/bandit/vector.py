"""Bandits as native vector environments: every row has means of its own, in one compiled step."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from spielfeld.arrays import Array, Booleans, Floats
from spielfeld.compiled import compiled
from spielfeld.envs.bandit.env import BanditEnv, DriftingBanditEnv, TestbedEnv
from spielfeld.envs.normal import normal_draw
from spielfeld.envs.tabular import ModelArrays
from spielfeld.envs.tabular_vector import RowStates, TabularVectorEnv, is_legal
from spielfeld.streams import Streams, next_draw


class BanditVectorEnv(TabularVectorEnv):
    """`num_envs` bandits that behave exactly like as many single ones; see `BanditEnv`.

    With `spielfeld/TenArmedTestbed-v0` and `problem=None` each row is a problem of its own, drawn
    from the row's seed: a testbed. `means` [num_envs, arms] are the true means of this moment.

    Args:
        num_envs: Number of rows.
        max_episode_steps: Time limit in environment steps.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        **options: Of the single environment.

    Raises:
        ValueError: If an option does not fit, or an action is no arm; names the row.
    """

    single: type[BanditEnv] = BanditEnv

    def __init__(
        self,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        **options: Any,
    ) -> None:
        env = self.single(**options)
        super().__init__(env.bandit.table, num_envs, max_episode_steps, autoreset_mode)
        self._first, self._spread = env.first_distribution
        self._noise = float(env.bandit.deviation), float(env.bandit.drift)
        self.means = np.tile(env.means, (self.num_envs, 1))
        self._step = self._pull

    def _arrays(self) -> dict[str, Array]:
        return {**super()._arrays(), "means": self.means}

    def _start(self, mask: Booleans) -> None:
        super()._start(mask)
        self._renew(mask)

    def _renew(self, mask: Booleans) -> None:
        renew_rows(self.means, self._first, self._spread, self._rows.streams, mask)

    def _pull(self, model: ModelArrays, rows: RowStates, actions: Array, *rest: Any) -> bool:
        first = self._first, self._spread
        return step_bandits(model, self.means, *first, *self._noise, rows, actions, *rest)


class DriftingBanditVectorEnv(BanditVectorEnv):
    """`num_envs` drifting bandits; see `DriftingBanditEnv`."""

    single = DriftingBanditEnv


class TestbedVectorEnv(BanditVectorEnv):
    """`num_envs` problems of the testbed; see `TestbedEnv`."""

    __test__ = False  # no test class, whatever its name begins with
    single = TestbedEnv


def renew_row(means: Floats, first: Floats, spread: float, streams: Streams, row: int) -> None:
    """Give a row the means with which an episode begins: N(first, spread^2)."""
    for arm in range(first.size):
        means[row, arm] = first[arm]
    if spread > 0.0:
        drift_row(means, spread, streams, row)


def drift_row(means: Floats, drift: float, streams: Streams, row: int) -> None:
    """Let each mean of a row take a step from N(0, drift^2); one draw an arm."""
    for arm in range(means.shape[1]):
        means[row, arm] = normal_draw(means[row, arm], drift, next_draw(streams, row))


@compiled
def renew_rows(
    means: Floats, first: Floats, spread: float, streams: Streams, mask: Booleans
) -> None:
    """Begin anew in the rows of `mask`."""
    for row in range(mask.size):
        if mask[row]:
            renew_row(means, first, spread, streams, row)


@compiled
def step_bandits(
    model: ModelArrays,
    means: Floats,
    first: Floats,
    spread: float,
    deviation: float,
    drift: float,
    rows: RowStates,
    actions: Array,
    limit: int,
    restarts: bool,
    reward: Floats,
    terminated: Booleans,
    truncated: Booleans,
) -> bool:
    """Pull an arm in every row, or start the row again if it ended.

    Returns:
        Whether all actions were legal; if not, nothing has changed.
    """
    legal = True
    for row in range(actions.size):
        legal &= is_legal(model, rows, row, actions[row], restarts)
    if not legal:
        return False
    for row in range(actions.size):
        draw = next_draw(rows.streams, row)
        if rows.ended[row]:
            rows.elapsed[row], reward[row] = 0, 0.0
            renew_row(means, first, spread, rows.streams, row)
        else:
            rows.elapsed[row] += 1
            reward[row] = normal_draw(means[row, actions[row]], deviation, draw)
            if drift > 0.0:
                drift_row(means, drift, rows.streams, row)
        terminated[row] = False
        truncated[row] = rows.elapsed[row] >= limit
        rows.ended[row] = truncated[row]
    return True
