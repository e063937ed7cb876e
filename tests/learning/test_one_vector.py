from collections.abc import Callable

import numpy as np
import pytest

from spielfeld.learning import SGD, Adam, Momentum, Rows
from spielfeld.learning.optimizer import OneVector, Optimizer

SHAPES = {"weights0": (3, 4), "bias0": (4,), "weights1": (4, 2), "bias1": (2,)}


def arrays(seed: int, dtype: type = np.float64) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}


@pytest.mark.parametrize("make", [lambda: SGD(0.1), lambda: Momentum(0.1), lambda: Adam(0.01)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_vector_takes_the_same_steps_within_rounding(
    make: Callable[[], Optimizer], dtype: type
) -> None:
    plain, vector = make(), OneVector(make())
    one, other = arrays(0, dtype), arrays(0, dtype)
    for seed in range(1, 21):
        rate = None if seed < 10 else 0.03
        plain.step(one, arrays(seed, dtype), rate)
        vector.step(other, arrays(seed, dtype), rate)
    for name in SHAPES:
        assert other[name].dtype == dtype
        rounding = 100 * float(np.finfo(dtype).eps)
        assert other[name] == pytest.approx(one[name], rel=rounding, abs=rounding)


def test_parameters_are_changed_in_place() -> None:
    parameters = arrays(0)
    kept = dict(parameters)
    OneVector(SGD(0.1)).step(parameters, arrays(1))
    assert all(kept[name] is parameters[name] for name in SHAPES)


@pytest.mark.parametrize(("limit", "length"), [(0.5, 0.5), (1e6, None), (0.0, None)])
def test_clipping_shortens_a_gradient_that_is_too_long_and_keeps_its_direction(
    limit: float, length: float | None
) -> None:
    parameters, slopes = arrays(0), arrays(1)
    before, slope = (
        np.concatenate([array.ravel() for array in given.values()])
        for given in (parameters, slopes)
    )
    OneVector(SGD(1.0), limit).step(parameters, slopes)
    step = before - np.concatenate([array.ravel() for array in parameters.values()])
    full = np.linalg.norm(slope)
    assert np.linalg.norm(step) == pytest.approx(full if length is None else length)
    assert step / np.linalg.norm(step) == pytest.approx(slope / full)


def test_gradients_are_only_read() -> None:
    slopes = arrays(1)
    OneVector(SGD(1.0), 0.5).step(arrays(0), slopes)
    assert all(np.array_equal(slopes[name], array) for name, array in arrays(1).items())


def test_restored_optimizer_goes_on_bit_for_bit() -> None:
    one, parameters = OneVector(Adam(0.01), 0.5), arrays(0)
    assert one.learning_rate == 0.01
    one.step(parameters, arrays(1))
    other, copies = OneVector(Adam(0.01), 0.5), {k: v.copy() for k, v in parameters.items()}
    other.prepare(copies)
    other.restore(one.state())
    for seed in (2, 3):
        one.step(parameters, arrays(seed))
        other.step(copies, arrays(seed))
    assert all(np.array_equal(copies[name], parameters[name]) for name in SHAPES)


def test_sparse_gradients_are_refused_by_name() -> None:
    sparse = Rows(np.array([0]), np.ones((1, 2)))
    with pytest.raises(TypeError, match="The sparse gradient of 'table' does not fit one vector"):
        OneVector(SGD(1.0)).step({"table": np.zeros((3, 2))}, {"table": sparse})
