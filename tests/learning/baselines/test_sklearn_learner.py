import sys
from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments import run as runs
from spielfeld.experiments.registry import LEARNERS, find_learner
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning.data_sets import find_data_set
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.metrics import accuracy
from spielfeld.learning.supervised import LogisticRegression, LogisticRegressionConfig
from spielfeld.learning.supervised.least_squares import least_squares, ridge
from spielfeld.learning.unsupervised import GaussianMixture, KMeans, PrincipalComponents

pytest.importorskip("sklearn")
SKLEARN = [name for name in LEARNERS if name.startswith("sklearn-")]
FAST = {
    "sklearn-random-forest": {"n_estimators": 5},
    "sklearn-gradient-boosting": {"n_estimators": 5},
    "sklearn-neural-network": {"max_iter": 20},
}


def learner(name: str, seed: int = 0, **settings):
    learner_class = find_learner(name)
    return learner_class(learner_class.config_class(**FAST.get(name, {}) | settings), seed)


def data_for(name: str) -> DataSet:
    numbers = find_learner(name).tasks == ("regression",)
    return find_data_set("diabetes" if numbers else "iris")


def folds(data: DataSet, count: int = 5):
    """Pairs of training and test rows, as `StratifiedKFold(count)` deals them."""
    from sklearn.model_selection import StratifiedKFold

    for train, test in StratifiedKFold(count).split(data.inputs, data.targets):
        yield data.take(train), data.take(test)


def cross_validated(name: str, data: DataSet, **settings) -> float:
    scores = []
    for train, test in folds(data):
        one = find_learner(name)
        one = one(one.config_class(**settings), 0)
        one.learn(train, len(train))
        scores.append(accuracy(one.predict(test.inputs), test.targets))
    return float(np.mean(scores))


@pytest.mark.parametrize("name", SKLEARN)
def test_predictions_have_the_shape_of_their_task_and_change_nothing(name: str) -> None:
    data = data_for(name)
    one = learner(name)
    one.learn(data, 0)
    with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
        one.predict(data.inputs)
    one.learn(data, 1_000_000)
    shape = {"classification": (150, 3), "regression": (442,)}.get(one.tasks[0], (150, 4))
    assert one.predict(data.inputs).shape == shape
    assert np.array_equal(one.predict(data.inputs), one.predict(data.inputs))
    assert one.predict(data.inputs).dtype == np.float64
    if one.tasks[0] == "classification":
        assert one.predict(data.inputs).sum(axis=1) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"Expected inputs of shape \[rows, "):
        one.predict(np.zeros((2, 7)))


@pytest.mark.parametrize(
    "name", [name for name in SKLEARN if len(find_learner(name).estimators) == 2]
)
def test_kind_of_the_data_chooses_between_classes_and_numbers(name: str) -> None:
    numbers, classes = learner(name), learner(name)
    numbers.learn(find_data_set("noisy-curve"), 100)
    classes.learn(find_data_set("two-moons", rows=100), 100)
    assert numbers.predict(np.zeros((4, 1))).shape == (4,)
    assert classes.predict(np.zeros((4, 2))).shape == (4, 2)


def test_few_rows_are_drawn_by_the_seed_and_a_class_that_is_missing_gets_nothing() -> None:
    data = find_data_set("iris")
    some = [learner("sklearn-tree", seed) for seed in (1, 1, 2)]
    for one in some:
        one.learn(data, 2)
    first, same, other = (one.predict(data.inputs) for one in some)
    assert np.array_equal(first, same) and not np.array_equal(first, other)
    drawn = data.targets[np.random.default_rng(1).permutation(150)[:2]]
    missing = sorted({0, 1, 2} - set(drawn.tolist()))
    assert missing and not first[:, missing].any()


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("sklearn-linear", "iris", "SklearnLinear learns from data for regression, but"),
        ("sklearn-logistic", "diabetes", "SklearnLogistic learns from data for classification"),
        ("sklearn-svm", "ratings", "'ratings' is for ratings"),
        ("sklearn-k-means", "ratings", "'ratings' is for ratings"),
    ],
)
def test_other_kinds_of_data_are_refused(name: str, source: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        learner(name).learn(find_data_set(source), 10)


def test_other_rows_than_those_of_the_beginning_are_refused() -> None:
    one = learner("sklearn-tree")
    one.learn(find_data_set("iris"), 10)
    with pytest.raises(ValueError, match="This learner began with 150 rows"):
        one.learn(find_data_set("wine"), 10)


def test_fit_of_another_version_is_refused() -> None:
    state = {"samples": 10, "library_version": "0.1"}
    with pytest.raises(ValueError, match=r"'library_version' differs .*'0\.1' is not .* version"):
        learner("sklearn-tree").restore(state, find_data_set("iris"))


def test_setting_that_cannot_be_is_refused_before_anything_is_fitted() -> None:
    with pytest.raises(ValueError, match="'C' parameter of SVC must be a float in the range"):
        learner("sklearn-svm", C=-1.0).learn(find_data_set("iris"), 10)


def test_without_the_library_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    data = find_data_set("two-moons", rows=20)
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(ImportError, match=r"SVC comes with scikit-learn, which is not installed"):
        learner("sklearn-svm").learn(data, 10)
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(ImportError, match=r"This model comes with scikit-learn, which is not"):
        learner("sklearn-svm").restore({"samples": 10, "library_version": "1.5"}, data)


# What was published.


def test_support_vector_machine_reaches_the_published_score_on_digits() -> None:
    data = find_data_set("digits")
    half = len(data) // 2
    one = learner("sklearn-svm", gamma=0.001, standardise=False)
    one.learn(data.take(slice(None, half)), half)
    rest = data.take(slice(half, None))
    assert accuracy(one.predict(rest.inputs), rest.targets) == pytest.approx(0.9689, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "published"), [("sklearn-random-forest", 0.963), ("sklearn-tree", 0.917)]
)
def test_trees_reach_the_published_scores_on_breast_cancer(name: str, published: float) -> None:
    assert cross_validated(name, find_data_set("breast-cancer")) == pytest.approx(
        published, abs=0.005
    )


@pytest.mark.parametrize(
    ("source", "settings", "published"),
    [("iris", {"standardise": False}, 0.9733), ("breast-cancer", {}, 0.9807)],
)
def test_logistic_regression_reaches_the_published_scores(source, settings, published) -> None:
    score = cross_validated("sklearn-logistic", find_data_set(source), **settings)
    assert score == pytest.approx(published, abs=5e-5)


# The library called directly, and ours beside it.


def test_wrapped_numbers_are_the_librarys_and_ours() -> None:
    from sklearn.linear_model import LinearRegression, Ridge

    data = find_data_set("diabetes")
    inputs, targets = data.inputs, data.targets
    for name, theirs, ours in (
        ("sklearn-linear", LinearRegression(), least_squares(inputs, targets)),
        ("sklearn-ridge", Ridge(alpha=1.0), ridge(inputs, targets, 1.0)),
    ):
        one = learner(name)
        one.learn(data, len(data))
        assert np.array_equal(one.predict(inputs), theirs.fit(inputs, targets).predict(inputs))
        assert one.predict(inputs) == pytest.approx(inputs @ ours[0] + ours[1], rel=1e-9)


def test_wrapped_logistic_regression_is_the_librarys_and_ours() -> None:
    from sklearn.linear_model import LogisticRegression as Theirs

    data = find_data_set("iris")
    wrapped = learner("sklearn-logistic", standardise=False, tol=1e-8)
    wrapped.learn(data, len(data))
    theirs = Theirs(tol=1e-8, max_iter=10_000).fit(data.inputs, data.targets)
    assert np.array_equal(wrapped.predict(data.inputs), theirs.predict_proba(data.inputs))
    config = LogisticRegressionConfig(
        learning_rate=0.2, batch_size=150, optimizer="momentum", standardise=True
    )
    ours = LogisticRegression(config)
    ours.learn(data, 150 * 3_000)
    scaled = learner("sklearn-logistic", tol=1e-8)
    scaled.learn(data, len(data))
    assert ours.predict(data.inputs) == pytest.approx(scaled.predict(data.inputs), abs=1e-5)


def test_wrapped_unsupervised_methods_are_the_librarys() -> None:
    from sklearn.cluster import KMeans as Theirs
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture as Mixture

    data = find_data_set("iris")
    names = ("sklearn-k-means", "sklearn-pca", "sklearn-mixture")
    clusters, plane, mixture = (learner(name, 5) for name in names)
    for one in (clusters, plane, mixture):
        one.learn(data, len(data))
    centroids = Theirs(3, n_init=10, random_state=5).fit(data.inputs)
    assert np.array_equal(clusters.assign(data.inputs), centroids.labels_)
    assert centroids.inertia_ == pytest.approx(78.8514, abs=5e-5)
    assert np.square(clusters.predict(data.inputs) - data.inputs).sum() == pytest.approx(78.8514)
    theirs = PCA(2, random_state=5).fit(data.inputs)
    points = theirs.inverse_transform(theirs.transform(data.inputs))
    assert np.array_equal(plane.predict(data.inputs), points)
    normal = Mixture(3, n_init=3, random_state=5, max_iter=1_000).fit(data.inputs)
    assert np.array_equal(mixture.log_likelihood(data.inputs), normal.score_samples(data.inputs))
    assert np.array_equal(mixture.predict(data.inputs), normal.means_[normal.predict(data.inputs)])


@pytest.mark.parametrize(
    ("name", "ours", "closeness"),
    [("sklearn-k-means", KMeans, 1e-9), ("sklearn-pca", PrincipalComponents, 1e-9)],
)
def test_wrapped_and_our_own_methods_find_the_same(name, ours, closeness) -> None:
    data = find_data_set("iris")
    theirs, own = learner(name), ours()
    for one in (theirs, own):
        one.learn(data, 100 * len(data))
    assert own.predict(data.inputs) == pytest.approx(theirs.predict(data.inputs), abs=closeness)


def test_wrapped_and_our_own_mixture_find_equally_likely_ones() -> None:
    data = find_data_set("iris")
    theirs, own = learner("sklearn-mixture"), GaussianMixture()
    for one in (theirs, own):
        one.learn(data, 300 * len(data))
    likelihoods = [one.log_likelihood(data.inputs).mean() for one in (theirs, own)]
    assert likelihoods[0] == pytest.approx(likelihoods[1], abs=2e-3)  # theirs stops at 1e-3


@pytest.mark.parametrize("name", ["sklearn-svm", "sklearn-random-forest", "sklearn-mixture"])
def test_run_that_is_loaded_predicts_the_same(name: str, tmp_path: Path) -> None:
    spec = RunSpec(name, "iris", 120, 3, FAST.get(name, {}))
    run = runs.train(spec, tmp_path)
    loaded, split = run.learner, run.source
    direct = learner(name, 3)
    direct.learn(split, 120)
    inputs = split.test.inputs
    assert np.array_equal(loaded.predict(inputs), direct.predict(inputs))
    assert runs.Run.load(run.directory).learner.samples == 120


def test_samples_of_the_mixture_come_from_the_given_generator_and_scatter_as_it_says() -> None:
    data = find_data_set("iris")
    one = learner("sklearn-mixture")
    one.learn(data, len(data))
    rows, same, other = (one.sample(4_000, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(rows, same) and not np.array_equal(rows, other)
    assert rows.shape == (4_000, 4)
    error = rows.mean(axis=0) - data.inputs.mean(axis=0)
    assert (np.abs(error) < 5 * rows.std(axis=0) / np.sqrt(4_000)).all()
    halves = rows[:2_000].mean(axis=0) - rows[2_000:].mean(axis=0)  # in no order
    assert (np.abs(halves) < 5 * rows.std(axis=0) / np.sqrt(1_000)).all()
