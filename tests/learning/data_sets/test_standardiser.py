import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spielfeld.learning import load_model, save_model
from spielfeld.learning.data_sets import DataSet, Standardiser, find_data_set, standardised
from spielfeld.snapshot import leaves


def test_columns_have_mean_zero_and_deviation_one() -> None:
    measure = Standardiser.learned_from(np.array([[1.0, 10.0], [3.0, 30.0]]))
    assert measure.mean.tolist() == [2, 20] and measure.scale.tolist() == [1, 10]
    assert measure(np.array([[1.0, 50.0]])).tolist() == [[-1, 3]]


def test_constant_column_becomes_zero() -> None:
    inputs = np.full((1000, 1), 0.1)  # whose mean is not exactly 0.1
    measure = Standardiser.learned_from(inputs)
    assert not measure(inputs).any() and measure.scale.tolist() == [1]


@settings(max_examples=300, deadline=None)
@given(arrays(np.float64, (5, 2), elements=st.floats(-1e100, 1e100)))
def test_any_column_gets_a_finite_scale_and_comes_back(inputs) -> None:
    measure = Standardiser.learned_from(inputs)
    scaled = measure(inputs)
    assert (measure.scale > 0).all() and np.abs(scaled).max() <= np.sqrt(len(inputs)) + 1e-3
    assert np.allclose(measure.inverse(scaled), inputs, atol=1e-12 * np.abs(inputs).max(initial=0))


def test_statistics_come_from_training_rows_alone() -> None:
    split = find_data_set("blobs", rows=60).split(0.2, 0.2)
    scaled, measure = standardised(split)
    assert np.abs(scaled.train.inputs.mean(axis=0)).max() < 1e-12
    assert np.abs(scaled.train.inputs.std(axis=0) - 1).max() < 1e-12
    assert np.array_equal(measure.mean, split.train.inputs.mean(axis=0))
    for part, raw in zip(scaled, split, strict=True):
        assert np.array_equal(part.inputs, measure(raw.inputs))
        assert part.targets is raw.targets or np.array_equal(part.targets, raw.targets)
    assert np.abs(scaled.test.inputs.mean(axis=0)).max() > 1e-3


def test_without_validation_there_is_none_afterwards() -> None:
    assert standardised(find_data_set("blobs").split())[0].validation is None


def test_model_file_holds_it(tmp_path) -> None:
    measure = Standardiser.learned_from(np.random.default_rng(0).normal(size=(9, 3)))
    save_model(tmp_path / "model.safetensors", leaves(measure), {})
    loaded = Standardiser(**load_model(tmp_path / "model.safetensors")[0])
    assert np.array_equal(loaded.mean, measure.mean)
    assert np.array_equal(loaded.scale, measure.scale)


def test_ratings_have_no_scale() -> None:
    data = DataSet("mine", "ratings", [[0, 0]] * 9, [1.0] * 9, ("user", "item"), users=1, items=1)
    with pytest.raises(ValueError, match="'mine': users and items have no scale"):
        standardised(data.split())


def test_one_scale_for_all_columns_has_their_mean_variance() -> None:
    inputs = np.array([[0.0, 10.0, 5.0], [2.0, 16.0, 5.0]])
    measure = Standardiser.learned_from(inputs, one_scale=True)
    # variances 1, 9 and 0: their mean is 10 / 3
    assert measure.scale == pytest.approx(np.full(3, np.sqrt(10 / 3)))
    assert measure.mean.tolist() == [1, 13, 5]
    assert Standardiser.learned_from(np.ones((2, 2)), one_scale=True).scale.tolist() == [1, 1]
