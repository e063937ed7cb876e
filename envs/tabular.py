"""What a finite world *is*: a table of probabilities, next states, rewards and ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from spielfeld import guard
from spielfeld.arrays import Array, Booleans, Floats, Integers

TOLERANCE = 1e-9
Given = TypeVar("Given", bound=npt.NDArray[Any])


class ModelArrays(NamedTuple):
    """A model as compiled loops take it; the cumulative rows are what a draw inverts."""

    cumulative: Floats  # [states, actions, outcomes]
    next_state: Integers  # [states, actions, outcomes]
    reward: Floats  # [states, actions, outcomes]
    terminated: Booleans  # [states, actions, outcomes]
    reward_deviation: Floats  # [states, actions, outcomes], or empty for no noise
    legal: Booleans  # [states, actions]
    start_cumulative: Floats  # [states]


@dataclass(frozen=True, eq=False)
class TabularModel:
    """A Markov decision process as arrays, validated when made, then read-only.

    Sutton & Barto, 2nd edition, section 3.1: outcome k of action a in state s has
    `probability[s, a, k]`, leads to `next_state[s, a, k]`, pays `reward[s, a, k]` and ends the
    episode if `terminated[s, a, k]`. Unused outcomes have probability 0.

    Args:
        probability: Each legal row sums to 1. Shape [states, actions, outcomes].
        next_state: State indices. Shape [states, actions, outcomes].
        reward: Mean reward of each outcome. Shape [states, actions, outcomes].
        terminated: Whether the outcome ends the episode. Shape [states, actions, outcomes].
        start: Distribution of the first state. Shape [states].
        legal: Which actions a state allows, all by default. Shape [states, actions].
        reward_deviation: Standard deviation of normal noise around `reward`, none by default;
            planners use the mean. Shape [states, actions, outcomes].

    Raises:
        ValueError: If the arrays do not describe a world; names the state and the action.
    """

    probability: Floats
    next_state: Integers
    reward: Floats
    terminated: Booleans
    start: Floats
    legal: Booleans | None = None
    reward_deviation: Floats | None = None

    def __post_init__(self) -> None:
        self._store("probability", self.probability, np.float64)
        self._store("next_state", self.next_state, np.int32)
        self._store("reward", self.reward, np.float64)
        self._store("terminated", self.terminated, np.bool_)
        self._store("start", self.start, np.float64)
        if self.legal is not None:
            self._store("legal", self.legal, np.bool_)
        if self.reward_deviation is not None:
            self._store("reward_deviation", self.reward_deviation, np.float64)
        _check_shapes(self)
        _check_rows(self)
        _check_ends(self)

    def _store(self, name: str, value: Array, kind: type[np.generic]) -> None:
        given = guard.as_array(name, value)
        with np.errstate(invalid="ignore", over="ignore"):  # the next lines refuse what got lost
            array = given.astype(kind, order="C")  # one layout: loops are compiled once
        if kind is np.int32 and not np.array_equal(array, given):
            raise ValueError(f"{name} must hold whole numbers that fit 32 bits.")
        if kind is np.bool_ and not np.array_equal(array, given):
            raise ValueError(f"{name} must hold true and false, or 1 and 0.")
        object.__setattr__(self, name, _read_only(array))

    @property
    def states(self) -> int:
        """Number of states."""
        return int(self.probability.shape[0])

    @property
    def actions(self) -> int:
        """Number of actions."""
        return int(self.probability.shape[1])

    @cached_property
    def legal_actions(self) -> Booleans:
        """Return which actions each state allows. Shape [states, actions]."""
        if self.legal is not None:
            return self.legal
        everything = np.ones((self.states, self.actions), bool)
        return _read_only(everything)  # as `legal` is: loops are compiled once for both

    @cached_property
    def expected_reward(self) -> Floats:
        """Mean reward r(s, a), equation 3.5 of Sutton & Barto. Shape [states, actions]."""
        mean: Floats = np.einsum("sak,sak->sa", self.probability, self.reward)
        return _read_only(mean)

    @cached_property
    def possible(self) -> Booleans:
        """Which outcomes can happen when legal actions are taken. Same shape as `probability`."""
        possible: Booleans = (self.probability > 0) & self.legal_actions[:, :, None]
        return _read_only(possible)

    @cached_property
    def terminal(self) -> Booleans:
        """Which states an episode never leaves. Shape [states]."""
        ends = np.zeros(self.states, bool)
        ends[self.next_state[self.terminated & self.possible]] = True
        return _read_only(ends)

    @cached_property
    def arrays(self) -> ModelArrays:
        """Return the arrays that environments and compiled loops sample from; read-only."""
        arrays = ModelArrays(
            cumulative=_cumulative(self.probability),
            next_state=self.next_state,
            reward=self.reward,
            terminated=self.terminated,
            reward_deviation=(
                np.zeros((0, 0, 0)) if self.reward_deviation is None else self.reward_deviation
            ),
            legal=self.legal_actions,
            start_cumulative=_cumulative(self.start),
        )
        for array in arrays:
            _read_only(array)
        return arrays


def _read_only(array: Given) -> Given:
    """Return an array that is not to be changed: it was checked once, and loops do not look."""
    array.flags.writeable = False
    return array


def _cumulative(probability: Floats) -> Floats:
    """Cumulative rows that reach exactly 1 at their last possible outcome."""
    cumulative = np.cumsum(probability, axis=-1)
    outcomes = np.arange(probability.shape[-1])
    last = np.max(np.where(probability > 0, outcomes, -1), axis=-1, keepdims=True)
    cumulative[outcomes >= last] = 1.0
    return cumulative


def _check_shapes(model: TabularModel) -> None:
    shape = model.probability.shape
    if len(shape) != 3 or 0 in shape:
        raise ValueError(f"probability must be [states, actions, outcomes], not of shape {shape}.")
    expected: dict[str, tuple[Array | None, tuple[int, ...]]] = {
        "next_state": (model.next_state, shape),
        "reward": (model.reward, shape),
        "terminated": (model.terminated, shape),
        "reward_deviation": (model.reward_deviation, shape),
        "start": (model.start, shape[:1]),
        "legal": (model.legal, shape[:2]),
    }
    for name, (value, wanted) in expected.items():
        if value is not None and value.shape != wanted:
            raise ValueError(f"{name} must have shape {wanted}, not {value.shape}.")


def _check_rows(model: TabularModel) -> None:
    if not np.all(model.start >= 0) or abs(model.start.sum() - 1) > TOLERANCE:
        raise ValueError("start must be a distribution: no negative share, and a sum of 1.")
    _refuse(model, ~(model.probability >= 0), "a probability is negative or not a number")
    _refuse(model, ~np.isfinite(model.reward), "a reward is not a finite number")
    outside = (model.next_state < 0) | (model.next_state >= model.states)
    _refuse(model, outside, f"a next state is outside 0 to {model.states - 1}")
    if model.reward_deviation is not None:
        deviation = model.reward_deviation
        _refuse(model, ~((deviation >= 0) & np.isfinite(deviation)), "a deviation is not >= 0")
    total = model.probability.sum(axis=2)
    wrong = (np.abs(total - 1) > TOLERANCE) & model.legal_actions
    if wrong.any():
        state, action = np.argwhere(wrong)[0]
        _fail(state, action, f"the probabilities sum to {total[state, action]:.12g}, not 1")
    stuck = ~model.legal_actions.any(axis=1)
    if stuck.any():
        raise ValueError(f"State {stuck.argmax()}: no action is legal.")


def _check_ends(model: TabularModel) -> None:
    """A state that ends an episode must absorb: every outcome stays, pays 0 and ends."""
    ends = np.flatnonzero(model.terminal)
    stays = model.next_state[ends] == ends[:, None, None]
    absorbs = stays & (model.reward[ends] == 0) & model.terminated[ends]
    leaks = np.argwhere(model.possible[ends] & ~absorbs)
    if len(leaks):
        row, action, _ = leaks[0]
        _fail(ends[row], action, "it ends episodes, so it must lead to itself with reward 0")


def _refuse(model: TabularModel, wrong: Booleans, reason: str) -> None:
    if wrong.any():
        state, action, _ = np.argwhere(wrong)[0]
        _fail(state, action, reason)


def _fail(state: int, action: int, reason: str) -> NoReturn:
    raise ValueError(f"State {state}, action {action}: {reason}.")
