"""Bandits as one vector environment: one compiled step for all rows."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from spielfeld import guard
from spielfeld.arrays import Array, Booleans, Floats
from spielfeld.compiled import compiled
from spielfeld.envs.bandit.env import ONE_STATE, Made, make_bandit
from spielfeld.envs.bandit.model import any_bandit
from spielfeld.envs.env import Info
from spielfeld.envs.tabular import normal_draw
from spielfeld.envs.vector import RowStreams, RowVectorEnv, new_streams
from spielfeld.snapshot import Counts, Index, Values
from spielfeld.streams import Streams, next_draw


class BanditRows(NamedTuple):
    """State of every row; compiled loops change it in place."""

    positions: Annotated[npt.NDArray[np.int64], Index(1, none=True)]  # [num_envs] 0 after a reset
    elapsed: Counts  # [num_envs] pulls in this episode
    ended: Booleans  # [num_envs] whether the next step resets the row
    streams: RowStreams  # [8, num_envs] state of the random numbers of each row
    means: Values  # [num_envs, arms] true means at this moment


class BanditVectorEnv(RowVectorEnv):
    """`num_envs` bandits that behave exactly like the same number of single ones (`BanditEnv`).

    With `spielfeld/TenArmedTestbed-v0` and `problem=None` this is a testbed. Each row then has its
    own problem, drawn from the row's seed. `means` [num_envs, arms] are the true means now.

    Args:
        num_envs: Number of rows.
        max_episode_steps: Time limit in environment steps.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        bandit: A `BanditModel`, or a function that returns one.
        **options: Arguments of the function; those of `any_bandit` by default.

    Raises:
        ValueError: If an option does not fit, or an action is no arm; it names the row.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012
    discount: ClassVar = 1.0
    rows: BanditRows

    def __init__(
        self,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        bandit: Made = any_bandit,
        render_mode: str | None = None,
        **options: object,
    ) -> None:
        self.bandit = bandit = make_bandit(bandit, options)
        super().__init__(num_envs, ONE_STATE, bandit.arms, autoreset_mode, render_mode)
        self.max_episode_steps = guard.steps(max_episode_steps)
        self._limit, num_envs = self.max_episode_steps or guard.MOST, self.num_envs
        self._noise = float(bandit.deviation), float(bandit.drift)
        self.rows = BanditRows(
            positions=np.full(num_envs, -1, np.int64),
            elapsed=np.zeros(num_envs, np.int64),
            ended=np.zeros(num_envs, np.bool_),
            streams=new_streams(num_envs),
            means=np.tile(bandit.means, (num_envs, 1)),
        )

    @property
    def means(self) -> Floats:
        """True means at this moment. Shape [num_envs, arms]."""
        return self.rows.means

    def _start(self, mask: Booleans) -> None:
        start_bandits(self.bandit.means, float(self.bandit.spread), self.rows, mask)

    def _advance(
        self, actions: Array, reward: Floats, terminated: Booleans, truncated: Booleans
    ) -> bool:
        terminated[:] = False
        legal = step_bandits(
            self.bandit.means, float(self.bandit.spread), *self._noise, self.rows, actions,
            self._limit, self._restarts, reward, truncated,
        )  # fmt: skip
        return bool(legal)

    def _observe(self) -> Array:
        return self.rows.positions.copy()

    def _info(self, present: Booleans | None = None) -> Info:
        return {}

    def _refuse(self, actions: Array) -> NoReturn:
        rows, restarts, arms = self.rows, self._restarts, self.bandit.arms
        fits = (is_arm(rows, row, actions[row], restarts) for row in range(self.num_envs))
        row = list(fits).index(False)
        if rows.positions[row] < 0 or rows.ended[row]:
            raise ValueError(f"Row {row} has no running episode: reset it before the next step.")
        legal = list(range(arms))
        raise ValueError(
            f"Action {actions[row]} of row {row} is not legal here; legal are {legal}."
        )


def is_arm(rows: BanditRows, row: int, action: int, restarts: bool) -> bool:
    """Return whether a row may take an action; a row that restarts now may take any action."""
    legal = (rows.positions[row] >= 0) & (action >= 0) & (action < rows.means.shape[1])
    return restarts if rows.ended[row] else bool(legal)


def renew_row(first: Floats, spread: float, rows: BanditRows, row: int) -> None:
    """Draw the means of a row for the start of an episode from N(first, spread^2)."""
    for arm in range(first.size):
        rows.means[row, arm] = first[arm]
    if spread > 0.0:
        drift_row(rows.means, spread, rows.streams, row)


def drift_row(means: Floats, drift: float, streams: Streams, row: int) -> None:
    """Let each mean of a row take a step from N(0, drift^2); one draw for each arm."""
    for arm in range(means.shape[1]):
        means[row, arm] = normal_draw(means[row, arm], drift, next_draw(streams, row))


@compiled
def start_bandits(first: Floats, spread: float, rows: BanditRows, mask: Booleans) -> None:
    """Start an episode in the rows of `mask`: one draw each, and one per arm for new means."""
    for row in range(mask.size):
        if mask[row]:
            next_draw(rows.streams, row)
            rows.positions[row], rows.elapsed[row], rows.ended[row] = 0, 0, False
            renew_row(first, spread, rows, row)


@compiled
def step_bandits(
    first: Floats,
    spread: float,
    deviation: float,
    drift: float,
    rows: BanditRows,
    actions: Array,
    limit: int,
    restarts: bool,
    reward: Floats,
    truncated: Booleans,
) -> bool:
    """Pull an arm in every row, or restart the row after its end.

    Returns:
        Whether all actions were legal; if not, this function has changed nothing.
    """
    legal = True
    for row in range(actions.size):
        legal &= is_arm(rows, row, actions[row], restarts)
    if not legal:
        return False
    for row in range(actions.size):
        draw = next_draw(rows.streams, row)
        if rows.ended[row]:
            rows.elapsed[row], reward[row] = 0, 0.0
            renew_row(first, spread, rows, row)
        else:
            rows.elapsed[row] += 1
            reward[row] = normal_draw(rows.means[row, actions[row]], deviation, draw)
            if drift > 0.0:
                drift_row(rows.means, drift, rows.streams, row)
        truncated[row] = rows.elapsed[row] >= limit
        rows.ended[row] = truncated[row]
    return True
