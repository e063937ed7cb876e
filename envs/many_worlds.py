"""Many worlds at once, seen alike whoever made them: what learners on batches act in."""

from __future__ import annotations

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from spielfeld import guard
from spielfeld.arrays import Array
from spielfeld.envs.access import is_wrapped, plain_model, restore, state, time_limit
from spielfeld.envs.plain_state import plain_state, restore_plain
from spielfeld.envs.tabular import TabularModel


class Step(NamedTuple):
    """What one action in each row led to."""

    reward: Array  # float64 [rows]
    terminated: Array  # bool [rows]
    truncated: Array  # bool [rows]
    next_observation: Any  # [rows, ...], where the step led, before any reset
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
    """

    def __init__(self, vector: VectorEnv[Any, Any, Any]) -> None:
        if getattr(vector, "copy", True) is False:
            raise ValueError("What was seen must stay as it is: make the vector with copy=True.")
        self.vector = vector
        self.rows = vector.num_envs
        self.observation_space = vector.single_observation_space
        self.action_space = vector.single_action_space
        self.mode = AutoresetMode(vector.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP))
        self.observation: Any = None
        self.legal: Array | None = None
        self.finished: list[tuple[float, int]] = []
        self.waiting = np.zeros(self.rows, bool)
        self._total, self._length = np.zeros(self.rows), np.zeros(self.rows, np.int64)

    def reset(self, seed: int | None = None) -> None:
        """Start an episode in every row; with a seed, every row gets random numbers of its own."""
        self.observation, info = self.vector.reset(seed=seed)
        self.waiting[:], self._total[:], self._length[:] = False, 0, 0
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

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as arrays and JSON; {} if unknown."""
        vector = self._vector_state()
        if vector is None or not isinstance(self.observation, np.ndarray):
            return {}
        own = {"observation": self.observation, "waiting": self.waiting, "total": self._total,
               "length": self._length}  # fmt: skip
        legal = {} if self.legal is None else {"legal": self.legal.copy()}
        return {**vector, **legal, **{name: array.copy() for name, array in own.items()}}

    def restore(self, state: dict[str, Any], seed: int) -> None:
        """Go on where `state()` was asked for; where it is {}, begin new episodes.

        Raises:
            ValueError: If the state is of another number of rows, or an array does not fit.
        """
        if not state or self.observation is None:
            self.reset(seed)
        if not state:
            return
        waiting = guard.as_array("The saved 'waiting'", guard.entry(state, "waiting"))
        waiting = waiting.reshape(-1) if waiting.ndim == 0 else waiting
        if len(waiting) != self.rows:
            raise ValueError(f"Expected the state of {self.rows} rows, not {len(waiting)}.")
        saved = self._saved(state)
        self._restore_vector(state, seed)
        self.observation, self.legal = saved["observation"], saved.get("legal")
        self.waiting, self._total, self._length = (
            saved[name] for name in ("waiting", "total", "length")
        )

    def _saved(self, state: dict[str, Any]) -> dict[str, Array]:
        """Return the arrays of a saved state that are not the vector environment's own."""
        own = {"observation": np.asarray(self.observation), "waiting": self.waiting,
               "total": self._total, "length": self._length}  # fmt: skip
        if self.legal is not None or "legal" in state:
            actions = getattr(self.action_space, "n", 0)
            own["legal"] = np.zeros((self.rows, actions), bool)
        limits = {"length": (0, guard.MOST)}
        saved = {
            name: guard.like(f"The saved {name!r}", guard.entry(state, name), array,
                             *limits.get(name, ()), finite=name != "observation")
            for name, array in own.items()
        }  # fmt: skip
        require_seen("The saved 'observation'", self.observation_space, saved["observation"])
        if "legal" in saved:
            some = saved["legal"].any(axis=1)
            guard.require(some.all(), "The saved 'legal' allows no action in some row.")
        return saved

    def _vector_state(self) -> dict[str, Any] | None:
        ours: Any = self.vector
        if hasattr(ours, "restore"):
            return {f"vector.{name}": array for name, array in ours.state().items()}
        single = getattr(self.vector, "envs", None)
        told = plain_state(self.vector) if single is None else [state(env) for env in single]
        return None if told is None or (single and None in told) else {"vector": told}

    def _restore_vector(self, state: dict[str, Any], seed: int) -> None:
        vector: Any = self.vector
        if not hasattr(vector, "restore"):
            told = guard.entry(state, "vector")
            self.reset(seed)
        if hasattr(vector, "restore"):
            start = "vector."
            own = {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
            vector.restore(own)
        elif hasattr(vector, "envs"):
            kind = isinstance(told, list) and len(told) == self.rows
            guard.require(kind, f"The saved 'vector' must be a list of {self.rows} states.")
            for env, one in zip(vector.envs, told, strict=True):
                restore(env, one)
            if self.mode is AutoresetMode.NEXT_STEP:  # Gymnasium's word for those that wait
                vector._autoreset_envs = state["waiting"].copy()
        else:
            restore_plain(vector, told)

    def _allow(self, info: dict[str, Any]) -> None:
        legal = _legal(info)
        if legal is None:
            return
        legal |= ~legal.any(axis=1, keepdims=True)  # none where an episode is over
        told = info.get("_action_mask")  # Gymnasium's word for the rows that said something
        if told is not None and self.legal is not None:
            legal = np.where(told[:, None], legal, self.legal)
        self.legal = legal

    def _book(self, reward: Array, ended: Array, taken: Array) -> None:
        self._total += reward
        self._length += taken
        if ended.any():
            self.finished += zip(self._total[ended].tolist(), self._length[ended].tolist(),
                                 strict=True)  # fmt: skip
            self._total[ended], self._length[ended] = 0, 0


def require_seen(what: str, space: Any, observations: Array) -> None:
    """Refuse observations [rows, ...] with numbers that name nothing in a discrete space.

    Raises:
        ValueError: If a number is out of its range; networks would read another one in its place.
    """
    counts = getattr(space, "nvec", getattr(space, "n", None))
    if isinstance(space, gym.spaces.Discrete | gym.spaces.MultiDiscrete) and counts is not None:
        low = np.asarray(getattr(space, "start", 0))
        inside = (observations >= low) & (observations < low + counts)
        guard.require(bool(inside.all()), f"{what} holds a number that is not in {space}.")


def _legal(info: dict[str, Any]) -> Array | None:
    """Return which actions an environment says are legal, if it does. Shape [rows, actions].

    Where only some rows have said something, all are legal in the others.
    """
    if "action_mask" not in info:
        return None
    legal = np.asarray(info["action_mask"]).astype(bool)
    return legal | ~np.reshape(info.get("_action_mask", True), (-1, 1))


def _with_finals(rows: Any, ended: Array, finals: Any) -> Any:
    """Put what was seen last in episodes in the place of what is seen first of the next ones."""
    last = rows.copy()
    for row in np.flatnonzero(ended).tolist():
        last[row] = finals[row]
    return last


def many_worlds(source: Any, rows: int) -> ManyWorlds:
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


def _of_table(source: Any, model: TabularModel, rows: int) -> VectorEnv[Any, Any, Any]:
    from spielfeld.envs.tabular_vector import TabularVectorEnv

    return TabularVectorEnv(
        model, rows, time_limit(source), AutoresetMode.DISABLED,
        discount=getattr(source.unwrapped, "discount", 1.0),
    )  # fmt: skip


def _copies(spec: Any, rows: int) -> VectorEnv[Any, Any, Any]:
    """Make copies of what a spec tells of, without windows."""
    options = {key: value for key, value in spec.kwargs.items() if key != "render_mode"}
    if spec.max_episode_steps is not None:
        options["max_episode_steps"] = spec.max_episode_steps
    disabled: Any = {"autoreset_mode": AutoresetMode.DISABLED}
    if spec.vector_entry_point is None:
        return gym.make_vec(spec.id, rows, "sync", vector_kwargs=disabled, **options)
    ours: Any = disabled if spec.namespace == "spielfeld" else {}
    return gym.make_vec(spec.id, rows, "vector_entry_point", **ours, **options)
