import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.supervised.recommender import Recommender, RecommenderConfig

SMALL = find_data_set("ratings", users=30, items=20, seed=1)
FALLING = {"learning_rate": 0.1, "schedule": "linear", "schedule_samples": 1_000_000}


def error(learner: Recommender, rows: DataSet) -> float:
    return float(np.sqrt(np.square(learner.predict(rows.inputs) - rows.targets).mean()))


def learned(data: DataSet = SMALL, samples: int = 5_000, **settings) -> Recommender:
    learner = Recommender(RecommenderConfig(**settings), seed=1)
    learner.learn(data, samples)
    return learner


@pytest.mark.slow
def test_error_on_ratings_held_back_is_within_five_percent_of_the_noise() -> None:
    shares, biases, means = [], [], []
    for seed in range(10):
        data = find_data_set("ratings", seed=seed)
        split = data.split(test=0.2, seed=seed)
        learner = Recommender(RecommenderConfig(**FALLING), seed=seed)
        learner.learn(split, 1_000_000)
        shares.append(error(learner, split.test) / data.noise)
        plain = Recommender(RecommenderConfig(dimensions=0), seed=seed)
        plain.learn(split, 200_000)
        biases.append(error(plain, split.test) / data.noise)
        means.append(split.test.targets.std() / data.noise)
    assert max(shares) < 1.05
    assert max(shares) < min(biases) and (np.array(biases) < means).all()


def test_one_step_by_hand() -> None:
    data = DataSet("two", "ratings", [[0, 0], [1, 1]], [4.0, 2.0], ("user", "item"), (), 2, 2)
    learner = Recommender(
        RecommenderConfig(
            learning_rate=0.5, batch_size=2, dimensions=1, weight_decay=0.1, standardise=False
        )
    )
    learner.learn(data, 0)
    user, item = (learner.function.parameters[name].copy() for name in ("users", "items"))
    wrong = user * item - [[4.0], [2.0]]
    learner.learn(data, 2)
    after = learner.function.parameters
    assert after["users"] == pytest.approx(user - 0.5 * (wrong * item + 0.1 * user))
    assert after["items"] == pytest.approx(item - 0.5 * (wrong * user + 0.1 * item))
    assert after["user_bias"] == pytest.approx(-0.5 * wrong[:, 0])
    assert after["item_bias"] == pytest.approx(-0.5 * wrong[:, 0])


@pytest.mark.parametrize("batch_size", [1, 10, 20, 480])
def test_one_learning_rate_suits_all_sizes_of_batches(batch_size: int) -> None:
    samples = 20_000 if batch_size < 100 else 200_000  # those share a step
    learner = learned(samples=samples, batch_size=batch_size, learning_rate=0.05)
    assert error(learner, SMALL) < 0.5 * SMALL.targets.std()


def test_unit_of_ratings_does_not_matter() -> None:
    stars = DataSet(
        "stars", "ratings", SMALL.inputs, SMALL.targets * 20 + 7, ("user", "item"), (), 30, 20
    )
    one, other = learned(), learned(stars)
    assert other.predict(SMALL.inputs) == pytest.approx(one.predict(SMALL.inputs) * 20 + 7)


def test_biases_alone_are_least_squares() -> None:
    learner = learned(samples=400_000, dimensions=0, batch_size=len(SMALL), learning_rate=0.5)
    users, items = SMALL.inputs.T
    design = np.hstack([np.eye(30)[users], np.eye(20)[items]])
    best = design @ np.linalg.lstsq(design, SMALL.targets)[0]
    assert learner.predict(SMALL.inputs) == pytest.approx(best, abs=1e-3)


def test_recommended_are_the_best_of_what_a_user_has_not_rated() -> None:
    learner = learned()
    rated = SMALL.inputs[SMALL.inputs[:, 0] == 3, 1]
    items = learner.recommend(3, count=100)
    assert sorted([*items, *rated]) == list(range(20))
    worth = learner.predict([[3, item] for item in items])
    assert (np.diff(worth) <= 0).all()
    assert np.array_equal(learner.recommend(3, count=2), items[:2])


def test_mistakes_are_answered_in_a_sentence() -> None:
    learner = Recommender()
    with pytest.raises(ValueError, match="call learn first"):
        learner.predict([[0, 0]])
    with pytest.raises(ValueError, match="learns from data for ratings"):
        learner.learn(find_data_set("blobs"), 100)
    learner.learn(SMALL, 100)
    for pair in ([0, 20], [30, 0], [-1, 0], [0.5, 0], [np.nan, 0]):
        with pytest.raises(ValueError, match="a user from 0 to 29 and an item from 0 to 19"):
            learner.predict([pair])
    with pytest.raises(ValueError, match="a user from 0 to 29"):
        learner.recommend(30)
    with pytest.raises(ValueError, match=r"shape \[rows, 2\]"):
        learner.predict([0, 1])
    with pytest.raises(ValueError, match="dimensions must be 0 or more, not -1"):
        RecommenderConfig(dimensions=-1)
    with pytest.raises(ValueError, match="only the optimizer sgd does, not 'adam'"):
        RecommenderConfig(optimizer="adam")
