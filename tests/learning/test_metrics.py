import numpy as np
import pytest

from spielfeld.learning.metrics import (
    accuracy,
    adjusted_rand,
    cross_entropy,
    explained_variance,
    mean_squared_error,
    r_squared,
)


def test_mean_squared_error_and_r_squared_by_hand() -> None:
    target = np.array([1.0, 2.0, 6.0])  # mean 3, variance (4 + 1 + 9) / 3
    prediction = np.array([1.0, 4.0, 5.0])  # squared errors 0, 4, 1
    assert mean_squared_error(prediction, target) == pytest.approx(5 / 3)
    assert r_squared(prediction, target) == pytest.approx(1 - 5 / 14)
    assert r_squared(np.full(3, 3.0), target) == 0
    assert r_squared(target, target) == 1


def test_accuracy_is_the_share_of_right_rows() -> None:
    probabilities = np.array([[0.7, 0.3], [0.4, 0.6], [0.9, 0.1], [0.2, 0.8]])
    assert accuracy(probabilities, np.array([0, 1, 1, 1])) == 0.75


def test_cross_entropy_is_the_mean_surprise_and_finite_at_zero() -> None:
    probabilities = np.array([[0.5, 0.5], [0.25, 0.75]])
    surprise = (np.log(2) + np.log(4)) / 2
    assert cross_entropy(probabilities, np.array([1, 0])) == pytest.approx(surprise)
    assert cross_entropy(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(52 * np.log(2))


def test_explained_variance_is_1_for_the_rows_themselves_and_0_for_the_centre() -> None:
    inputs, centre = np.array([[0.0, 0.0], [2.0, 4.0]]), np.array([1.0, 2.0])  # distances 5 and 5
    assert explained_variance(inputs, inputs, centre) == 1
    assert explained_variance(np.tile(centre, (2, 1)), inputs, centre) == 0
    assert explained_variance(np.array([[0.0, 1.0], [2.0, 4.0]]), inputs, centre) == 1 - 1 / 10


def test_adjusted_rand_by_hand() -> None:
    clusters, classes = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1])
    # pairs in both 1 + 0 + 1, in clusters 1 + 3, in classes 3 + 1, expected 4 * 4 / 10
    assert adjusted_rand(clusters, classes) == pytest.approx((2 - 1.6) / (4 - 1.6))
    assert adjusted_rand(classes + 7, classes) == 1
    assert adjusted_rand(np.zeros(5), classes) == 0
    assert adjusted_rand(np.zeros(1), np.ones(1)) == 1


@pytest.mark.parametrize("seed", range(5))
def test_metrics_equal_scikit_learns(seed: int) -> None:
    theirs = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(seed)
    target, guess = generator.normal(size=(2, 40))
    assert mean_squared_error(guess, target) == pytest.approx(
        theirs.mean_squared_error(target, guess)
    )
    assert r_squared(guess, target) == pytest.approx(theirs.r2_score(target, guess))
    classes, clusters = generator.integers(0, 3, 40), generator.integers(0, 5, 40)
    assert adjusted_rand(clusters, classes) == pytest.approx(
        theirs.adjusted_rand_score(classes, clusters)
    )
    probabilities = generator.dirichlet(np.full(3, 0.1), 40)
    labels = [0, 1, 2]
    expected = theirs.log_loss(classes, probabilities, labels=labels)
    assert cross_entropy(probabilities, classes) == pytest.approx(expected)
    assert accuracy(probabilities, classes) == pytest.approx(
        theirs.accuracy_score(classes, probabilities.argmax(axis=1))
    )
    rows, rebuilt = generator.normal(size=(2, 40, 4))
    assert explained_variance(rebuilt, rows, rows.mean(axis=0)) == pytest.approx(
        theirs.r2_score(rows, rebuilt, multioutput="variance_weighted")
    )


def test_shapes_that_do_not_fit_are_refused_instead_of_broadcast() -> None:
    with pytest.raises(ValueError, match=r"shapes \(3, 1\) and \(3,\) do not fit"):
        mean_squared_error(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(3,\) do not fit"):
        accuracy(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"shapes \(3, 2\) and \(2,\) do not fit"):
        cross_entropy(np.ones((3, 2)), np.zeros(2, int))
    with pytest.raises(ValueError, match=r"shapes \(2, 1\) and \(2, 2\) do not fit"):
        explained_variance(np.zeros((2, 1)), np.zeros((2, 2)), np.zeros(2))
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(3,\) do not fit"):
        adjusted_rand(np.zeros(2), np.zeros(3))


def test_comparisons_with_no_variance_are_refused() -> None:
    with pytest.raises(ValueError, match="all are equal"):
        r_squared(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="no variance to explain"):
        explained_variance(np.zeros((2, 1)), np.ones((2, 1)), np.ones(1))
