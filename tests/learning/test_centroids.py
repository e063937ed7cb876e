import numpy as np
import pytest

from spielfeld.learning import SGD, Batch, Centroids, GradientLearner, SquaredError


def far_blobs(seed: int = 0, offset: float = 0.0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    middles = np.array([[0.0, 0], [4, 0], [0, 4]])
    return middles[generator.integers(3, size=200)] + generator.normal(size=(200, 2)) + offset


class KMeans(GradientLearner):
    """A step of n / n_k for each row, or 1 / n_k where n_k counts all rows so far."""

    def __init__(self, start: np.ndarray, online: bool) -> None:
        self.function, self.loss, self.optimizer = Centroids(start), SquaredError(), SGD()
        self.counts, self.online = np.zeros(len(start)), online

    def step_size(self, batch: Batch) -> np.ndarray:
        nearest = self.function.assign(batch.inputs)
        counts = np.bincount(nearest, minlength=len(self.counts))
        self.counts = self.counts + counts if self.online else counts
        return len(batch) / self.counts[nearest]


def test_a_step_of_n_over_nk_is_lloyds_iteration() -> None:
    inputs = far_blobs()
    learner, centroids = KMeans(inputs[:3], online=False), inputs[:3].copy()
    for _ in range(5):
        learner.step(Batch(inputs, inputs))
        squares = ((inputs[:, None] - centroids) ** 2).sum(axis=2)
        nearest = squares.argmin(axis=1)
        centroids = np.stack([inputs[nearest == k].mean(axis=0) for k in range(3)])
        assert learner.function.parameters["centroids"] == pytest.approx(centroids, abs=1e-13)
    assert not np.allclose(centroids, inputs[:3])


def test_a_step_of_1_over_nk_row_by_row_keeps_each_centroid_the_mean_of_its_rows() -> None:
    inputs = far_blobs(1)
    learner, owned = KMeans(inputs[:3], online=True), [[], [], []]
    for row in inputs[:60]:
        owned[learner.function.assign(row[None])[0]].append(row)
        learner.step(Batch(row[None], row[None]))
    for centroid, rows in zip(learner.function.parameters["centroids"], owned, strict=True):
        assert centroid == pytest.approx(np.mean(rows, axis=0), abs=1e-13)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_the_nearest_is_nearest_however_far_the_origin(offset: float) -> None:
    inputs = far_blobs(2, offset)
    function = Centroids(far_blobs(3, offset)[:20])
    squares = ((inputs[:, None] - function.parameters["centroids"]) ** 2).sum(axis=2)
    assert np.array_equal(function.assign(inputs), squares.argmin(axis=1))


def test_of_equally_near_centroids_the_first_is_predicted() -> None:
    assert Centroids([[1.0], [-1.0], [1.0]]).assign(np.array([[0.0], [2.0]])).tolist() == [0, 0]


def test_the_start_is_copied() -> None:
    start = np.ones((2, 3))
    Centroids(start).parameters["centroids"][...] = 5
    assert (start == 1).all()


@pytest.mark.parametrize("start", [[1.0, 2.0], np.zeros((0, 2))])
def test_centroids_that_are_no_table_are_refused(start: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"Centroids need \[centroids, features\], not \("):
        Centroids(start)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rows of 2 features, not shape \(1, 3\)\."):
        Centroids(np.zeros((4, 2)))(np.zeros((1, 3)))
