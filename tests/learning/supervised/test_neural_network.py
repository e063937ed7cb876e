import numpy as np
import pytest

from learning.data_sets import find_data_set
from learning.metrics import accuracy, mean_squared_error
from learning.supervised import LinearRegression, NeuralNetwork


@pytest.mark.slow
def test_two_moons_are_told_apart() -> None:
    model_selection = pytest.importorskip("sklearn.model_selection")
    data = find_data_set("two-moons")
    rows, fresh = model_selection.train_test_split(
        np.arange(len(data)), test_size=0.1, random_state=42
    )
    train, test = data.take(rows), data.take(fresh)
    scores = []
    for seed in range(5):
        learner = NeuralNetwork(seed=seed)
        learner.learn(train, 50_000)
        scores.append(accuracy(learner.predict(test.inputs), test.targets))
    assert np.mean(scores) >= 0.98


def test_network_bends_where_a_line_cannot() -> None:
    split = find_data_set("noisy-curve", rows=200).split(seed=1)
    errors = []
    for learner in (NeuralNetwork(seed=1), LinearRegression(seed=1)):
        learner.learn(split, 10_000)
        errors.append(mean_squared_error(learner.predict(split.test.inputs), split.test.targets))
    network, line = errors
    assert split.test.noise is not None
    assert network < 2 * split.test.noise**2 < line
