from collections.abc import Callable

import numpy as np
import pytest
from gymnasium.spaces import Box
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spielfeld.agents.continuous import Gaussian, in_bounds
from spielfeld.agents.policy_gradient.parts import Categorical, Distribution

ROWS = 6
LEGAL = np.array(
    [[1, 1, 0, 1], [0, 0, 1, 0], [1, 1, 1, 1], [0, 1, 1, 0], [1, 0, 0, 0], [0, 1, 1, 1]]
)
LEGAL = LEGAL.astype(bool)
Make = Callable[[np.ndarray], Distribution]
MAKES: dict[str, Make] = {
    "categorical": Categorical,
    "masked": lambda outputs: Categorical(outputs, LEGAL),
    "gaussian": Gaussian,
}
EVERY = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)


def outputs_of(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(ROWS, 4))


def slopes(value: Callable[[np.ndarray], np.ndarray], outputs: np.ndarray) -> np.ndarray:
    """Central differences of a number of each row by each of the row's outputs."""
    steps = 1e-6 * np.eye(outputs.shape[1])
    columns = [(value(outputs + step) - value(outputs - step)) / 2e-6 for step in steps]
    return np.stack(columns, axis=1)


@EVERY
def test_finite_differences_confirm_the_score(make: Make) -> None:
    outputs = outputs_of()
    action = make(outputs).draw(np.random.default_rng(1))
    expected = slopes(lambda at: make(at).log_probability(action), outputs)
    assert make(outputs).score(action) == pytest.approx(expected, rel=1e-7, abs=1e-8)


@EVERY
def test_finite_differences_confirm_the_slope_of_the_entropy(make: Make) -> None:
    outputs = outputs_of()
    expected = slopes(lambda at: make(at).entropy(), outputs)
    assert make(outputs).entropy_slope() == pytest.approx(expected, rel=1e-7, abs=1e-8)


@EVERY
def test_everything_stays_in_the_dtype_of_the_outputs(make: Make) -> None:
    policy = make(outputs_of().astype(np.float32))
    action = policy.draw(np.random.default_rng(1))
    found = [policy.best(), policy.log_probability(action), policy.score(action),
             policy.entropy(), policy.entropy_slope()]  # fmt: skip
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


def test_an_expected_score_is_zero() -> None:
    policy = Categorical(outputs_of(), LEGAL)
    each = [policy.score(np.full(ROWS, action)) for action in range(4)]
    expected = sum(policy.best()[:, [action]] * score for action, score in enumerate(each))
    assert expected == pytest.approx(np.zeros((ROWS, 4)), abs=1e-15)
    bell = Gaussian(np.tile(outputs_of()[:1], (100_000, 1)))
    score = bell.score(bell.draw(np.random.default_rng(1)))
    assert (np.abs(score.mean(axis=0)) < 4 * score.std(axis=0) / np.sqrt(len(score))).all()


def test_what_is_illegal_has_no_probability_no_slope_and_is_never_drawn() -> None:
    for dtype in (np.float32, np.float64):
        policy = Categorical(50 * outputs_of().astype(dtype), LEGAL)
        assert (policy.best()[~LEGAL] == 0).all()
        assert policy.best().sum(axis=1) == pytest.approx(np.ones(ROWS))
        generator = np.random.default_rng(2)
        for _ in range(2_000):
            action = policy.draw(generator)
            assert LEGAL[np.arange(ROWS), action].all()
            assert (policy.score(action)[~LEGAL] == 0).all()
        assert (policy.entropy_slope()[~LEGAL] == 0).all()


def test_a_mask_is_the_softmax_among_what_is_left() -> None:
    outputs = outputs_of()
    policy = Categorical(outputs, LEGAL)
    for row, legal in enumerate(LEGAL):
        alone = Categorical(outputs[[row]][:, legal])
        assert policy.best()[row, legal] == pytest.approx(alone.best()[0], rel=1e-14)
        assert policy.entropy()[row] == pytest.approx(alone.entropy()[0], abs=1e-14)
    assert policy.entropy()[4] == 0  # nothing to decide


def test_preferences_by_hand() -> None:
    policy = Categorical(np.log([[1.0, 3.0]]))
    assert policy.best() == pytest.approx(np.array([[0.25, 0.75]]))
    assert policy.score(np.array([0])) == pytest.approx(np.array([[0.75, -0.75]]))
    assert policy.log_probability(np.array([1])) == pytest.approx(np.log([0.75]))


def test_density_and_entropy_of_a_bell_are_scipys() -> None:
    outputs, action = outputs_of(), outputs_of(1)[:, :2]
    bell, policy = stats.norm(outputs[:, :2], np.exp(outputs[:, 2:])), Gaussian(outputs)
    assert policy.log_probability(action) == pytest.approx(bell.logpdf(action).sum(axis=1))
    assert policy.entropy() == pytest.approx(bell.entropy().sum(axis=1))
    assert np.array_equal(policy.best(), outputs[:, :2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("share", "legal"),
    [
        ([0.25, 0.25, 0.25, 0.25], None),
        ([0.9, 0.06, 0.03, 0.01], None),
        ([0.001, 0.998, 0.001], None),
        ([0.5, 0.2, 0.3], [1, 0, 1]),
    ],
)
def test_draws_have_the_right_frequencies(dtype: type, share: list, legal: list | None) -> None:
    rows, allowed = 40_000, np.array([legal or [1] * len(share)], bool)
    preferences = np.tile(np.log(share).astype(dtype), (rows, 1))
    mask = None if legal is None else np.tile(allowed, (rows, 1))
    action = Categorical(preferences, mask).draw(np.random.default_rng(3))
    counts = np.bincount(action, minlength=len(share))[allowed[0]]
    expected = np.array(share)[allowed[0]]
    assert counts.sum() == rows
    assert stats.chisquare(counts, rows * expected / expected.sum()).pvalue > 0.01


def test_draws_of_a_bell_have_the_right_moments_and_shape() -> None:
    outputs = np.tile(np.array([[1.0, -2.0, np.log(0.5), np.log(3.0)]], np.float32), (40_000, 1))
    action = Gaussian(outputs).draw(np.random.default_rng(4))
    assert action.mean(axis=0) == pytest.approx([1, -2], abs=4 * 3 / 200)
    assert action.std(axis=0) == pytest.approx([0.5, 3], rel=0.02)
    z = (action - [1, -2]) / [0.5, 3]
    assert stats.kstest(z[:, 0], "norm").pvalue > 0.01
    assert abs(np.corrcoef(z.T)[0, 1]) < 4 / 200


def test_actions_are_stretched_to_their_bounds() -> None:
    space = Box(np.array([-2.0, 0.0], np.float32), np.array([2.0, 10.0], np.float32))
    actions = np.array([[-1.0, -1.0], [0.0, 0.0], [0.5, 1.0], [7.0, -7.0]], np.float32)
    assert in_bounds(actions, space).tolist() == [[-2, 0], [0, 5], [1, 10], [2, 0]]


def test_actions_without_bounds_stay_as_they_are_up_to_the_one_there_is() -> None:
    space = Box(np.array([-np.inf, 0, 0]), np.array([np.inf, np.inf, 1]), dtype=np.float64)
    drawn = np.array([[9.0, 3.0, 0.0], [-9.0, -3.0, 0.0]])
    assert in_bounds(drawn, space).tolist() == [[9, 3, 0.5], [-9, 0, 0.5]]


def test_bounds_at_the_largest_number_are_none() -> None:
    largest = np.finfo(np.float32).max
    space = Box(-largest, largest, (1,))
    assert in_bounds(np.array([[3.0], [-0.5]], np.float32), space).tolist() == [[3], [-0.5]]


def test_whole_numbers_are_rounded_to() -> None:
    space = Box(-2, 3, (1,), np.int64)
    actions = np.array([[-1.0], [-0.55], [0.0], [0.1], [1.0]])
    assert in_bounds(actions, space).ravel().tolist() == [-2, -1, 0, 1, 3]


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-1e3, 1e3, width=32), st.floats(-1e3, 1e3, width=32),
    st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=8),
)  # fmt: skip
def test_worlds_accept_every_action(one: float, other: float, drawn: list[float]) -> None:
    space = Box(np.float32(min(one, other)), np.float32(max(one, other)), (1,))
    found = in_bounds(np.sort(np.array([*drawn, 1, -1], np.float32))[:, None], space)
    assert all(space.contains(action) for action in found)
    assert (np.diff(found[:, 0]) >= 0).all()
    assert found[0] == space.low and found[-1] == pytest.approx(space.high, rel=1e-6, abs=1e-4)
