"""Vector environments: one compiled step for all rows.

`RowVectorEnv` holds the common parts of worlds, bandits and boards: seeds, automatic resets, and
errors for illegal actions. `TabularVectorEnv` acts in any finite world. Its rows behave exactly
like the same number of environments of `env.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, NamedTuple, NoReturn, Protocol

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Discrete, Space
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from spielfeld import guard, snapshot
from spielfeld.arrays import Array, Booleans, Bytes, Floats
from spielfeld.compiled import compiled
from spielfeld.envs.env import Info, Made, make_world, require_render_mode, space_of
from spielfeld.envs.tabular import (
    ModelArrays,
    mean_reward,
    noisy_reward,
    sample_outcome,
    sample_start,
)
from spielfeld.settings import Range
from spielfeld.snapshot import Counts, Index
from spielfeld.streams import Streams, next_draw, stream_of

RowStreams = Annotated[Streams, Range(0, 2**32 - 1)]


class Rows(Protocol):
    """State of every row of a vector environment: a named tuple of arrays."""

    @property
    def ended(self) -> Booleans:
        """Whether the next step resets the row. Shape [num_envs]."""
        ...

    @property
    def streams(self) -> Streams:
        """State of the random numbers of each row. Shape [8, num_envs]."""
        ...


class RowVectorEnv(VectorEnv[Array, Array, Array]):
    """`num_envs` rows that behave exactly like the same number of single environments.

    Row i has its own generator, seeded with seed + i; each reset and each step uses one draw.
    Subclasses hold the state of the rows in `rows`, and define a step of all rows.

    Args:
        num_envs: Number of rows.
        observation_space: Space of one row.
        actions: Number of actions.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        render_mode: None, or "rgb_array": `render` then returns a tuple of pictures.

    Raises:
        ValueError: If `num_envs` is no whole number from 1 to `guard.MOST_ROWS` - 1.
            `step` raises it if an action is illegal, and names row and action. It also raises it
            if the actions are not one integer per row. `reset` raises it if seeds or mask are not
            one per row. `restore` raises it if a saved array does not fit, and changes nothing.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    saved: ClassVar = ("rows",)
    state, restore = snapshot.state, snapshot.restore
    rows: Rows

    def __init__(
        self,
        num_envs: int,
        observation_space: Space[Any],
        actions: int,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:
        require_render_mode(render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self.num_envs = num_envs = guard.whole("num_envs", num_envs, 1, guard.MOST_ROWS)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = observation_space
        self.single_action_space = Discrete(actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._restarts = self.autoreset_mode is AutoresetMode.NEXT_STEP

    def _start(self, mask: Booleans) -> None:
        """Start an episode in the rows of `mask`; one draw each."""
        raise NotImplementedError

    def _advance(
        self, actions: Array, reward: Array, terminated: Booleans, truncated: Booleans
    ) -> bool:
        """Step every row, or restart the row after its end; one draw each.

        Returns:
            Whether all actions were legal; if not, this method has changed nothing.
        """
        raise NotImplementedError

    def _observe(self) -> Array:
        """Return new arrays with the observations of all rows."""
        raise NotImplementedError

    def _info(self, present: Booleans | None = None) -> Info:
        """Return the info of all rows, or only of the rows `present`."""
        raise NotImplementedError

    def _refuse(self, actions: Array) -> NoReturn:
        """Raise a ValueError that names the first row with an illegal action."""
        raise NotImplementedError

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Array, Info]:
        """Start episodes in all rows, or those of `options["reset_mask"]` (bool [num_envs])."""
        mask = np.ones(self.num_envs, np.bool_)
        if options is not None and "reset_mask" in guard.table("options", options):
            mask = guard.mask("reset_mask", options["reset_mask"], self.num_envs)
        self._seed(seed, mask)
        self._start(mask)
        return self._observe(), self._info()

    def step(self, actions: npt.ArrayLike) -> tuple[Array, Array, Array, Array, Info]:
        """Take an action in every row; see `gymnasium.vector.VectorEnv.step`."""
        actions = guard.integers("Actions", actions, self.num_envs)
        reward = np.empty(self.num_envs)
        terminated, truncated = np.empty((2, self.num_envs), np.bool_)
        if not self._advance(actions, reward, terminated, truncated):
            self._refuse(actions)
        info = self._restart() if self.autoreset_mode is AutoresetMode.SAME_STEP else self._info()
        return self._observe(), reward, terminated, truncated, info

    def render(self) -> tuple[Bytes, ...] | None:
        """Return a picture of each row, uint8 [height, width, 3], in mode "rgb_array"."""
        if self.render_mode is None:
            return None
        return tuple(self._picture(row) for row in range(self.num_envs))

    def _picture(self, row: int) -> Bytes:
        """Return the pixels of a row. Shape [height, width, 3]."""
        raise NotImplementedError

    def _seed(self, seed: int | Sequence[int | None] | None, mask: Booleans) -> None:
        if seed is None:
            return
        seeds = guard.seeds(seed, self.num_envs)
        for row in np.flatnonzero(mask).tolist():
            row_seed = seeds[row]
            if row_seed is not None:
                self.rows.streams[:, row] = stream_of(np_random(row_seed)[0])

    def _restart(self) -> dict[str, Any]:
        """SAME_STEP: return the last observations of ended rows, then restart these rows."""
        ended = self.rows.ended.copy()
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
    """Return random streams for rows without a seed. Shape [8, num_envs]."""
    return np.stack([stream_of(np_random()[0]) for _ in range(num_envs)], axis=1)


class RowStates(NamedTuple):
    """State of every row of a finite world; compiled loops change it in place."""

    positions: Annotated[npt.NDArray[np.int64], Index("states", none=True)]  # [num_envs]
    elapsed: Counts  # [num_envs] environment steps in this episode
    ended: Booleans  # [num_envs] whether the next step resets the row
    streams: RowStreams  # [8, num_envs] state of the random numbers of each row


class TabularVectorEnv(RowVectorEnv):
    """`num_envs` copies of a world that behave exactly like single ones (`TabularEnv`).

    Observations: those of the single environment, stacked. Actions: integers [num_envs]. Rewards:
    float64 [num_envs]. `terminated` and `truncated`: bool [num_envs].

    Args:
        world: A `TabularModel`, a `World`, or a function that returns one.
        num_envs: Number of rows.
        max_episode_steps: Time limit in environment steps, in addition to that of the world.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        time_limit: Time limit that replaces the world's limit; 0 for no limit.
        render_mode: None, or "rgb_array": `render` then returns a tuple of pictures.
        **options: Arguments of the function.

    Raises:
        ValueError: If an option does not fit. `step` raises it if an action is illegal, and names
            row and action. It also raises it if the actions are not one integer per row.
    """

    rows: RowStates

    def __init__(
        self,
        world: Made,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        time_limit: int | None = None,
        render_mode: str | None = None,
        **options: object,
    ) -> None:
        self.world = world = make_world(world, options)
        self.model, self.discount, self._encode = world.model, world.discount, world.observation
        super().__init__(
            num_envs, space_of(world), world.model.actions, autoreset_mode, render_mode
        )
        if world.layout is not None:
            self.layout = world.layout
        self.max_episode_steps = world.limit(time_limit, max_episode_steps)
        self._limit = self.max_episode_steps or guard.MOST
        self._step = step_rows if world.model.reward_deviation is None else step_noisy_rows
        self._masked = not bool(world.model.legal_actions.all())
        num_envs = self.num_envs
        self.rows = RowStates(
            positions=np.full(num_envs, -1, np.int64),
            elapsed=np.zeros(num_envs, np.int64),
            ended=np.zeros(num_envs, np.bool_),
            streams=new_streams(num_envs),
        )

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        return {"states": self.model.states}

    def _start(self, mask: Booleans) -> None:
        start_rows(self.model.arrays, self.rows, mask)

    def _advance(
        self, actions: Array, reward: Floats, terminated: Booleans, truncated: Booleans
    ) -> bool:
        legal = self._step(
            self.model.arrays, self.rows, actions, self._limit, self._restarts,
            reward, terminated, truncated,
        )  # fmt: skip
        return bool(legal)

    def _observe(self) -> Array:
        positions = self.rows.positions
        return positions.copy() if self._encode is None else np.asarray(self._encode(positions))

    def _info(self, present: Booleans | None = None) -> Info:
        if not self._masked:
            return {}
        mask = self.model.legal_actions[self.rows.positions].astype(np.int8)
        shown = np.ones(self.num_envs, np.bool_) if present is None else present.copy()
        return {"action_mask": mask, "_action_mask": shown}

    def _refuse(self, actions: Array) -> NoReturn:
        model, rows, restarts = self.model.arrays, self.rows, self._restarts
        fits = (is_legal(model, rows, row, actions[row], restarts) for row in range(self.num_envs))
        row = list(fits).index(False)
        state = rows.positions[row]
        if state < 0 or rows.ended[row]:
            raise ValueError(f"Row {row} has no running episode: reset it before the next step.")
        legal = np.flatnonzero(self.model.legal_actions[state]).tolist()
        raise ValueError(
            f"Action {actions[row]} of row {row} is not legal here; legal are {legal}."
        )

    def _picture(self, row: int) -> Bytes:
        from spielfeld.envs.grid_world.renderer import to_array

        return to_array(self.world.draw(int(self.rows.positions[row])))


@compiled
def start_rows(model: ModelArrays, rows: RowStates, mask: Booleans) -> None:
    """Start an episode in the rows of `mask`; one draw each."""
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
    """Step every row, or restart the row after its end; one draw each.

    Returns:
        Whether all actions were legal; if not, this function has changed nothing.
    """
    legal = True
    for row in range(actions.size):
        legal &= is_legal(model, rows, row, actions[row], restarts)
    if not legal:
        return False
    draws = np.empty(actions.size)
    for row in range(actions.size):  # a separate loop, which the processor can vectorise
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
    """Return whether a row may take an action; a row that restarts now may take any action."""
    state = rows.positions[row]
    inside = (state >= 0) & (action >= 0) & (action < model.legal.shape[1])
    legal: bool = inside & model.legal[state if inside else 0, action if inside else 0]
    return restarts if rows.ended[row] else legal
