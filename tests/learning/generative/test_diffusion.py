import numpy as np
import pytest

from spielfeld.learning import Batch
from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.generative import Diffusion, DiffusionConfig, NoisePredictor
from spielfeld.learning.generative.diffusion import evenly, hidden_in_noise, noise_in
from spielfeld.learning.two_sample import two_sample_test

MOONS = find_data_set("two-moons", rows=300)
SMALL = DiffusionConfig(hidden=(16,), batch_size=64)
RIGHT = np.pi / 2


class Bell(NoisePredictor):
    """The exact answer where rows are normal with variance 1: the linear guess is all there is."""

    def __init__(self) -> None:
        super().__init__(2, (3,), np.random.default_rng(0))
        for parameter in self.parameters.values():
            parameter[...] = 0


def same_state(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[key], other[key]) for key in one)


def test_hiding_turns_a_row_into_noise_by_hand() -> None:
    rows, noise = np.array([[3.0, -1.0]] * 3), np.array([[10.0, 20.0]] * 3)
    angle = np.array([[0.0], [np.arctan2(3, 4)], [RIGHT]])  # cosine 4/5, sine 3/5
    hidden = hidden_in_noise(rows, noise, angle)
    assert hidden[:, :2] == pytest.approx(np.array([[3, -1], [8.4, 11.2], [10, 20]]))
    assert np.array_equal(hidden[:, 2:], angle)


def test_noise_hides_rows_without_changing_their_variance() -> None:
    learner, generator = Diffusion(SMALL), np.random.default_rng(0)
    rows = generator.normal(size=(40_000, 2))
    batch = learner.noised(Batch(rows, rows), generator)
    assert batch.inputs[:, :2].var(axis=0) == pytest.approx(np.ones(2), abs=0.03)
    assert batch.targets.var(axis=0) == pytest.approx(np.ones(2), abs=0.03)
    assert (batch.inputs[:, 2] >= 0).all() and (batch.inputs[:, 2] <= RIGHT).all()


def test_network_without_weights_makes_the_best_linear_guess() -> None:
    points = np.array([[2.0, -6.0]])
    # a point = row + 3 noise has variance 10, of which 9 are noise: noise is 9/10 of it, in threes
    assert noise_in(Bell(), points, 3.0) == pytest.approx(points * 0.3)


def test_drawing_by_the_exact_noise_gives_the_exact_distribution() -> None:
    learner = Diffusion(DiffusionConfig(drawing_steps=200))
    learner.learn(MOONS, 0)
    learner.optimizer.average = Bell().parameters
    learner.function = Bell()
    drawn = learner.measures["inputs"](learner.sample(4_000, np.random.default_rng(1)))
    assert drawn.mean(axis=0) == pytest.approx(np.zeros(2), abs=0.06)
    assert drawn.std(axis=0) == pytest.approx(np.ones(2), abs=0.06)


def test_drawing_begins_with_noise_of_the_spread_of_the_data_and_ends_with_the_samples() -> None:
    learner = Diffusion(SMALL)
    learner.learn(MOONS, 640)
    stages = list(learner.drawing(2_000, np.random.default_rng(2)))
    assert len(stages) == 51 and all(stage.shape == (2_000, 2) for stage in stages)
    first = learner.measures["inputs"](stages[0])
    assert first.std(axis=0) == pytest.approx(np.ones(2), abs=0.1)
    assert np.array_equal(stages[-1], learner.sample(2_000, np.random.default_rng(2)))


def test_prediction_takes_noise_away_and_is_pure() -> None:
    learner = Diffusion(DiffusionConfig(hidden=(64, 64), denoised_level=0.5), seed=1)
    circles = find_data_set("circles", rows=1000, noise=0.0)
    learner.learn(circles, 100_000)
    generator, before = np.random.default_rng(3), learner.state()
    size = learner.measures["inputs"].scale[0]
    noisy = circles.inputs + 0.5 * size * generator.normal(size=circles.inputs.shape)
    cleaned = learner.predict(noisy)
    errors = [np.square(rows - circles.inputs).mean() for rows in (noisy, cleaned)]
    assert errors[1] < 0.8 * errors[0]
    assert same_state(learner.state(), before)
    exact = Diffusion(DiffusionConfig(denoised_level=0.0))
    exact.learn(circles, 100)
    assert exact.predict(noisy) == pytest.approx(noisy)


def test_units_and_labels_of_the_data_do_not_matter() -> None:
    wide = DataSet("wide", "unlabelled", MOONS.inputs * 1024 + 7, feature_names=("a", "b"))
    one, other = Diffusion(SMALL, seed=1), Diffusion(SMALL, seed=1)
    one.learn(MOONS, 1_000)
    other.learn(wide, 1_000)
    drawn = [learner.sample(50, np.random.default_rng(4)) for learner in (one, other)]
    assert drawn[1] == pytest.approx(drawn[0] * 1024 + 7, rel=1e-4, abs=0.1)


def test_batches_of_an_epoch_are_of_one_size() -> None:
    learner = Diffusion(DiffusionConfig(hidden=(8,), batch_size=128))
    history = learner.learn(MOONS, 600)  # 300 rows: 3 batches of 100, not 128, 128 and 44
    assert history["samples"].tolist() == [100, 200, 300, 400, 500, 600]
    assert [evenly(rows, 128) for rows in (1, 128, 129, 256)] == [1, 128, 65, 128]


def test_samples_come_from_the_average_of_the_parameters() -> None:
    learner = Diffusion(SMALL)
    learner.learn(MOONS, 5_000)
    ours = learner.predictor.parameters["weights0"]
    assert not np.array_equal(ours, learner.function.parameters["weights0"])
    for parameter in learner.function.parameters.values():
        parameter[...] = np.nan
    assert np.isfinite(learner.sample(10, np.random.default_rng(0))).all()


def test_mistakes_are_answered_in_a_sentence() -> None:
    learner = Diffusion(SMALL)
    for ask in (
        lambda: learner.predict(MOONS.inputs),
        lambda: learner.sample(3, np.random.default_rng(0)),
    ):
        with pytest.raises(ValueError, match="call learn first"):
            ask()
    with pytest.raises(ValueError, match=r"Diffusion .*'ratings'"):
        learner.learn(find_data_set("ratings"), 100)
    learner.learn(MOONS, 0)
    with pytest.raises(ValueError, match="-1 rows cannot be drawn"):
        learner.sample(-1, np.random.default_rng(0))
    assert learner.sample(0, np.random.default_rng(0)).shape == (0, 2)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"average": 1.0}, "average must be at least 0 and below 1, not 1.0"),
        ({"drawing_steps": 0}, "drawing_steps must be 1 or more, not 0"),
        ({"denoised_level": -0.1}, "denoised_level must be 0 or more, not -0.1"),
        ({"batch_size": 0}, "batch_size must be 1 or more, not 0"),
    ],
)
def test_settings_out_of_range_are_refused(setting: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DiffusionConfig(**setting)


@pytest.mark.slow
def test_drawn_circles_are_not_told_from_fresh_ones_but_a_beginners_are() -> None:
    generator = np.random.default_rng(6)
    circles = find_data_set("circles", rows=3_000).split(test=2 / 3)
    fresh = np.split(circles.test.inputs, 10)  # of 200 rows
    learner, beginner = Diffusion(seed=1), Diffusion(seed=1)
    learner.learn(circles, 100_000)
    beginner.learn(circles, 1_000)
    values = [
        two_sample_test(learner.sample(200, generator), rows, generator, 99) for rows in fresh
    ]
    assert (np.array(values) > 0.05).sum() >= 8
    drawn = beginner.sample(1_000, generator)
    assert two_sample_test(drawn, circles.test.inputs[:1_000], generator, 99) == 0.01
