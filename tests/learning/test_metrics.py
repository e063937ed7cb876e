import numpy as np
import pytest

from learning.metrics import accuracy, mean_squared_error, r_squared


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


def test_shapes_that_do_not_fit_are_refused_instead_of_broadcast() -> None:
    with pytest.raises(ValueError, match=r"shapes \(3, 1\) and \(3,\) do not fit"):
        mean_squared_error(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(3,\) do not fit"):
        accuracy(np.zeros(3), np.zeros(3))


def test_r_squared_needs_targets_that_differ() -> None:
    with pytest.raises(ValueError, match="all are equal"):
        r_squared(np.zeros(3), np.ones(3))
