from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning import Batch, GradientLearner, SquaredError
from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.metrics import adjusted_rand
from spielfeld.learning.unsupervised import KMeans, KMeansConfig, k_means_plus_plus
from spielfeld.learning.unsupervised.k_means import centroid_gradient

BLOBS = find_data_set("blobs", rows=200).without_targets()


def plain(inputs: np.ndarray) -> DataSet:
    names = tuple(f"feature {k}" for k in range(inputs.shape[1]))
    return DataSet("plain", "unlabelled", inputs, feature_names=names)


def begun(data: DataSet, start: np.ndarray | None = None, **settings: int) -> KMeans:
    learner = KMeans(KMeansConfig(clusters=3 if start is None else len(start), **settings))
    learner.learn(data, 0)
    if start is not None:
        learner.function.parameters["centroids"][...] = start
    return learner


class ByGradient(KMeans):
    """The same, by the step that all learners take: function, loss, gradient, a rate a row."""

    step = GradientLearner.step

    def record(self, batch: Batch, prediction: np.ndarray) -> None:
        pass

    def step_size(self, batch: Batch) -> np.ndarray:
        nearest = self.function.assign(batch.inputs)
        counts = np.bincount(nearest, minlength=len(self.counts))
        self.counts = self.counts * (self.config.batch_size > 0) + counts
        return len(batch) / self.counts[nearest]


@pytest.mark.uncompiled
@pytest.mark.parametrize("batch_size", [0, 1, 16])
def test_k_means_is_descent_by_a_step_of_n_over_nk(batch_size: int) -> None:
    config = KMeansConfig(batch_size=batch_size, starts=1)
    learners = [KMeans(config, seed=4), ByGradient(config, seed=4)]
    for learner in learners:
        learner.learn(BLOBS, 1_000)
    one, other = (learner.function.parameters["centroids"] for learner in learners)
    assert one == pytest.approx(other, abs=1e-12)


@pytest.mark.uncompiled
def test_all_rows_at_once_is_lloyds_iteration() -> None:
    start = BLOBS.inputs[:3]
    learner, centroids = begun(BLOBS, start), start.copy()
    for _ in range(4):
        squares = ((BLOBS.inputs[:, None] - centroids) ** 2).sum(axis=2)
        nearest = squares.argmin(axis=1)
        history = learner.learn(BLOBS, len(BLOBS))
        assert history["loss"] == pytest.approx([squares.min(axis=1).mean() / 2])
        centroids = np.stack([BLOBS.inputs[nearest == k].mean(axis=0) for k in range(3)])
        assert learner.centroids == pytest.approx(centroids, abs=1e-12)


@pytest.mark.uncompiled
def test_row_by_row_each_centroid_is_the_running_mean_of_its_rows() -> None:
    learner, owned = begun(BLOBS, batch_size=1), [[], [], []]
    for row in BLOBS.inputs[:60]:
        owned[learner.assign(row[None])[0]].append(row)
        learner.step(Batch(row[None], row[None]))
    for centroid, rows in zip(learner.centroids, owned, strict=True):
        assert centroid == pytest.approx(np.mean(rows, axis=0), abs=1e-12)


@pytest.mark.uncompiled
@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("rows", [1, 511, 513, 1100])
def test_pull_is_the_gradient_of_the_squared_error(offset: float, rows: int) -> None:
    generator = np.random.default_rng(rows)
    inputs = generator.normal(offset, 1, (rows, 3))
    centroids = generator.normal(offset, 1, (7, 3))
    seen, apart = centroid_gradient(inputs, centroids), inputs[:, None] - centroids
    nearest = (apart**2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(seen.nearest, nearest)
    assert np.array_equal(seen.counts, np.bincount(nearest, minlength=7))
    errors = apart[np.arange(rows), nearest]
    assert seen.squares == pytest.approx((errors**2).sum(axis=0), rel=1e-12 + offset * 1e-15)
    for k in range(7):
        own = errors[nearest == k].sum(axis=0)
        assert seen.errors[k] == pytest.approx(own, abs=1e-11 + offset * 1e-13)


def test_of_equally_near_centroids_the_first_gets_the_row() -> None:
    centroids = np.array([[1.0], [-1.0], [1.0]])
    assert centroid_gradient(np.array([[0.0], [2.0]]), centroids).nearest.tolist() == [0, 0]


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_from_the_same_start_labels_are_those_of_scikit_learn(name: str) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    data = find_data_set(name).without_targets()
    for seed, iterations in ((0, 3), (1, 300)):
        start = k_means_plus_plus(data.inputs, 8, np.random.default_rng(seed))
        learner = begun(data, start, starts=1)
        learner.learn(data, iterations * len(data))
        settings = {"n_init": 1, "max_iter": iterations, "tol": 0, "algorithm": "lloyd"}
        peer = cluster.KMeans(8, init=start, **settings)
        peer.fit(data.inputs)
        assert learner.centroids == pytest.approx(peer.cluster_centers_, abs=1e-9)
        assert np.array_equal(learner.assign(data.inputs), peer.labels_)


@pytest.mark.parametrize("seed", range(5))
def test_iris_in_three(seed: int) -> None:
    pytest.importorskip("sklearn")
    data = find_data_set("iris")
    learner = KMeans(seed=seed)
    learner.learn(data, 100 * len(data))
    labels = learner.assign(data.inputs)
    squares = np.square(data.inputs - learner.predict(data.inputs)).sum()
    assert squares == pytest.approx(78.8514, abs=5e-5)
    assert sorted(np.bincount(labels).tolist()) == [38, 50, 62]
    assert adjusted_rand(labels, data.targets) == pytest.approx(0.7302, abs=5e-5)


def test_the_best_start_is_kept() -> None:
    data = plain(np.random.default_rng(0).normal(size=(300, 2)))
    config = KMeansConfig(clusters=12, starts=6)
    learner = KMeans(config, seed=1)
    best = np.inf
    for _ in range(300):
        loss = learner.learn(data, 300)["loss"][0]
        best = min(best, loss)
        reached = np.square(data.inputs - learner.predict(data.inputs)).sum() / 600
        assert reached <= best + 1e-12
    alone = KMeans(replace(config, starts=1), seed=1)
    alone.learn(data, 300 * 300)
    assert reached < np.square(data.inputs - alone.predict(data.inputs)).sum() / 600


def test_going_to_rest_takes_no_more_steps_than_it_may() -> None:
    hasty, patient = begun(BLOBS, starts=1), begun(BLOBS, starts=3)
    hasty.learn_to_rest(BLOBS, most=2)
    assert hasty.samples == 2 * len(BLOBS)
    patient.learn_to_rest(BLOBS)
    resting, samples = patient.centroids.copy(), patient.samples
    patient.learn_to_rest(BLOBS)
    assert patient.samples == samples
    patient.learn(BLOBS, 10 * len(BLOBS))
    assert patient.centroids == pytest.approx(resting, abs=1e-12)


def test_in_mini_batches_the_best_of_the_starts_is_taken() -> None:
    def loss_of(starts: int) -> float:
        learner = KMeans(KMeansConfig(clusters=12, batch_size=8, starts=starts), seed=2)
        learner.learn(BLOBS, 0)
        return learner.cost(BLOBS.inputs)

    assert loss_of(20) < loss_of(1)


@pytest.mark.uncompiled
def test_an_empty_cluster_gets_the_farthest_row() -> None:
    inputs = np.array([[0.0], [1.0], [2.0], [10.0]])
    learner = begun(plain(inputs), np.array([[1.0], [100.0], [200.0]]), starts=1)
    learner.learn(plain(inputs), 4)
    assert learner.centroids.tolist() == [[1.5], [10.0], [0.0]]


def test_an_empty_cluster_in_mini_batches_stays_where_it_is() -> None:
    data = plain(np.array([[0.0], [1.0]]))
    learner = begun(data, np.array([[0.5], [100.0]]), batch_size=1)
    learner.learn(data, 20)
    assert learner.centroids[1] == 100 and 0 < learner.centroids[0] < 1


def test_as_many_clusters_as_rows_and_equal_rows_are_fine() -> None:
    for inputs in (np.eye(3), np.ones((5, 2))):
        learner = KMeans(seed=1)
        learner.learn(plain(inputs), 100)
        assert learner.predict(inputs) == pytest.approx(inputs)


def test_starts_are_rows_and_spread_over_all_clouds() -> None:
    middles = np.array([[0.0, 0], [100, 0], [0, 100], [100, 100]])
    inputs = np.repeat(middles, 25, axis=0) + np.random.default_rng(0).normal(size=(100, 2))
    for seed in range(20):
        start = k_means_plus_plus(inputs, 4, np.random.default_rng(seed))
        assert all((row == inputs).all(axis=1).any() for row in start)
        assert len({(x > 50, y > 50) for x, y in start}) == 4


def test_targets_teach_nothing() -> None:
    data = find_data_set("blobs", rows=100)
    learners = KMeans(seed=1), KMeans(seed=1)
    for learner, rows in zip(learners, (data, data.without_targets()), strict=True):
        learner.learn(Split(rows, None, rows.take(slice(5))), 500)
    one, other = (learner.centroids for learner in learners)
    assert np.array_equal(one, other)


def test_predictions_are_in_the_units_of_the_inputs() -> None:
    wide = replace(BLOBS, inputs=BLOBS.inputs * [1000, 0.1] - 5)
    learner = begun(wide, standardise=True)
    learner.learn(wide, 1_000)
    near = np.square((wide.inputs - learner.predict(wide.inputs)) / wide.inputs.std(axis=0)).sum()
    assert near == pytest.approx(learner.cost(learner.scaled(wide).inputs) * 2 * len(wide))
    assert np.array_equal(
        learner.centroids[learner.assign(wide.inputs)], learner.predict(wide.inputs)
    )


def test_the_loss_is_what_squared_error_says() -> None:
    learner = begun(BLOBS)
    expected = SquaredError().value(learner.predict(BLOBS.inputs), BLOBS.inputs)
    assert learner.cost(BLOBS.inputs) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["clusters", "batch_size", "starts"])
def test_settings_out_of_range_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be . or more, not -1"):
        KMeansConfig(**{name: -1})


def test_what_cannot_be_learned_is_said_in_a_sentence() -> None:
    with pytest.raises(
        ValueError, match="3 clusters need as many rows, but data set 'plain' has 2"
    ):
        KMeans().learn(plain(np.eye(2)), 10)
    with pytest.raises(ValueError, match="'ratings' is for ratings: users and items are names"):
        KMeans().learn(find_data_set("ratings"), 10)
    for look in (KMeans().predict, KMeans().assign):
        with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
            look(BLOBS.inputs)
    with pytest.raises(ValueError, match="nothing to predict with yet"):
        _ = KMeans().centroids
    with pytest.raises(ValueError, match=r"shape \[rows, 2\], not \(2, 3\)"):
        begun(BLOBS).assign(np.zeros((2, 3)))
    learner = KMeans()
    learner.restore({}, BLOBS)
    assert learner.state() == {} and learner.samples == 0
