import numpy as np
import pytest

from spielfeld.learning import (
    SGD,
    Batch,
    EncodeDecode,
    GradientLearner,
    Linear,
    Network,
    SquaredError,
    TiedLinear,
)
from spielfeld.learning.network import glorot_start

FEATURES, CODE = 4, 2


def skewed_rows() -> np.ndarray:
    generator = np.random.default_rng(0)
    return generator.normal(size=(100, FEATURES)) * [2.0, 1.5, 0.5, 0.3] + [1, -2, 0, 3]


def principal(inputs: np.ndarray) -> tuple[np.ndarray, float]:
    """The first principal components as columns, and half of the variance that they leave."""
    _, singular, right = np.linalg.svd(inputs - inputs.mean(axis=0), full_matrices=False)
    return right[:CODE].T, float((singular[CODE:] ** 2).sum() / len(inputs) / 2)


def test_principal_components_are_where_a_linear_autoencoder_is_flat() -> None:
    inputs = skewed_rows()
    components, left = principal(inputs)
    function = TiedLinear(components, inputs.mean(axis=0))
    prediction = function(inputs)
    assert SquaredError().value(prediction, inputs) == pytest.approx(left)
    slopes = function.gradient(inputs, SquaredError().derivative(prediction, inputs))
    for slope in slopes.values():
        assert slope == pytest.approx(np.zeros_like(slope), abs=1e-13)


def test_by_gradient_a_linear_autoencoder_finds_the_principal_plane() -> None:
    learner, inputs = GradientLearner(), skewed_rows()
    learner.function = TiedLinear(glorot_start(np.random.default_rng(1), FEATURES, CODE))
    learner.loss, learner.optimizer = SquaredError(), SGD(0.05)
    for _ in range(3000):
        learner.step(Batch(inputs, inputs))
    components, left = principal(inputs)
    weights = learner.function.parameters["weights"]
    assert SquaredError().value(learner.predict(inputs), inputs) == pytest.approx(left, rel=1e-9)
    assert weights @ weights.T == pytest.approx(components @ components.T, abs=1e-6)


def test_two_linear_functions_in_a_row_are_one() -> None:
    generator, inputs = np.random.default_rng(2), skewed_rows()
    encoder, decoder, both = Linear(FEATURES, CODE), Linear(CODE, 3), Linear(FEATURES, 3)
    for function in (encoder, decoder):
        for parameter in function.parameters.values():
            parameter[...] = generator.normal(size=parameter.shape)
    first, second = encoder.parameters, decoder.parameters
    both.parameters["weights"][...] = first["weights"] @ second["weights"]
    both.parameters["bias"][...] = first["bias"] @ second["weights"] + second["bias"]
    assert EncodeDecode(encoder, decoder)(inputs) == pytest.approx(both(inputs), abs=1e-12)


def test_training_the_whole_trains_its_parts() -> None:
    generator = np.random.default_rng(3)
    encoder, decoder = Network([FEATURES, 5, CODE], generator), Network([CODE, FEATURES], generator)
    learner, inputs = GradientLearner(), skewed_rows()
    learner.function = EncodeDecode(encoder, decoder)
    learner.loss, learner.optimizer = SquaredError(), SGD(0.01)
    before = encoder.parameters["weights0"].copy()
    learner.step(Batch(inputs, inputs))
    assert not np.array_equal(before, encoder.parameters["weights0"])
    assert np.array_equal(learner.predict(inputs), decoder(encoder(inputs)))


@pytest.mark.parametrize("kind", ["linear", "relu", "tanh", "sigmoid"])
def test_the_slope_at_the_inputs_is_that_of_finite_differences(kind: str) -> None:
    generator, inputs = np.random.default_rng(4), skewed_rows()[:5]
    function = (
        Linear(FEATURES, 3) if kind == "linear" else Network([FEATURES, 6, 3], generator, kind)
    )
    for parameter in function.parameters.values():
        parameter[...] = generator.normal(size=parameter.shape)
    upstream, select = generator.normal(size=5), np.array([0, 1, 2, 1, 0])
    prediction, backward = function.chained(inputs, select)
    gradient, slope = backward(upstream)
    assert np.array_equal(prediction, function(inputs, select))
    assert gradient.keys() == function.parameters.keys()
    for place in np.ndindex(inputs.shape):
        nudge = np.zeros_like(inputs)
        nudge[place] = 1e-6
        above, below = function(inputs + nudge, select), function(inputs - nudge, select)
        assert slope[place] == pytest.approx(upstream @ (above - below) / 2e-6, abs=1e-8)


def test_rows_of_another_width_are_refused() -> None:
    generator = np.random.default_rng(0)
    for function in (TiedLinear(np.ones((3, 2))), Network([3, 2], generator)):
        with pytest.raises(ValueError, match=r"rows of 3 features, not shape \(5, 2\)\."):
            function(np.zeros((5, 2)))
