"""Metrics are held to hand-made learners of which everything is known."""

import numpy as np
import pytest

from spielfeld.experiments.data_metrics import METRICS, METRICS_OF, TASKS, measure, names
from spielfeld.experiments.data_score import DataScore
from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.two_sample import energy_distance


def classes(rows: int, seed: int = 0) -> DataSet:
    generator = np.random.default_rng(seed)
    targets = np.arange(rows) % 3 % 2  # two of three rows are of the first class
    return DataSet("some", "classification", generator.normal(size=(rows, 2)), targets,
                   ("a", "b"), ("no", "yes"))  # fmt: skip


class Knowing:
    """Predicts the truth of the rows that it was shown."""

    def __init__(self, rows: DataSet) -> None:
        self.rows = rows

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        if self.rows.kind == "classification":
            return np.eye(len(self.rows.class_names))[self.rows.targets]
        return self.rows.targets


class Mirror:
    """Knows the rows themselves, and deals them out."""

    def __init__(self, split: Split) -> None:
        self.split = split

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return inputs

    def assign(self, inputs: np.ndarray) -> np.ndarray:
        return 5 - self.split.test.targets

    def log_likelihood(self, inputs: np.ndarray) -> np.ndarray:
        return np.full(len(inputs), -2.0)

    def sample(self, count: int, generator: np.random.Generator) -> np.ndarray:
        return np.tile(self.split.test.inputs, (count // len(self.split.test), 1))


SPLIT = Split(classes(30), None, classes(15, seed=1))


def test_classification_stands_beside_the_frequencies_of_the_training_rows() -> None:
    found = measure(Knowing(SPLIT.test), ["classification"], SPLIT, SPLIT.test)
    assert list(found) == ["accuracy", "cross_entropy"]
    assert found["accuracy"].value == 1 and found["accuracy"].baseline == pytest.approx(2 / 3)
    entropy = -(2 * np.log(2 / 3) + np.log(1 / 3)) / 3
    assert found["cross_entropy"].value == 0
    assert found["cross_entropy"].baseline == pytest.approx(entropy)


def test_regression_stands_beside_the_mean_and_the_noise() -> None:
    split = find_data_set("noisy-curve", noise=0.3).split()
    found = measure(Knowing(split.test), ["regression"], split, split.test)
    mean = split.train.targets.mean()
    error = np.sqrt(np.mean((split.test.targets - mean) ** 2))
    assert found["root_mean_squared_error"][:2] == (0, pytest.approx(error))
    assert found["root_mean_squared_error"].best == 0.3
    assert found["r_squared"].value == 1 and found["r_squared"].baseline < 0


def test_shares_of_a_variance_that_is_not_there_are_left_out() -> None:
    train = DataSet("flat", "regression", np.ones((4, 1)), np.arange(4.0), ("a",))
    for targets in ([1, 1], [0, 1e-300]):  # whose square vanishes
        test = DataSet("flat", "regression", np.ones((2, 1)), np.array(targets), ("a",))
        split = Split(train, None, test)
        found = measure(Knowing(test), ["regression"], split, test)
        assert list(found) == ["root_mean_squared_error"]
    assert measure(Mirror(split), ["reconstruction"], split, test) == {}


def test_learners_of_several_tasks_have_all_their_metrics_first_tasks_first() -> None:
    tasks = ["density", "clustering", "reconstruction", "generation"]
    found = measure(Mirror(SPLIT), tasks, SPLIT, SPLIT.test)
    assert list(found) == names(tasks, SPLIT.test)
    assert list(found) == ["log_likelihood", "adjusted_rand", "explained_variance",
                           "energy_distance"]  # fmt: skip
    values = [one.value for one in found.values()]
    assert values == [-2.0, 1.0, 1.0, pytest.approx(0, abs=1e-12)]
    assert found["energy_distance"].best > 0 and found["energy_distance"].baseline > 0


def test_clusters_of_rows_without_classes_are_judged_by_what_they_explain() -> None:
    split = Split(*(part and part.without_targets() for part in SPLIT))
    assert names(["clustering"], split.test) == ["explained_variance"]
    assert list(measure(Mirror(split), ["clustering"], split, split.test)) == ["explained_variance"]


def test_guess_at_a_density_is_a_normal_distribution_a_feature() -> None:
    stats = pytest.importorskip("scipy.stats")
    found = measure(Mirror(SPLIT), ["density"], SPLIT, SPLIT.test)["log_likelihood"]
    train = SPLIT.train.inputs
    expected = stats.norm(train.mean(axis=0), train.std(axis=0)).logpdf(SPLIT.test.inputs)
    assert found.baseline == pytest.approx(expected.sum(axis=1).mean())
    flat = Split(DataSet("flat", "unlabelled", np.ones((4, 1)), None, ("a",)), None, SPLIT.test)
    assert measure(Mirror(SPLIT), ["density"], flat, SPLIT.test)["log_likelihood"].baseline is None


def test_as_many_samples_as_rows_that_taught_are_judged_by_their_energy_distance() -> None:
    class Zeros(Mirror):
        def sample(self, count: int, generator: np.random.Generator) -> np.ndarray:
            return np.zeros((count, 2))

    found = measure(Zeros(SPLIT), ["generation"], SPLIT, SPLIT.test)["energy_distance"]
    expected = energy_distance(np.zeros((30, 2)), SPLIT.test.inputs)
    assert found.value == pytest.approx(expected)
    assert found == measure(Zeros(SPLIT), ["generation"], SPLIT, SPLIT.test)["energy_distance"]


def test_every_task_has_metrics_and_every_metric_a_task() -> None:
    assert METRICS_OF.keys() == TASKS.keys()
    assert {name for found in METRICS_OF.values() for name in found} == METRICS.keys()


def test_predictions_too_large_to_square_are_infinitely_wrong_without_a_warning() -> None:
    split = find_data_set("noisy-curve").split()

    class Far:
        def predict(self, inputs: np.ndarray) -> np.ndarray:
            return np.full(len(inputs), 1e200)

    found = measure(Far(), ["regression"], split, split.test)
    assert found["root_mean_squared_error"].value == np.inf
    score = DataScore(found, 80, 0, 20)
    assert "inf" in score.lines()[1]


def test_score_is_what_was_written_down() -> None:
    score = DataScore.of(Knowing(SPLIT.test), ["classification"], SPLIT)
    assert (score.headline, score.train, score.validation, score.test) == ("accuracy", 30, 0, 15)
    assert DataScore.read(score.summary()) == score and score.sound
    validated = DataScore.of(
        Knowing(SPLIT.test), ["classification"], SPLIT._replace(validation=SPLIT.test)
    )
    assert validated.watched == "validation" and score.watched == "test"


def test_report_says_what_the_numbers_beside_are() -> None:
    split = find_data_set("noisy-curve").split(validation=0.1)
    head, error, share, told = DataScore.of(Knowing(split.test), ["regression"], split).lines()
    parts, words = head.split()[:9], head.split()[9:]
    assert " ".join(parts) == "70 training rows, 10 validation rows, 20 test rows"
    assert " ".join(words) == "learner baseline best"
    assert error.split()[-3] == "0" and error.split()[-1] == "0.2"
    assert share.split()[-2] == "1"
    assert told == "  (baseline: the mean; best possible value, on average: the noise)"
