from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.metrics import accuracy
from spielfeld.learning.supervised import LogisticRegression, LogisticRegressionConfig

model_selection = pytest.importorskip("sklearn.model_selection")
linear_model = pytest.importorskip("sklearn.linear_model")


def centred(data: DataSet) -> DataSet:
    """The minimum is the same, since the free bias takes up the shift; descent is quicker."""
    return replace(data, inputs=data.inputs - data.inputs.mean(axis=0))


@pytest.mark.parametrize(
    ("data", "standardise", "learning_rate", "steps", "published"),
    [
        (centred(find_data_set("iris")), False, 0.7, 700, 0.9733),
        (find_data_set("breast-cancer"), True, 0.3, 700, 0.9807),
    ],
)
def test_five_folds_are_as_published_and_probabilities_as_scikit_learns(
    data: DataSet, standardise: bool, learning_rate: float, steps: int, published: float
) -> None:
    scores = []
    for train, test in model_selection.StratifiedKFold(5).split(data.inputs, data.targets):
        rows, fresh = data.take(train), data.take(test)
        config = LogisticRegressionConfig(learning_rate, len(rows), "momentum", standardise)
        learner = LogisticRegression(config)
        learner.learn(rows, steps * len(rows))
        probabilities = learner.predict(fresh.inputs)
        scores.append(accuracy(probabilities, fresh.targets))
        measure = learner.measures["inputs"]
        theirs = linear_model.LogisticRegression(C=1, tol=1e-8, max_iter=5_000)
        theirs.fit(measure(rows.inputs), rows.targets)
        expected = theirs.predict_proba(measure(fresh.inputs))
        assert probabilities == pytest.approx(expected, abs=1e-3)
        logits = fresh.inputs @ learner.coefficients + learner.intercepts
        assert (logits.shape[1] == 1) == (len(data.class_names) == 2)
        assert (
            np.ptp(logits - theirs.decision_function(measure(fresh.inputs)).reshape(logits.shape))
            < 0.02
        )
    assert np.mean(scores) == pytest.approx(published, abs=5e-5)


def test_most_tumours_are_of_one_class() -> None:
    targets = find_data_set("breast-cancer").targets
    assert np.bincount(targets).max() / len(targets) == pytest.approx(0.6274, abs=5e-5)


def test_one_step_on_all_rows_is_the_textbook_gradient() -> None:
    inputs, targets = np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 2])
    data = DataSet("three rows", "classification", inputs, targets, ("a",), ("p", "q", "r"))
    config = LogisticRegressionConfig(0.3, batch_size=3, standardise=False)
    learner = LogisticRegression(config)
    learner.learn(data, 3)
    # each class has 1/3 at first, so that weights <- .1 * inputs^T (truth - 1/3)
    assert learner.coefficients[0] == pytest.approx(
        [0.1 * (1 - 7 / 3), 0.1 * (2 - 7 / 3), 0.1 * (4 - 7 / 3)]
    )
    assert learner.intercepts == pytest.approx(np.zeros(3))


def test_two_classes_take_one_step_of_the_sigmoid() -> None:
    inputs, targets = np.array([[1.0], [3.0]]), np.array([0, 1])
    data = DataSet("two rows", "classification", inputs, targets, ("a",), ("no", "yes"))
    config = LogisticRegressionConfig(0.1, batch_size=2, standardise=False)
    learner = LogisticRegression(config)
    learner.learn(data, 2)
    assert learner.coefficients[0] == pytest.approx([0.1 * (-0.5 * 1 + 0.5 * 3) / 2])
    yes = 1 / (1 + np.exp(-0.05 * 3))
    assert learner.predict([[3.0]])[0] == pytest.approx([1 - yes, yes])
