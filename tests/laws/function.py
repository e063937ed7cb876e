"""Laws of every function and every loss: the gradient is right, a step helps, nothing else changes.

A subclass of `FunctionLaws` names `make`, which takes a random generator and returns a new function
and inputs for it. The inputs lie away from kinks, where there is no gradient. A loss of one's own
is a `loss`, and `targets`, which makes targets for a prediction from a random generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from spielfeld.learning import SGD, Batch, GradientLearner, Rows, SquaredError
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss

Generator = np.random.Generator
Example = tuple[Function, np.ndarray]
Targets = Callable[[np.ndarray, Generator], np.ndarray]


def normal_targets(prediction: np.ndarray, generator: Generator) -> np.ndarray:
    return generator.normal(size=prediction.shape)


@dataclass(frozen=True)
class FunctionCase:
    """A function with a loss to examine.

    Args:
        make: Takes a random generator; returns a new function and inputs.
        loss: Says how wrong a prediction is.
        targets: Takes a prediction and a random generator; returns targets.
        select: Whether only one output of each row is predicted.
        moves: Whether parameters may be drawn anew, or kinks were avoided for those of `make`.
    """

    make: Callable[[Generator], Example]
    loss: Loss = field(default_factory=SquaredError)
    targets: Targets = normal_targets
    select: bool = False
    moves: bool = False


class GradientLaws:
    """Laws of a function together with a loss."""

    make: Callable[[Generator], Example]
    loss: Loss = SquaredError()
    targets = staticmethod(normal_targets)
    select = False
    moves = False

    @pytest.fixture
    def case(self) -> Any:
        """The class itself, whose attributes are those of a `FunctionCase`."""
        return self

    def test_finite_differences_confirm_the_gradient(self, case: Any) -> None:
        function, inputs = example(case, 1)
        batch = batch_for(case, function, inputs)
        upstream = case.loss.derivative(
            function(batch.inputs, batch.select), batch.targets, batch.weights
        )
        slopes = function.gradient(batch.inputs, upstream, batch.select)
        assert set(slopes) == set(function.parameters)
        for key, parameter in function.parameters.items():
            slope = dense(slopes[key], parameter)
            assert slope.shape == parameter.shape and slope.dtype == np.float64
            for place in np.ndindex(parameter.shape):
                kept = parameter[place]
                parameter[place] = kept + 1e-6
                above = cost(case, function, batch)
                parameter[place] = kept - 1e-6
                below = cost(case, function, batch)
                parameter[place] = kept
                assert slope[place] == pytest.approx((above - below) / 2e-6, rel=1e-7, abs=1e-8)

    def test_a_small_step_lowers_the_loss(self, case: Any) -> None:
        learner = GradientLearner()
        learner.function, inputs = example(case, 2)
        learner.loss, learner.optimizer = case.loss, SGD(1e-3)
        batch = batch_for(case, learner.function, inputs)
        before = cost(case, learner.function, batch)
        learner.step(batch)
        assert cost(case, learner.function, batch) < before


class FunctionLaws(GradientLaws):
    """All laws of functions."""

    def test_predict_changes_nothing(self, case: Any) -> None:
        learner = GradientLearner()
        learner.function, inputs = example(case, 3)
        before, seen = copied(learner.function), inputs.copy()
        first, second = learner.predict(inputs), learner.predict(inputs)
        assert np.array_equal(first, second) and np.array_equal(inputs, seen)
        assert unchanged(learner.function, before)
        first[...] = 7  # a prediction is the caller's own
        assert np.array_equal(learner.predict(inputs), second)

    def test_gradient_changes_nothing(self, case: Any) -> None:
        function, inputs = example(case, 3)
        before = copied(function)
        rows, outputs = function(inputs).shape
        for select in (None, np.arange(rows) % outputs):
            upstream = np.ones(rows if select is not None else (rows, outputs))
            function.gradient(inputs, upstream, select)
            assert (upstream == 1).all()
        assert unchanged(function, before)

    def test_the_way_back_is_that_of_the_prediction_and_can_be_gone_again(self, case: Any) -> None:
        function, inputs = example(case, 3)
        prediction, backward = function.forward(inputs)
        assert np.array_equal(prediction, function(inputs))
        upstream = np.random.default_rng(0).normal(size=prediction.shape)
        ways = [function.gradient(inputs, upstream), backward(2 * upstream), backward(upstream)]
        for name, parameter in function.parameters.items():
            alone, double, again = (dense(slopes[name], parameter) for slopes in ways)
            assert np.array_equal(alone, again) and double == pytest.approx(2 * alone)

    def test_a_selected_output_is_the_same_as_among_all(self, case: Any) -> None:
        function, inputs = example(case, 4)
        everything = function(inputs)
        rows = np.arange(len(everything))
        select = rows % everything.shape[1]
        upstream = np.random.default_rng(0).normal(size=len(rows))
        among_all = np.zeros(everything.shape)
        among_all[rows, select] = upstream
        assert function(inputs, select) == pytest.approx(everything[rows, select], abs=1e-14)
        single = function.gradient(inputs, upstream, select)
        whole = function.gradient(inputs, among_all)
        for name, parameter in function.parameters.items():
            expected = dense(whole[name], parameter)
            assert dense(single[name], parameter) == pytest.approx(expected, abs=1e-13)

    def test_a_step_along_rows_equals_the_dense_step(self, case: Any) -> None:
        (sparse, inputs), (full, _) = example(case, 5), example(case, 5)
        for name, parameter in full.parameters.items():
            parameter[...] = sparse.parameters[name]
        rows, outputs = sparse(inputs).shape
        upstream = np.random.default_rng(0).normal(size=rows)
        slopes = sparse.gradient(inputs, upstream, np.arange(rows) % outputs)
        SGD(0.3).step(sparse.parameters, slopes)
        SGD(0.3).step(full.parameters, {k: dense(s, full.parameters[k]) for k, s in slopes.items()})
        for name, parameter in full.parameters.items():
            assert sparse.parameters[name] == pytest.approx(parameter, abs=1e-14)


def example(case: Any, seed: int) -> Example:
    generator = np.random.default_rng(seed)
    function, inputs = case.make(generator)
    if case.moves:
        for parameter in function.parameters.values():
            parameter[...] = generator.normal(size=parameter.shape)
    return function, inputs


def batch_for(case: Any, function: Function, inputs: np.ndarray) -> Batch:
    generator = np.random.default_rng(100)
    rows, outputs = function(inputs).shape
    chosen = generator.integers(outputs, size=rows) if case.select else None
    aims = case.targets(function(inputs, chosen), generator)
    return Batch(inputs, aims, generator.uniform(0.5, 2, rows), chosen)


def cost(case: Any, function: Function, batch: Batch) -> float:
    return case.loss.value(function(batch.inputs, batch.select), batch.targets, batch.weights)


def dense(slope: Any, parameter: np.ndarray) -> np.ndarray:
    return slope.dense(parameter.shape) if isinstance(slope, Rows) else slope


def copied(function: Function) -> dict[str, np.ndarray]:
    return {name: parameter.copy() for name, parameter in function.parameters.items()}


def unchanged(function: Function, before: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(before[k], v) for k, v in function.parameters.items())
