"""Every function with every loss: the same laws, whatever stands in the last row of the table."""

import numpy as np
import pytest

from learning import SGD, Batch, GradientLearner, Linear, Rows, SquaredError, Table, TileSum
from learning.function import Function
from learning.loss import Loss

ROWS, INPUTS, OUTPUTS = 7, 4, 3


def make(function_name: str, seed: int) -> tuple[Function, np.ndarray]:
    generator = np.random.default_rng(seed)
    if function_name == "table":
        function: Function = Table(INPUTS, OUTPUTS)
        inputs = generator.integers(INPUTS, size=ROWS)  # with duplicates
    elif function_name == "tiles":
        function = TileSum(2 * INPUTS, OUTPUTS)
        inputs = generator.integers(INPUTS, size=(ROWS, 2))
        inputs[:, 1] += INPUTS  # one tile of each tiling
    else:
        function = Linear(INPUTS, OUTPUTS)
        inputs = generator.normal(size=(ROWS, INPUTS))
    for parameter in function.parameters.values():
        parameter[...] = generator.normal(size=parameter.shape)
    return function, inputs


def batch_for(inputs: np.ndarray, select: bool, seed: int) -> Batch:
    generator = np.random.default_rng(seed + 100)
    chosen = generator.integers(OUTPUTS, size=ROWS) if select else None
    targets = generator.normal(size=ROWS if select else (ROWS, OUTPUTS))
    return Batch(inputs, targets, generator.random(ROWS), chosen)


def cost(function: Function, loss: Loss, batch: Batch) -> float:
    return loss.value(function(batch.inputs, batch.select), batch.targets, batch.weights)


def dense_gradient(function: Function, loss: Loss, batch: Batch) -> dict[str, np.ndarray]:
    prediction = function(batch.inputs, batch.select)
    upstream = loss.derivative(prediction, batch.targets, batch.weights)
    gradient = function.gradient(batch.inputs, upstream, batch.select)
    return {
        name: slope.dense(function.parameters[name].shape) if isinstance(slope, Rows) else slope
        for name, slope in gradient.items()
    }


PAIRS = pytest.mark.parametrize(
    ("name", "loss", "select"),
    [
        (name, SquaredError(), select)
        for name in ("table", "tiles", "linear")
        for select in (False, True)
    ],
)


@PAIRS
def test_finite_differences_confirm_the_gradient(name: str, loss: Loss, select: bool) -> None:
    function, inputs = make(name, 1)
    batch = batch_for(inputs, select, 1)
    for key, slope in dense_gradient(function, loss, batch).items():
        parameter = function.parameters[key]
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + 1e-6
            above = cost(function, loss, batch)
            parameter[place] = kept - 1e-6
            below = cost(function, loss, batch)
            parameter[place] = kept
            assert slope[place] == pytest.approx((above - below) / 2e-6, abs=1e-8)


@PAIRS
def test_a_small_step_lowers_the_loss(name: str, loss: Loss, select: bool) -> None:
    learner = GradientLearner()
    learner.function, inputs = make(name, 2)
    learner.loss, learner.optimizer = loss, SGD(0.01)
    batch = batch_for(inputs, select, 2)
    before = cost(learner.function, loss, batch)
    learner.step(batch)
    assert cost(learner.function, loss, batch) < before


@PAIRS
def test_predict_changes_nothing(name: str, loss: Loss, select: bool) -> None:
    learner = GradientLearner()
    learner.function, inputs = make(name, 3)
    before = {key: array.copy() for key, array in learner.function.parameters.items()}
    first, second = learner.predict(inputs), learner.predict(inputs)
    assert np.array_equal(first, second)
    assert all(np.array_equal(before[k], v) for k, v in learner.function.parameters.items())


def test_squared_error_by_hand() -> None:
    prediction, target = np.array([1.0, 3.0]), np.array([0.0, 1.0])
    # (1/2) (2 * 1/2 * 1^2 + 1 * 1/2 * 2^2) and (1/2) (2 * 1, 1 * 2)
    assert SquaredError().value(prediction, target, np.array([2.0, 1.0])) == 1.5
    assert SquaredError().derivative(prediction, target, np.array([2.0, 1.0])).tolist() == [1, 1]


def test_linear_regression_by_gradient_reaches_the_closed_form() -> None:
    generator = np.random.default_rng(4)
    inputs = generator.normal(size=(50, 2))
    targets = inputs @ [[2.0], [-3.0]] + 0.5 + 0.1 * generator.normal(size=(50, 1))
    learner = GradientLearner()
    learner.function, learner.loss, learner.optimizer = Linear(2, 1), SquaredError(), SGD(0.3)
    for _ in range(500):
        learner.step(Batch(inputs, targets))
    design = np.column_stack([inputs, np.ones(50)])
    exact = np.linalg.lstsq(design, targets, rcond=None)[0].ravel()
    found = [*learner.function.parameters["weights"].ravel(), *learner.function.parameters["bias"]]
    assert found == pytest.approx(exact, abs=1e-10)


def test_experience_is_for_subclasses() -> None:
    with pytest.raises(NotImplementedError):
        next(iter(GradientLearner().experience(None, 1)))


def test_learn_steps_along_all_of_experience() -> None:
    class Averager(GradientLearner):
        def __init__(self) -> None:
            self.function, self.loss, self.optimizer = Table(1, 1), SquaredError(), SGD(1.0)
            self.count = 0

        def experience(self, source, samples):
            for value in source[:samples]:
                self.count += 1
                yield Batch(np.array([0]), np.array([value]), select=np.array([0]))

        def step_size(self, batch):
            return 1 / self.count

    learner = Averager()
    assert len(learner.learn(np.arange(10.0), 10)) == 0
    assert learner.predict(np.array([0]))[0, 0] == pytest.approx(4.5)  # steps of 1/n: the mean
