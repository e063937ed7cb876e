import numpy as np
import pytest

from spielfeld.learning.data_sets import find_data_set


@pytest.mark.parametrize(("rows", "noise", "seed"), [(1000, 0.2, 100), (7, 0.0, 3), (50, 0.1, 0)])
def test_two_moons_are_the_published_ones(rows: int, noise: float, seed: int) -> None:
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    inputs, targets = datasets.make_moons(n_samples=rows, noise=noise, random_state=seed)
    moons = find_data_set("two-moons", rows=rows, noise=noise, seed=seed)
    assert np.array_equal(moons.inputs, inputs) and np.array_equal(moons.targets, targets)


@pytest.mark.parametrize("name", ["two-moons", "circles", "blobs", "noisy-curve", "ratings"])
def test_equal_seeds_generate_equal_rows(name: str) -> None:
    one, same, other = (find_data_set(name, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.inputs, same.inputs) and np.array_equal(one.targets, same.targets)
    assert not np.array_equal(one.inputs, other.inputs)


def test_moons_without_noise_are_half_circles() -> None:
    moons = find_data_set("two-moons", rows=101, noise=0)
    upper, lower = (moons.inputs[moons.targets == label] for label in (0, 1))
    assert (len(upper), len(lower)) == (50, 51)
    assert np.allclose(np.hypot(*upper.T), 1) and upper[:, 1].min() >= 0
    assert np.allclose(np.hypot(*(lower - [1, 0.5]).T), 1) and lower[:, 1].max() <= 0.5


def test_circles_have_their_radii_and_equal_numbers() -> None:
    circles = find_data_set("circles", rows=100, noise=0, inner=0.3)
    assert np.bincount(circles.targets).tolist() == [50, 50]
    assert np.allclose(np.hypot(*circles.inputs.T), np.where(circles.targets, 0.3, 1))


def test_blobs_spread_around_their_centres() -> None:
    blobs = find_data_set("blobs", rows=40_000, centres=4, noise=0.5)
    assert np.bincount(blobs.targets).tolist() == [10_000] * 4 and blobs.class_names[3] == "blob 4"
    for label in range(4):
        spread = blobs.inputs[blobs.targets == label].std(axis=0)
        assert np.abs(spread - 0.5).max() < 4.5 * 0.5 / np.sqrt(20_000)


@pytest.mark.parametrize("name", ["noisy-curve", "ratings"])
def test_noise_is_what_truth_leaves(name: str) -> None:
    options = {"rows": 30_000} if name == "noisy-curve" else {}
    data = find_data_set(name, noise=0.3, **options)
    left = np.sqrt(np.mean((data.targets - data.truth) ** 2))
    assert data.noise == 0.3 and abs(left - 0.3) < 4.5 * 0.3 / np.sqrt(2 * len(data))
    assert np.array_equal(find_data_set(name, noise=0).targets, find_data_set(name, noise=0).truth)


def test_curve_is_a_sine() -> None:
    curve = find_data_set("noisy-curve")
    assert np.allclose(curve.truth, np.sin(2 * np.pi * curve.inputs[:, 0]))


def test_true_ratings_are_biases_and_few_tastes() -> None:
    data = find_data_set("ratings", users=30, items=20, rank=2, share=1)
    table = np.empty((30, 20))
    table[tuple(data.inputs.T)] = data.truth  # each pair is rated once
    centred = table - table.mean(axis=0) - table.mean(axis=1)[:, None] + table.mean()
    size = np.linalg.svd(centred, compute_uv=False)
    assert size[1] > 1 and size[2] < 1e-10


def test_pairs_are_rated_at_most_once_and_as_many_as_wanted() -> None:
    data = find_data_set("ratings", users=30, items=20, share=0.25)
    assert len(data) == 150 and len(np.unique(data.inputs, axis=0)) == 150
    assert (data.users, data.items, data.inputs.dtype) == (30, 20, np.int64)
    part = data.split().test
    assert (part.users, part.items, len(part)) == (30, 20, 30)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("two-moons", {"rows": 1}, "two-moons: rows=1,"),
        ("two-moons", {"noise": -1}, "noise=-1,"),
        ("two-moons", {"noise": float("nan")}, "noise=nan,"),
        ("noisy-curve", {"seed": -1}, "seed=-1; expected"),
        ("circles", {"inner": 1}, "inner=1; expected a radius"),
        ("blobs", {"centres": 1}, "centres=1; expected 2 to 300"),
        ("blobs", {"rows": 2}, "centres=3; expected 2 to 2"),
        ("ratings", {"rank": 0}, "rank=0, share=0.5; expected"),
        ("ratings", {"share": 1.1}, "share=1.1; expected"),
        ("ratings", {"users": 1, "items": 1}, "expected at least 2 rows"),
    ],
)
def test_impossible_numbers_are_refused(name: str, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_data_set(name, **options)
