"""Laws of what the workshop's figures measure; the figures themselves are in test_figures.py."""

import numpy as np
import pytest

from spielfeld.learning.data_sets import find_data_set
from spielfeld.learning.supervised import least_squares
from spielfeld.tutorials.figures import (
    confusion,
    data_poisoning,
    loss_surface,
    model_stealing,
    threshold,
    underfitting,
)
from spielfeld.tutorials.figures.drawing import Repeat, share_of_rows


def test_workshops_division_is_scikit_learns_with_the_published_seed() -> None:
    model_selection = pytest.importorskip("sklearn.model_selection")
    train, test = data_poisoning.moons()
    data = find_data_set("two-moons")
    theirs = model_selection.train_test_split(data.inputs, test_size=0.1, random_state=42)
    assert np.array_equal(train.inputs, theirs[0]) and np.array_equal(test.inputs, theirs[1])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_poison_flips_exactly_that_share_of_the_labels_and_no_input(share: float) -> None:
    train, _ = data_poisoning.moons()
    flipped = data_poisoning.poisoned(train, share, np.random.default_rng(0))
    assert (flipped.targets != train.targets).mean() == pytest.approx(share)
    assert np.array_equal(flipped.inputs, train.inputs)


def test_thief_learns_from_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    taught = []
    real = data_poisoning.learned

    def learned(method, rows, seed):
        taught.append(rows)
        return real(method, rows, seed)

    monkeypatch.setattr(model_stealing, "learned", learned)
    monkeypatch.setattr(data_poisoning, "SAMPLES", 2_000)
    model_stealing.agreement(0, data_poisoning.METHODS[1], 30)
    original, stolen = taught
    assert len(stolen) == 30
    assert not (stolen.inputs[:, None] == original.inputs).all(axis=-1).any()


def test_polynomial_of_degree_9_goes_through_ten_points_and_misses_others() -> None:
    trained, fresh = underfitting.polynomial_errors(3, degree=9, rows=10)
    assert trained < 1e-8 < underfitting.NOISE < fresh


def test_powers_span_the_polynomials_of_their_degree() -> None:
    inputs = np.linspace(0, 1, 7)[:, None]
    targets = 1 - 2 * inputs[:, 0] + 5 * inputs[:, 0] ** 3
    weights, bias = least_squares(underfitting.powers(inputs, 3), targets)
    assert underfitting.powers(inputs, 3) @ weights + bias == pytest.approx(targets)
    assert not underfitting.powers(inputs, 0).any()


def test_loss_of_a_line_is_half_its_mean_squared_error_and_least_where_it_is_marked() -> None:
    data = loss_surface.line()
    feature = loss_surface.features(standardise=False)
    error = 2.0 * data.inputs[:, 0] + 1.0 - data.targets
    assert loss_surface.losses(feature, 2.0, 1.0) == pytest.approx(0.5 * np.square(error).mean())
    weights, bias = least_squares(data.inputs, data.targets)
    least = loss_surface.losses(feature, weights[0], bias)
    around = loss_surface.losses(
        feature, weights[0] + np.array([0.1, -0.1]), np.array([bias, bias])
    )
    assert (around > least).all()


def test_path_of_descent_begins_at_zero_and_ends_lower() -> None:
    steps = loss_surface.path(0, "sgd", standardise=True)
    assert steps.shape == (loss_surface.STEPS + 1, 3)
    assert steps[0, :2].tolist() == [0.0, 0.0]
    assert steps[-1, 2] < 0.2 * steps[0, 2]


class Known:
    """Takes its inputs for the probabilities of a malignant tumour."""

    def predict(self, inputs):
        return np.column_stack([inputs[:, 0], 1 - inputs[:, 0]])


def test_mistakes_are_counted_and_priced_at_every_threshold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from spielfeld.learning.data_sets import DataSet

    inputs = np.array([[0.9], [0.2], [0.6], [0.1]])
    rows = DataSet("four", "classification", inputs, np.array([0, 0, 1, 1]), ("p",), ("bad", "ok"))
    monkeypatch.setattr(threshold, "THRESHOLDS", np.array([0.05, 0.5, 0.95]))
    missed, alarms, cost = threshold.counts_at(Known(), rows)
    assert missed.tolist() == [0.0, 0.5, 1.0]
    assert alarms.tolist() == [1.0, 0.5, 0.0]
    # two alarms; one missed and one alarm; two missed
    assert cost == pytest.approx([2 * 1 / 4, (10 + 1) / 4, 2 * 10 / 4])


def test_band_of_a_share_is_that_of_its_rows() -> None:
    row = share_of_rows("", 0.5, np.full(4, 0.6), rows=100)
    assert row.band == pytest.approx(4 * np.sqrt(0.25 / 100)) and row.inside


def test_more_than_one_run_goes_into_a_confusion_matrix() -> None:
    pytest.importorskip("sklearn")
    counts = Repeat(2)(confusion.network_counts, [()])[0]
    assert counts.sum(axis=(1, 2)).tolist() == [899, 899]
    assert not np.array_equal(counts[0], counts[1])
