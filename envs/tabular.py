"""Model of a finite world: probabilities, next states, rewards and ends as arrays, and sampling.

The functions at the end turn a draw from [0, 1) into a start, an outcome or a reward. Single
environments call them as plain Python; vector environments and training loops compile them. So the
same draws give the same episodes everywhere.
"""

from __future__ import annotations

import math
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
    """Arrays of a model for compiled loops; a draw is looked up in the cumulative rows."""

    cumulative: Floats  # [states, actions, outcomes]
    next_state: Integers  # [states, actions, outcomes]
    reward: Floats  # [states, actions, outcomes]
    terminated: Booleans  # [states, actions, outcomes]
    reward_deviation: Floats  # [states, actions, outcomes], or empty for no noise
    legal: Booleans  # [states, actions]
    start_cumulative: Floats  # [states]


@dataclass(frozen=True, eq=False)
class TabularModel:
    """A Markov decision process as arrays, checked when it is made and read-only afterwards.

    Sutton & Barto, 2nd edition, section 3.1. Outcome k of action a in state s has
    `probability[s, a, k]`. It leads to `next_state[s, a, k]` and gives `reward[s, a, k]`. It ends
    the episode if `terminated[s, a, k]`. Unused outcomes have probability 0.

    Args:
        probability: Probabilities; each legal row sums to 1. Shape [states, actions, outcomes].
        next_state: State indices. Shape [states, actions, outcomes].
        reward: Mean reward of each outcome. Shape [states, actions, outcomes].
        terminated: Whether the outcome ends the episode. Shape [states, actions, outcomes].
        start: Distribution of the first state. Shape [states].
        legal: Whether an action is legal, all by default. Shape [states, actions].
        reward_deviation: Standard deviation of normal noise around `reward`, none by default;
            planners use the mean. Shape [states, actions, outcomes].

    Raises:
        ValueError: If the arrays describe no world; it names the state and the action.
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
        with np.errstate(invalid="ignore", over="ignore"):  # the next lines refuse lost numbers
            array = given.astype(kind, order="C")  # one memory layout: loops are compiled once
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
        """Whether each action is legal. Shape [states, actions]."""
        if self.legal is not None:
            return self.legal
        everything = np.ones((self.states, self.actions), bool)
        return _read_only(everything)  # read-only as `legal`: loops are compiled once for both

    @cached_property
    def expected_reward(self) -> Floats:
        """Mean reward r(s, a), equation 3.5 of Sutton & Barto. Shape [states, actions]."""
        mean: Floats = np.einsum("sak,sak->sa", self.probability, self.reward)
        return _read_only(mean)

    @cached_property
    def possible(self) -> Booleans:
        """Whether each outcome can happen after a legal action. Same shape as `probability`."""
        possible: Booleans = (self.probability > 0) & self.legal_actions[:, :, None]
        return _read_only(possible)

    @cached_property
    def terminal(self) -> Booleans:
        """Whether a state ends episodes. Shape [states]."""
        ends = np.zeros(self.states, bool)
        ends[self.next_state[self.terminated & self.possible]] = True
        return _read_only(ends)

    @cached_property
    def arrays(self) -> ModelArrays:
        """The arrays that environments and compiled loops sample from; read-only."""
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
    """Make an array read-only, because it is checked only once, before the loops."""
    array.flags.writeable = False
    return array


def _cumulative(probability: Floats) -> Floats:
    """Return cumulative rows that are exactly 1 from the last possible outcome on."""
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
        raise ValueError("start must be a distribution: no negative probability, and a sum of 1.")
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
    """Check that every outcome of an end state leads back to it, with reward 0 and an end."""
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


def sample_start(model: ModelArrays, draw: float) -> int:
    """Return the first state s whose cumulative start probability exceeds `draw`."""
    return int(np.searchsorted(model.start_cumulative, draw, side="right"))


def sample_outcome(model: ModelArrays, state: int, action: int, draw: float) -> int:
    """Return the first outcome whose cumulative probability exceeds `draw`."""
    outcome = 0
    for k in range(model.cumulative.shape[2] - 1):  # a sum is faster than a search with branches
        outcome += model.cumulative[state, action, k] <= draw
    return outcome


def mean_reward(model: ModelArrays, state: int, action: int, outcome: int, draw: float) -> float:
    """Return the reward of an outcome in a model without noise."""
    reward: float = model.reward[state, action, outcome]
    return reward


def noisy_reward(model: ModelArrays, state: int, action: int, outcome: int, draw: float) -> float:
    """Return the reward of an outcome with its normal noise.

    One draw serves both. For a given outcome, `draw` is uniform on that outcome's part of [0, 1).
    So its relative position there is a uniform number again, and its normal quantile is the noise.
    """
    low = model.cumulative[state, action, outcome - 1] if outcome > 0 else 0.0
    position = (draw - low) / (model.cumulative[state, action, outcome] - low)
    deviation: float = model.reward_deviation[state, action, outcome]
    mean: float = model.reward[state, action, outcome]
    return normal_draw(mean, deviation, position)


# The standard normal quantile in plain scalar arithmetic, so that compiled loops can call it.
Coefficients = tuple[float, float, float, float, float, float, float, float]

# Highest power first, in the order of `_ratio`.
CENTRE_NUMERATOR: Coefficients = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
    4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
    1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
CENTRE_DENOMINATOR: Coefficients = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
    2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
    4.2313330701600911252e1, 1.0,
)  # fmt: skip
NEAR_NUMERATOR: Coefficients = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
    4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
NEAR_DENOMINATOR: Coefficients = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
    2.05319162663775882187e0, 1.0,
)  # fmt: skip
FAR_NUMERATOR: Coefficients = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
    5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
FAR_DENOMINATOR: Coefficients = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)  # fmt: skip


def normal_draw(mean: float, deviation: float, draw: float) -> float:
    """Turn a draw from [0, 1) into a draw from N(mean, deviation^2), by inversion."""
    share = min(max(draw, 1e-16), 1.0 - 1e-16)  # rounding may give 0 or 1, with infinite quantiles
    return mean + deviation * normal_quantile(share)


def normal_quantile(share: float) -> float:
    """Return the standard normal quantile of `share` in (0, 1), to about 1e-16 relative.

    Algorithm AS 241 of Wichura (1988), Applied Statistics 37 (3), function PPND16.
    """
    centred = share - 0.5
    if abs(centred) <= 0.425:
        square = 0.180625 - centred * centred
        return centred * _ratio(square, CENTRE_NUMERATOR, CENTRE_DENOMINATOR)
    tail = math.sqrt(-math.log(min(share, 1.0 - share)))
    if tail <= 5.0:
        size = _ratio(tail - 1.6, NEAR_NUMERATOR, NEAR_DENOMINATOR)
    else:
        size = _ratio(tail - 5.0, FAR_NUMERATOR, FAR_DENOMINATOR)
    return -size if centred < 0.0 else size


def _ratio(value: float, numerator: Coefficients, denominator: Coefficients) -> float:
    """Return the quotient of two polynomials, highest power first (Horner)."""
    above, below = 0.0, 0.0
    for k in range(8):
        above = above * value + numerator[k]
        below = below * value + denominator[k]
    return above / below
