import numpy as np
import pytest

from spielfeld.learning import SGD, Batch, EmbeddingDot, GradientLearner, Rows, SquaredError


def small() -> EmbeddingDot:
    function = EmbeddingDot(3, 2, 2, np.random.default_rng(0), mean=3.0)
    function.parameters["users"][...] = [[1, 0], [0, 1], [2, 2]]
    function.parameters["items"][...] = [[1, 2], [3, 4]]
    function.parameters["user_bias"][...] = [0.1, 0.2, 0.3]
    function.parameters["item_bias"][...] = [13, 23]
    return function


def test_ratings_by_hand() -> None:
    # .1 + 13 + (1, 0).(1, 2), and so on
    assert small()(np.array([0, 2])) == pytest.approx(
        np.array([[14.1, 26.1], [3.3 + 10 + 6, 3.3 + 20 + 14]])
    )
    assert small()(np.array([0, 2]), np.array([1, 0])) == pytest.approx([26.1, 19.3])


def test_a_rating_touches_its_own_user_and_item_alone() -> None:
    function, before = small(), small().parameters
    gradient = function.gradient(np.array([1, 1]), np.array([1.0, 1.0]), np.array([0, 0]))
    assert all(isinstance(gradient[name], Rows) for name in before)
    SGD(0.1).step(function.parameters, gradient)
    moved = {k: function.parameters[k] - before[k] for k in before}
    assert moved["users"] == pytest.approx(np.array([[0, 0], [-0.2, -0.4], [0, 0]]))
    assert moved["items"] == pytest.approx(np.array([[0, -0.2], [0, 0]]))
    assert moved["user_bias"] == pytest.approx([0, -0.2, 0])
    assert moved["item_bias"] == pytest.approx([-0.2, 0])


def test_ratings_never_seen_are_predicted_from_those_that_were() -> None:
    generator = np.random.default_rng(1)
    truth = np.outer(generator.normal(size=20), generator.normal(size=15)) + 3  # of rank 1
    seen = generator.random(truth.shape) < 0.6
    users, items = np.nonzero(seen)
    learner = GradientLearner()
    learner.function = EmbeddingDot(20, 15, 1, generator, mean=3.0)
    learner.loss, learner.optimizer = SquaredError(), SGD(5.0)
    for _ in range(2000):
        learner.step(Batch(users, truth[seen], select=items))
    error = (learner.predict(np.arange(20)) - truth)[~seen]
    assert np.sqrt((error**2).mean()) < 0.05 * truth[~seen].std()
