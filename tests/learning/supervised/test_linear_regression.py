from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.metrics import mean_squared_error, r_squared
from spielfeld.learning.supervised import (
    LeastSquares,
    LinearRegression,
    RegressionConfig,
)

pytest.importorskip("sklearn")  # which the patients come with
DIABETES = find_data_set("diabetes")
FULL = RegressionConfig(learning_rate=0.1, batch_size=len(DIABETES), optimizer="momentum")
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
    config = RegressionConfig(0.1, batch_size=2, standardise=False, weight_decay=0.5)
    learner = LinearRegression(config)
    learner.learn(data, 2)
    # weights start at 0: the errors are -1 and -4, and -inputs^T errors / 2 is [6.5, -1]
    assert learner.coefficients == pytest.approx([0.65, -0.1])
    assert learner.intercept == pytest.approx(0.25)
    learner.learn(data, 2)
    # errors .65 - .2 + .25 - 1 = -.3 and 1.95 + .1 + .25 - 4 = -1.7; decay .5 * weights
    assert learner.coefficients == pytest.approx([0.65 + 0.27 - 0.0325, -0.1 - 0.055 + 0.005])
    assert learner.intercept == pytest.approx(0.25 + 0.1)


def test_hubers_loss_is_not_led_astray_by_a_row_far_off() -> None:
    inputs = np.arange(20.0)[:, None]
    targets = 3 * inputs[:, 0] + 1
    targets[-1] = 1_000.0
    data = DataSet("a line", "regression", inputs, targets, ("x",))
    slopes = []
    for loss in ("squared", "huber"):
        learner = LinearRegression(RegressionConfig(0.2, 20, loss=loss))
        learner.learn(data, 20 * 2_000)
        slopes.append(learner.coefficients[0])
    assert slopes[0] > 10 and slopes[1] == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "absolute"}, "no loss 'absolute': choose one of squared, huber"),
        ({"threshold": 0.0}, "threshold must be above 0"),
    ],
)
def test_losses_that_do_not_exist_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RegressionConfig(**settings)
