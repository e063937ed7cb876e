from dataclasses import replace

import numpy as np
import pytest

from learning.data_sets import DataSet, Split, find_data_set
from learning.descent import DecayConfig
from learning.metrics import mean_squared_error, r_squared
from learning.supervised import LeastSquares, LinearRegression, Ridge, least_squares

DIABETES = find_data_set("diabetes")
FULL = DecayConfig(learning_rate=0.1, batch_size=len(DIABETES), optimizer="momentum")
BOTH = [LeastSquares, lambda: LinearRegression(FULL)]


@pytest.mark.parametrize("make", BOTH)
def test_diabetes_by_body_mass_index_is_as_published(make) -> None:
    data = replace(DIABETES, inputs=DIABETES.inputs[:, [2]], feature_names=("bmi",))
    split = Split(data.take(slice(None, -20)), None, data.take(slice(-20, None)))
    learner = make()
    learner.learn(split, 600 * len(split.train))
    assert learner.coefficients == pytest.approx([938.2379], abs=5e-5)
    assert learner.intercept == pytest.approx(152.9189, abs=5e-5)
    prediction = learner.predict(split.test.inputs)
    assert mean_squared_error(prediction, split.test.targets) == pytest.approx(2548.07, abs=5e-3)
    assert r_squared(prediction, split.test.targets) == pytest.approx(0.4726, abs=5e-5)


@pytest.mark.parametrize("make", BOTH)
def test_diabetes_by_all_ten_is_as_published(make) -> None:
    learner = make()
    learner.learn(DIABETES, 1_000 * len(DIABETES))
    fit = r_squared(learner.predict(DIABETES.inputs), DIABETES.targets)
    assert fit == pytest.approx(0.517748, abs=5e-7)


def test_one_step_on_all_rows_is_the_textbook_gradient() -> None:
    inputs, targets = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1.0, 4.0])
    data = DataSet("two rows", "regression", inputs, targets, ("a", "b"))
    config = DecayConfig(0.1, batch_size=2, standardise=False, weight_decay=0.5)
    learner = LinearRegression(config)
    learner.learn(data, 2)
    # weights start at 0: the errors are -1 and -4, and -inputs^T errors / 2 is [6.5, -1]
    assert learner.coefficients == pytest.approx([0.65, -0.1])
    assert learner.intercept == pytest.approx(0.25)
    learner.learn(data, 2)
    # errors .65 - .2 + .25 - 1 = -.3 and 1.95 + .1 + .25 - 4 = -1.7; decay .5 * weights
    assert learner.coefficients == pytest.approx([0.65 + 0.27 - 0.0325, -0.1 - 0.055 + 0.005])
    assert learner.intercept == pytest.approx(0.25 + 0.1)


def test_least_squares_by_hand() -> None:
    # centred inputs -1, 0, 1 and targets -2, 1, 1: weight 3 / 2; mean target 3, mean input 1
    weights, bias = least_squares(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 4.0, 4.0]))
    assert weights == pytest.approx([1.5]) and bias == pytest.approx(1.5)


def test_least_squares_takes_the_smallest_of_equally_good_weights() -> None:
    twice = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    weights, bias = least_squares(twice, np.array([1.0, 4.0, 4.0]))
    assert weights == pytest.approx([0.75, 0.75]) and bias == pytest.approx(1.5)


def test_ridge_solves_for_what_weight_decay_walks_to() -> None:
    data = find_data_set("noisy-curve", rows=60)
    solved = Ridge(penalty=6.0)
    assert len(solved.learn(data)) == 0
    config = DecayConfig(0.5, len(data), "sgd", standardise=False, weight_decay=6.0 / len(data))
    walked = LinearRegression(config)
    walked.learn(data, 2_000 * len(data))
    assert solved.coefficients == pytest.approx(walked.coefficients, rel=1e-9)
    assert solved.intercept == pytest.approx(walked.intercept, rel=1e-9)


@pytest.mark.parametrize("penalty", [0.0, 0.1, 10.0])
def test_ridge_is_scikit_learns(penalty: float) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    ours, theirs = Ridge(penalty), linear_model.Ridge(penalty)
    ours.learn(DIABETES)
    theirs.fit(DIABETES.inputs, DIABETES.targets)
    assert ours.coefficients == pytest.approx(theirs.coef_, rel=1e-8)
    assert ours.intercept == pytest.approx(theirs.intercept_, rel=1e-12)


def test_closed_form_refuses_what_it_cannot_learn() -> None:
    learner = LeastSquares()
    with pytest.raises(ValueError, match="call learn first"):
        learner.predict(DIABETES.inputs)
    with pytest.raises(ValueError, match="LeastSquares learns from data for regression"):
        learner.learn(find_data_set("iris"))
    learner.learn(DIABETES)
    with pytest.raises(ValueError, match=r"shape \[rows, 10\], not \(442, 3\)"):
        learner.predict(DIABETES.inputs[:, :3])
