"""One interface to every vector environment, with any autoreset mode."""

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
    """Result of one action in each row."""

    reward: Array  # float64 [rows]
    terminated: Array  # bool [rows]
    truncated: Array  # bool [rows]
    next_observation: Array  # [rows, ...], after the step and before any reset
    taken: Array  # bool [rows], False for rows that were only reset: no step of any episode
    next_legal: Array | None = None  # bool [rows, actions] for next_observation; None if unknown


def rows_seed(seed: int, samples: int = 0) -> int:
    """Return the seed of the first row, which differs from the rows of all other runs.

    Row i gets this seed + i. If the seeds of runs were used directly, runs 1,000 and 1,001 would
    have rows with the same random numbers.

    Args:
        seed: Seed of the run.
        samples: Environment steps before this; worlds that a run enters later get other seeds.
    """
    return int(np.random.SeedSequence([seed, samples]).generate_state(1)[0]) >> 1


class ManyWorlds:
    """A vector environment with the same interface for all three autoreset modes.

    After each step `observation` is the input of the next action. If an episode has ended, it is
    the first observation of the next episode.

    Args:
        vector: A Gymnasium vector environment, with any `autoreset_mode`.

    Raises:
        ValueError: If the next step overwrites the last observations (`copy=False`).

    Attributes:
        observation: Present observations of all rows. Shape [rows, ...].
        legal: Whether each action is legal. Shape [rows, actions]; None if unknown.
        finished: Return and length of the episodes that have ended; the reader empties the list.
        waiting: Rows that the next step only resets; it ignores their actions. Shape [rows].
        total: Returns of the present episodes so far. Shape [rows].
        length: Environment steps of the present episodes so far. Shape [rows].
    """

    saved: ClassVar = ("observation", "legal", "waiting", "total", "length")
    observation: Array
    legal: Booleans | None
    waiting: Booleans
    total: Values
    length: Counts

    def __init__(self, vector: ForeignVector) -> None:
        if overwrites(vector):
            raise ValueError("The next step must not overwrite observations: use copy=True.")
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
        """Start an episode in every row; with a seed, each row gets different random numbers."""
        self.observation, info = self.vector.reset(seed=seed)
        self._begun = True
        self.waiting[:], self.total[:], self.length[:] = False, 0, 0
        self._allow(info)

    def step(self, actions: Array) -> Step:
        """Take an action in every row, and start the next episode in rows that have ended.

        Raises:
            ValueError: If a reward is not a finite number; the message names the row.
        """
        taken = ~self.waiting
        observation, reward, terminated, truncated, info = self.vector.step(actions)
        reward = np.asarray(reward, np.float64)
        if not np.isfinite(reward).all():
            row = int(np.flatnonzero(~np.isfinite(reward))[0])
            raise ValueError(f"The environment of row {row} gave the reward {reward[row]}.")
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
        """Restore a saved state; if it is {}, start new episodes.

        Raises:
            ValueError: If the state has another number of rows, or a part does not fit.
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
        """Check that restored observations lie in their space, and that rows have a legal action.

        Raises:
            ValueError: If not; the message names the part.
        """
        require_seen("The saved 'observation'", self.observation_space, self.observation)
        if self.legal is not None:
            some = self.legal.any(axis=1)
            guard.require(some.all(), "The saved 'legal' allows no action in some row.")

    def _allow(self, info: Mapping[str, Any]) -> None:
        legal = _legal(info)
        if legal is None:
            return
        legal |= ~legal.any(axis=1, keepdims=True)  # an ended episode has no legal action
        told = info.get("_action_mask")  # Gymnasium's name for the rows with an action mask
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
    """Check that observations [rows, ...] lie in a discrete space.

    Raises:
        ValueError: If a number is out of its range; a network would read another number instead.
    """
    if not isinstance(space, Discrete | MultiDiscrete):
        return
    counts = space.n if isinstance(space, Discrete) else space.nvec
    inside = (observations >= space.start) & (observations < space.start + counts)
    guard.require(bool(inside.all()), f"{what} holds a number that is not in {space}.")


def _legal(info: Mapping[str, Any]) -> Array | None:
    """Return the legal actions of an environment, or None if unknown. Shape [rows, actions].

    If only some rows have an action mask, all actions are legal in the others.
    """
    if "action_mask" not in info:
        return None
    legal = np.asarray(info["action_mask"]).astype(bool)
    return legal | ~np.reshape(info.get("_action_mask", True), (-1, 1))


def _with_finals(rows: Array, ended: Booleans, finals: Array) -> Array:
    """Replace the first observations of new episodes by the last ones of the ended episodes."""
    last = rows.copy()
    for row in np.flatnonzero(ended).tolist():
        last[row] = finals[row]
    return last


def many_worlds(source: ManyWorlds | ForeignVector | gym.Env[Any, Any], rows: int) -> ManyWorlds:
    """Return `rows` copies of an environment as `ManyWorlds`, or a vector environment unchanged.

    Args:
        source: A Gymnasium environment or vector environment. An environment is used alone if it
            cannot be copied: `gymnasium.make` did not make it, or it was wrapped later.
        rows: Number of copies; a vector environment keeps its own number of rows.
    """
    if isinstance(source, ManyWorlds):
        return source
    if isinstance(source, VectorEnv):
        return ManyWorlds(source)
    model = plain_model(source)
    if model is not None:
        return ManyWorlds(_of_table(source, model, rows))
    # A copy would not have the wrappers that were added after `gymnasium.make`.
    if source.spec is None or is_wrapped(source):
        alone = SyncVectorEnv([lambda: source], autoreset_mode=AutoresetMode.DISABLED)
        return ManyWorlds(alone)
    return ManyWorlds(_copies(source.spec, rows))


def _of_table(source: ForeignEnv, model: TabularModel, rows: int) -> ForeignVector:
    return TabularVectorEnv(model, rows, time_limit(source), AutoresetMode.DISABLED)


def _copies(spec: EnvSpec, rows: int) -> ForeignVector:
    """Return copies of the environment of a spec, without windows."""
    options = {key: value for key, value in spec.kwargs.items() if key != "render_mode"}
    if spec.max_episode_steps is not None:
        options["max_episode_steps"] = spec.max_episode_steps
    disabled = {"autoreset_mode": AutoresetMode.DISABLED}
    if spec.vector_entry_point is None:
        return gym.make_vec(spec.id, rows, "sync", vector_kwargs=disabled, **options)
    if spec.namespace == "spielfeld":
        options |= disabled
    return gym.make_vec(spec.id, rows, "vector_entry_point", **options)
