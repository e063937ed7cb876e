import numpy as np
import pytest

from spielfeld.experiments.sources import make_split, settings_for
from spielfeld.learning.data_sets import Split, find_data_set
from spielfeld.learning.metrics import accuracy, mean_squared_error
from spielfeld.learning.supervised import (
    LinearRegression,
    LogisticRegression,
    LogisticRegressionConfig,
    NeuralNetwork,
    NeuralNetworkConfig,
    TorchNetwork,
)


def two_moons() -> Split:
    """The published division: a tenth to test by."""
    model_selection = pytest.importorskip("sklearn.model_selection")
    data = find_data_set("two-moons")
    rows = model_selection.train_test_split(np.arange(len(data)), test_size=0.1, random_state=42)
    return Split(data.take(rows[0]), None, data.take(rows[1]))


def score(learner, split: Split, samples: int) -> float:
    learner.learn(split.train, samples)
    return accuracy(learner.predict(split.test.inputs), np.asarray(split.test.targets))


@pytest.mark.slow
def test_two_moons_are_told_apart() -> None:
    split = two_moons()
    assert np.mean([score(NeuralNetwork(seed=seed), split, 50_000) for seed in range(10)]) >= 0.98


@pytest.mark.slow
def test_two_moons_are_told_apart_in_torch_as_well() -> None:
    pytest.importorskip("torch")
    split = two_moons()
    ours, theirs = NeuralNetwork(seed=1), TorchNetwork(seed=1)
    assert score(ours, split, 30_000) == score(theirs, split, 30_000)
    expected = ours.predict(split.test.inputs)
    assert theirs.predict(split.test.inputs) == pytest.approx(expected, abs=1e-6)


def test_a_straight_line_cannot_tell_two_moons_apart() -> None:
    split = two_moons()
    config = LogisticRegressionConfig(1.0, len(split.train), "momentum", standardise=False)
    learner = LogisticRegression(config)
    assert score(learner, split, 300 * len(split.train)) == pytest.approx(0.84, abs=0.005)


@pytest.mark.slow
def test_second_half_of_the_digits_is_read_after_the_first() -> None:
    pytest.importorskip("sklearn")
    tuned = settings_for("neural-network", "digits")
    samples, config = tuned.pop("samples"), NeuralNetworkConfig(**tuned)
    split = make_split("digits", {"split": "in-order", "test": 0.5}, 0)
    assert (len(split.train), len(split.test)) == (898, 899)
    scores = [score(NeuralNetwork(config, seed), split, samples) for seed in range(3)]
    assert np.mean(scores) >= 0.94


def test_network_bends_where_a_line_cannot() -> None:
    split = find_data_set("noisy-curve", rows=200).split(seed=1)
    errors = []
    for learner in (NeuralNetwork(seed=1), LinearRegression(seed=1)):
        learner.learn(split, 10_000)
        errors.append(mean_squared_error(learner.predict(split.test.inputs), split.test.targets))
    network, line = errors
    assert split.test.noise is not None
    assert network < 2 * split.test.noise**2 < line


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "rely"}, "no activation 'rely': choose one of relu, tanh, sigmoid"),
        ({"hidden": (8, 0)}, "hidden must be 1 or more, not 0"),
    ],
)
def test_networks_that_cannot_be_built_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NeuralNetworkConfig(**settings)
