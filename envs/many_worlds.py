"""Many worlds at once, seen alike whoever made them: what learners on batches act in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Discrete, MultiDiscrete, Space
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from spielfeld import guard, snapshot
from spielfeld.arrays import Array, Booleans
from spielfeld.envs.access import (
    ForeignEnv,
    ForeignVector,
    Saves,
    autoreset_mode,
    is_wrapped,
    overwrites,
    plain_model,
    restore_vector,
    time_limit,
    vector_state,
)
from spielfeld.envs.tabular import TabularModel
from spielfeld.envs.vector import TabularVectorEnv
from spielfeld.snapshot import Counts, Values


class Step(NamedTuple):
    """What one action in each row led to."""

    reward: Array  # float64 [rows]
    terminated: Array  # bool [rows]
    truncated: Array  # bool [rows]
    next_observation: Array  # [rows, ...], where the step led, before any reset
    taken: Array  # bool [rows], False where a row was only reset: no step of any episode
    next_legal: Array | None = None  # bool [rows, actions], of next_observation, if that is told


def rows_seed(seed: int, samples: int = 0) -> int:
    """Return the seed of the first row of many worlds, far from that of any other run.

    Row i gets this seed + i, so that seeds of runs themselves, 1,000 and 1,001, would share rows.

    Args:
        seed: Of the run.
        samples: Environment steps taken before; worlds that a run enters later get other numbers.
    """
    return int(np.random.SeedSequence([seed, samples]).generate_state(1)[0]) >> 1


class ManyWorlds:
    """A vector environment whose three ways to reset itself look the same.

    After each step `observation` is what to act on next: of a new episode where one has ended.

    Args:
        vector: A Gymnasium vector environment, with any `autoreset_mode`.

    Raises:
        ValueError: If the next step overwrites what was seen (`copy=False`).

    Attributes:
        observation: Of all rows, to act on. Shape [rows, ...].
        legal: Which actions are. Shape [rows, actions]; None if the environment does not tell.
        finished: Return and length of the episodes that have ended, to be taken away by the reader.
        waiting: Rows that the next step only resets, whatever the action. Shape [rows].
        total: Return of the present episodes so far. Shape [rows].
        length: Their environment steps. Shape [rows].
    """

    saved: ClassVar = ("observation", "legal", "waiting", "total", "length")
    observation: Array
    legal: Booleans | None
    waiting: Booleans
    total: Values
    length: Counts

    def __init__(self, vector: ForeignVector) -> None:
        if overwrites(vector):
            raise ValueError("What was seen must stay as it is: make the vector with copy=True.")
        self.vector = vector
        self.rows = vector.num_envs
        self.observation_space = vector.single_observation_space
        self.action_space = vector.single_action_space
        self.mode = autoreset_mode(vector)
        self.legal, self._begun = None, False
        self.finished: list[tuple[float, int]] = []
        self.waiting = np.zeros(self.rows, bool)
        self.total, self.length = np.zeros(self.rows), np.zeros(self.rows, np.int64)

    def reset(self, seed: int | None = None) -> None:
        """Start an episode in every row; with a seed, every row gets random numbers of its own."""
        self.observation, info = self.vector.reset(seed=seed)
        self._begun = True
        self.waiting[:], self.total[:], self.length[:] = False, 0, 0
        self._allow(info)

    def step(self, actions: Array) -> Step:
        """Act once in every row, and start new episodes where one has ended.

        Raises:
            ValueError: If the environment pays what is no number; names the row.
        """
        taken = ~self.waiting
        observation, reward, terminated, truncated, info = self.vector.step(actions)
        reward = np.asarray(reward, np.float64)
        if not np.isfinite(reward).all():
            row = int(np.flatnonzero(~np.isfinite(reward))[0])
            raise ValueError(f"The environment of row {row} paid {reward[row]}.")
        ended = terminated | truncated
        step = Step(reward, terminated, truncated, observation, taken, _legal(info))
        if self.mode is AutoresetMode.NEXT_STEP:
            self.waiting = ended
        elif ended.any() and self.mode is AutoresetMode.DISABLED:
            self._allow(info)
            observation, info = self.vector.reset(options={"reset_mask": ended})
        elif ended.any():
            last = _with_finals(observation, ended, info["final_obs"])
            step = step._replace(next_observation=last)
            if step.next_legal is not None:
                final = _legal(info["final_info"])
                final = np.ones_like(step.next_legal) if final is None else final
                step = step._replace(next_legal=_with_finals(step.next_legal, ended, final))
        self.observation = observation
        self._allow(info)
        self._book(reward, ended, taken)
        return step

    def seen_again(self) -> ManyWorlds:
        """Return another view of the same vector, which sees it as it stands."""
        view = ManyWorlds(self.vector)
        view._begun = self._begun
        view.observation, view.legal, view.waiting, view.total, view.length = copy.deepcopy(
            (self.observation, self.legal, self.waiting, self.total, self.length)
        )
        return view

    def state(self) -> snapshot.State:
        """Return everything that the next step depends on, as arrays and JSON; {} if unknown."""
        vector = vector_state(self.vector)
        if vector is None or not self._begun or not isinstance(self.observation, np.ndarray):
            return {}
        return {**vector, **snapshot.leaves(self)}

    def restore(self, state: snapshot.State, seed: int) -> None:
        """Go on where `state()` was asked for; where it is {}, begin new episodes.

        Raises:
            ValueError: If the state is of another number of rows, or a part does not fit.
        """
        if not state or not self._begun:
            self.reset(seed)
        if not state:
            return
        waiting = guard.as_array("The saved 'waiting'", guard.entry(state, "waiting"))
        if waiting.ndim == 1 and len(waiting) != self.rows:
            raise ValueError(f"Expected the state of {self.rows} rows, not {len(waiting)}.")
        own = {name: leaf for name, leaf in state.items() if not name.startswith("vector")}
        before, untold = snapshot.leaves(self), self.legal is None
        stood = None if isinstance(self.vector, Saves) else vector_state(self.vector)
        if untold and own.get("legal") is not None and isinstance(self.action_space, Discrete):
            self.legal = np.zeros((self.rows, int(self.action_space.n)), bool)
        try:
            snapshot.restored(self, own)
            self.require_sound()
            restore_vector(self.vector, state, self.waiting, seed)
        except ValueError:
            self.legal = None if untold else self.legal
            snapshot.restored(self, before)
            if stood is not None:  # a stranger's vector may have changed
                restore_vector(self.vector, stood, self.waiting, seed)
            raise

    def require_sound(self) -> None:
        """Refuse restored observations out of their space, and rows without a legal action.

        Raises:
            ValueError: Says which.
        """
        require_seen("The saved 'observation'", self.observation_space, self.observation)
        if self.legal is not None:
            some = self.legal.any(axis=1)
            guard.require(some.all(), "The saved 'legal' allows no action in some row.")

    def _allow(self, info: Mapping[str, Any]) -> None:
        legal = _legal(info)
        if legal is None:
            return
        legal |= ~legal.any(axis=1, keepdims=True)  # none where an episode is over
        told = info.get("_action_mask")  # Gymnasium's word for the rows that said something
        if told is not None and self.legal is not None:
            legal = np.where(told[:, None], legal, self.legal)
        self.legal = legal

    def _book(self, reward: Array, ended: Array, taken: Array) -> None:
        self.total += reward
        self.length += taken
        if ended.any():
            self.finished += zip(self.total[ended].tolist(), self.length[ended].tolist(),
                                 strict=True)  # fmt: skip
            self.total[ended], self.length[ended] = 0, 0


def require_seen(what: str, space: Space[Any], observations: Array) -> None:
    """Refuse observations [rows, ...] with numbers that name nothing in a discrete space.

    Raises:
        ValueError: If a number is out of its range; networks would read another one in its place.
    """
    if not isinstance(space, Discrete | MultiDiscrete):
        return
    counts = space.n if isinstance(space, Discrete) else space.nvec
    inside = (observations >= space.start) & (observations < space.start + counts)
    guard.require(bool(inside.all()), f"{what} holds a number that is not in {space}.")


def _legal(info: Mapping[str, Any]) -> Array | None:
    """Return which actions an environment says are legal, if it does. Shape [rows, actions].

    Where only some rows have said something, all are legal in the others.
    """
    if "action_mask" not in info:
        return None
    legal = np.asarray(info["action_mask"]).astype(bool)
    return legal | ~np.reshape(info.get("_action_mask", True), (-1, 1))


def _with_finals(rows: Array, ended: Booleans, finals: Array) -> Array:
    """Put what was seen last in episodes in the place of what is seen first of the next ones."""
    last = rows.copy()
    for row in np.flatnonzero(ended).tolist():
        last[row] = finals[row]
    return last


def many_worlds(source: ManyWorlds | ForeignVector | gym.Env[Any, Any], rows: int) -> ManyWorlds:
    """Return `rows` copies of an environment, natively where it is able to, or a vector as it is.

    Args:
        source: A Gymnasium environment or vector environment. One that was not made by
            `gymnasium.make`, or was wrapped since, is used alone: nobody knows how to copy it.
        rows: How many copies; what is a vector environment already has as many as it has.
    """
    if isinstance(source, ManyWorlds):
        return source
    if isinstance(source, VectorEnv):
        return ManyWorlds(source)
    model = plain_model(source)
    if model is not None:
        return ManyWorlds(_of_table(source, model, rows))
    # of a wrapper that was put around since `gymnasium.make`, a copy would know nothing
    if source.spec is None or is_wrapped(source):
        alone = SyncVectorEnv([lambda: source], autoreset_mode=AutoresetMode.DISABLED)
        return ManyWorlds(alone)
    return ManyWorlds(_copies(source.spec, rows))


def _of_table(source: ForeignEnv, model: TabularModel, rows: int) -> ForeignVector:
    return TabularVectorEnv(model, rows, time_limit(source), AutoresetMode.DISABLED)


def _copies(spec: EnvSpec, rows: int) -> ForeignVector:
    """Make copies of what a spec tells of, without windows."""
    options = {key: value for key, value in spec.kwargs.items() if key != "render_mode"}
    if spec.max_episode_steps is not None:
        options["max_episode_steps"] = spec.max_episode_steps
    disabled = {"autoreset_mode": AutoresetMode.DISABLED}
    if spec.vector_entry_point is None:
        return gym.make_vec(spec.id, rows, "sync", vector_kwargs=disabled, **options)
    if spec.namespace == "spielfeld":
        options |= disabled
    return gym.make_vec(spec.id, rows, "vector_entry_point", **options)
