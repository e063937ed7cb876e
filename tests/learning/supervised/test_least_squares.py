from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning.data_sets import Split, find_data_set
from spielfeld.learning.supervised import (
    LeastSquares,
    LinearRegression,
    RegressionConfig,
    Ridge,
    RidgeConfig,
    least_squares,
)

pytest.importorskip("sklearn")  # which the patients come with
DIABETES = find_data_set("diabetes")
both = pytest.mark.parametrize("learner_class", [LeastSquares, Ridge])


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
    solved = Ridge(RidgeConfig(6.0))
    assert len(solved.learn(data, len(data))) == 0
    config = RegressionConfig(
        0.5, len(data), "sgd", standardise=False, weight_decay=6.0 / len(data)
    )
    walked = LinearRegression(config)
    walked.learn(data, 2_000 * len(data))
    assert solved.coefficients == pytest.approx(walked.coefficients, rel=1e-9)
    assert solved.intercept == pytest.approx(walked.intercept, rel=1e-9)


@pytest.mark.parametrize("penalty", [0.0, 0.1, 10.0])
def test_ridge_is_scikit_learns(penalty: float) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    ours, theirs = Ridge(RidgeConfig(penalty)), linear_model.Ridge(penalty)
    ours.learn(DIABETES, len(DIABETES))
    theirs.fit(DIABETES.inputs, DIABETES.targets)
    assert ours.coefficients == pytest.approx(theirs.coef_, rel=1e-8)
    assert ours.intercept == pytest.approx(theirs.intercept_, rel=1e-12)


def test_closed_form_refuses_what_it_cannot_learn() -> None:
    learner = LeastSquares()
    with pytest.raises(ValueError, match="call learn first"):
        learner.predict(DIABETES.inputs)
    with pytest.raises(ValueError, match="LeastSquares learns from data for regression"):
        learner.learn(find_data_set("iris"), 1)
    learner.learn(DIABETES, 442)
    with pytest.raises(ValueError, match="Make a new learner for other rows"):
        learner.learn(DIABETES.take(slice(9)), 1)
    with pytest.raises(ValueError, match=r"shape \[rows, 10\], not \(442, 3\)"):
        learner.predict(DIABETES.inputs[:, :3])


@both
def test_all_rows_teach_the_same_in_one_call_or_in_two(learner_class) -> None:
    parts, whole = learner_class(seed=1), learner_class()
    parts.learn(DIABETES, 221)
    parts.learn(DIABETES, 221)
    whole.learn(Split(DIABETES, None, DIABETES.take(slice(5))), 1_000)
    assert np.array_equal(parts.coefficients, whole.coefficients)
    assert parts.samples == 442 and learner_class.one_shot


@both
def test_saved_coefficients_of_other_features_are_refused(learner_class) -> None:
    learner = learner_class(seed=3)
    learner.learn(DIABETES, 100)
    narrow = replace(DIABETES, inputs=DIABETES.inputs[:, :2], feature_names=("a", "b"))
    with pytest.raises(ValueError, match=r"'coefficients' has shape \(10,\), but \(2,\) is needed"):
        learner.restore(learner.state(), narrow)


@pytest.mark.parametrize("factors", [(1e8, 1e-8, 1.0), (1e-12, 1e3, 1e12)])
def test_a_unit_for_each_feature_changes_no_prediction(factors: tuple[float, ...]) -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(loc=[1, 2, 3], size=(50, 3))
    targets = inputs @ [1.0, -2.0, 3.0] + generator.normal(size=50)
    known, bias = least_squares(inputs, targets)
    weights, other = least_squares(inputs * factors, targets)
    assert weights * factors == pytest.approx(known, rel=1e-9)
    assert other == pytest.approx(bias, rel=1e-9)


def test_of_equally_good_weights_the_smallest_are_taken_in_every_unit() -> None:
    inputs = np.random.default_rng(0).normal(size=(20, 2))
    twice = np.column_stack([inputs[:, 0], 1e6 * inputs[:, 0], 1e-10 * inputs[:, 1]])
    weights, _ = least_squares(twice, inputs @ [3.0, 1.0])
    assert weights == pytest.approx([1.5, 1.5e-6, 1e10], rel=1e-9)
