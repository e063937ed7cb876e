from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.unsupervised import (
    Autoencoder,
    AutoencoderConfig,
    LinearAutoencoder,
    PrincipalComponents,
    PrincipalComponentsConfig,
)


def parabola(rows: int = 300) -> DataSet:
    generator = np.random.default_rng(0)
    along = generator.uniform(-1.5, 1.5, rows)
    points = np.column_stack([along, along**2]) + generator.normal(0, 0.05, (rows, 2))
    return DataSet("parabola", "unlabelled", points, feature_names=("x", "y"))


def lost(learner: Autoencoder | PrincipalComponents, rows: DataSet) -> float:
    return float(np.square(learner.predict(rows.inputs) - rows.inputs).mean())


def test_one_number_tells_more_on_a_curve_than_on_a_line() -> None:
    split = parabola().split(test=0.2, seed=1)
    line = PrincipalComponents(PrincipalComponentsConfig(1))
    line.learn(split, 240)
    for seed in range(2):
        curve = Autoencoder(AutoencoderConfig(code=1), seed=seed)
        curve.learn(split, 100 * 240)
        assert lost(curve, split.test) < 0.2 * lost(line, split.test)


@pytest.mark.parametrize("learner_class", [Autoencoder, LinearAutoencoder])
def test_units_and_origin_of_the_inputs_do_not_matter(learner_class) -> None:
    data = parabola()
    far = replace(data, inputs=data.inputs * 1e4 - 1e6)
    one, other = learner_class(seed=1), learner_class(seed=1)
    one.learn(data, 2_000)
    other.learn(far, 2_000)
    ours = one.predict(data.inputs) * 1e4 - 1e6
    assert other.predict(far.inputs) == pytest.approx(ours, abs=0.1)
    assert other.encode(far.inputs) == pytest.approx(one.encode(data.inputs), abs=1e-5)


def test_standardised_features_have_scales_of_their_own() -> None:
    data = parabola()
    wide = replace(data, inputs=data.inputs * [1, 1000])
    config = AutoencoderConfig(one_scale=False)
    one, other = Autoencoder(config, seed=1), Autoencoder(config, seed=1)
    one.learn(data, 1_000)
    other.learn(wide, 1_000)
    assert other.predict(wide.inputs) == pytest.approx(one.predict(data.inputs) * [1, 1000])


def test_predictions_are_decoded_codes() -> None:
    data, learner = parabola(), Autoencoder(AutoencoderConfig(code=1), seed=1)
    learner.learn(data, 500)
    codes = learner.encode(data.inputs)
    assert codes.shape == (300, 1)
    assert np.array_equal(
        learner.to_predictions(learner.function.decode(codes)), learner.predict(data.inputs)
    )


def test_what_cannot_be_learned_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="code must be 1 or more, not 0"):
        AutoencoderConfig(code=0)
    with pytest.raises(ValueError, match="no activation 'bent': choose one of relu, tanh"):
        AutoencoderConfig(activation="bent")
    with pytest.raises(ValueError, match="hidden must be 1 or more"):
        AutoencoderConfig(hidden=(3, 0))
    with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
        Autoencoder().encode(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="Autoencoder learns from measurements"):
        Autoencoder().learn(find_data_set("ratings"), 10)
