import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spielfeld.agents.scaling import LIMIT, RewardScale, RunningMoments


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.integers(0, 1_000))
def test_moments_are_numpys_over_all_rows_however_they_came(sizes: list[int], seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.normal(generator.normal(0, 100, 3), 5, (sum(sizes), 3))
    moments = RunningMoments(3)
    for part in np.split(rows, np.cumsum(sizes)[:-1]):
        moments.add(part)
    assert moments.arrays["mean"] == pytest.approx(rows.mean(axis=0), rel=1e-10)
    assert moments.arrays["variance"] == pytest.approx(rows.var(axis=0), rel=1e-9, abs=1e-9)
    assert moments.arrays["count"].tolist() == [len(rows)]


def test_normalised_rows_have_mean_0_and_deviation_1() -> None:
    rows = np.random.default_rng(0).normal([3, -50], [0.1, 20], (1_000, 2))
    moments = RunningMoments(2)
    moments.add(rows)
    found = moments.normalised(rows)
    assert found.dtype == np.float32
    assert found.mean(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert found.std(axis=0) == pytest.approx([1, 1], rel=1e-5)


def test_what_lies_far_off_is_cut() -> None:
    moments = RunningMoments(1)
    moments.add(np.array([[-1.0], [1.0]]))
    assert moments.normalised(np.array([[1e6], [-1e6]])).tolist() == [[LIMIT], [-LIMIT]]


def test_what_never_changes_becomes_0() -> None:
    moments = RunningMoments(1)
    moments.add(np.full((5, 1), 7.0))
    assert moments.normalised(np.array([[7.0]])).tolist() == [[0]]


def test_nothing_seen_yet_leaves_rows_as_they_are() -> None:
    assert RunningMoments(2).normalised(np.array([[2.0, -3.0]])) == pytest.approx(
        np.array([[2, -3]])
    )


def test_arrays_are_changed_in_place() -> None:
    moments = RunningMoments(1)
    kept = dict(moments.arrays)
    moments.add(np.array([[4.0]]))
    assert all(kept[name] is array for name, array in moments.arrays.items())
    assert kept["mean"].tolist() == [4]


def test_rewards_are_divided_by_the_deviation_of_returns_by_hand() -> None:
    scale, going_on, taken = RewardScale(2, discount=0.5), np.zeros(2, bool), np.ones(2, bool)
    # returns 1 and 3, whose deviation is 1
    assert scale(np.array([1.0, 3.0]), going_on, taken) == pytest.approx([1, 3])
    # returns .5 * 1 + 2 = 2.5 and .5 * 3 - 1 = .5; the variance of 1, 3, 2.5 and .5 is 1.0625
    scaled = scale(np.array([2.0, -1.0]), np.array([False, True]), taken)
    assert scaled == pytest.approx(np.array([2, -1]) / np.sqrt(1.0625))
    assert scale.returns.tolist() == [2.5, 0]  # the second world begins anew


def test_a_world_that_is_only_reset_says_nothing_about_returns() -> None:
    scale, going_on = RewardScale(2, discount=0.5), np.zeros(2, bool)
    scale(np.array([1.0, 3.0]), going_on, np.ones(2, bool))
    before = {name: array.copy() for name, array in scale.moments.arrays.items()}
    scale(np.zeros(2), going_on, np.zeros(2, bool))
    assert all(np.array_equal(before[name], at) for name, at in scale.moments.arrays.items())
    scale(np.array([0.0, 1.0]), going_on, np.array([False, True]))
    assert scale.moments.arrays["count"] == 3  # returns 1, 3, and .25 * 3 + 1


def test_scaled_rewards_are_cut() -> None:
    scale, taken = RewardScale(2, 1.0), np.ones(2, bool)
    assert scale(np.array([1e6, 1e6]), np.zeros(2, bool), taken).tolist() == [LIMIT, LIMIT]
