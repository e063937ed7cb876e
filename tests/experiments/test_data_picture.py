import hashlib

import numpy as np
import pytest
from PIL import Image

from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.renderer import to_array
from spielfeld.experiments.data_paint import COLOURS, PALE
from spielfeld.experiments.data_panel import Panel
from spielfeld.experiments.data_picture import SIZE, STRIP, data_picture, painter
from spielfeld.experiments.show import DataShow
from spielfeld.experiments.watch import watch
from spielfeld.experiments.watch_window import watch_window
from spielfeld.history import History
from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.supervised import LinearRegression, LogisticRegression, NeuralNetwork
from spielfeld.learning.unsupervised import KMeans


class Known:
    """A learner that knows what it is told."""

    one_shot = False

    def __init__(self, tasks, predict, assign=None, sample=None):
        self.tasks, self.predict, self.assign, self.sample = (tasks,), predict, assign, sample
        self.samples = 0

    def learn(self, source, samples):
        self.samples += samples
        return History()


def ignorant(inputs):
    raise ValueError("There is nothing to predict with yet: call learn first.")


def left_or_right(inputs):
    return np.eye(2)[(np.asarray(inputs)[:, 0] > 0).astype(int)]


def plane(kind="classification") -> Split:
    corners = np.array([[-1.0, -1], [1, 1], [-1, 1], [1, -1]])
    classes = ("left", "right") if kind == "classification" else ()
    targets = {"classification": np.array([0, 1, 0, 1]), "regression": corners[:, 0]}.get(kind)
    data = DataSet("corners", kind, corners, targets, ("a", "b"), classes)
    return Split(data, None, data.take(slice(0, 1)))


def pixels(learner, split, **options) -> np.ndarray:
    return to_array(data_picture(learner, split, **options))


def digest(learner, split, **options) -> str:
    return hashlib.sha256(pixels(learner, split, **options).tobytes()).hexdigest()


def has(image: np.ndarray, colour) -> bool:
    return bool((image == np.asarray(colour, np.uint8)).all(axis=-1).any())


def pale(number: int) -> np.ndarray:
    return (255 * PALE + (1 - PALE) * COLOURS[number]).round()


def test_places_have_the_colours_of_what_is_said_there() -> None:
    image = pixels(Known("classification", left_or_right), plane(), points=False)
    middle = STRIP + (SIZE[1] - 2 * STRIP) // 2
    assert np.array_equal(image[middle, 20], pale(0))
    assert np.array_equal(image[middle, -20], pale(1))
    halves = pixels(Known("classification", lambda x: np.full((len(x), 2), 0.5)), plane())
    between = 255 * PALE + (1 - PALE) * COLOURS[:2].mean(axis=0)
    assert np.abs(halves[middle, 20].astype(float) - between).max() <= 1


def test_rows_are_dots_in_the_colours_of_their_classes_and_test_rows_have_rings() -> None:
    split = plane()
    box = pygame.Rect(0, STRIP, SIZE[0], SIZE[1] - 2 * STRIP)
    panel = Panel.around(pygame.Surface(SIZE), box, split.train.inputs)
    image = pixels(Known("classification", left_or_right), split)
    for k, (across, down) in enumerate(panel.place(split.train.inputs).round().astype(int)):
        assert np.array_equal(image[down, across], COLOURS[split.train.targets[k]])
        dark = (image[down - 6 : down + 7, across - 6 : across + 7] < 60).all(axis=-1).any()
        assert dark == (k == 0)
    bare = pixels(Known("classification", left_or_right), split, points=False)
    assert not has(bare[STRIP + 1 : -STRIP - 1], COLOURS[0])


def test_clusters_are_regions_with_their_means_marked() -> None:
    def nearest(inputs):
        return np.where(inputs[:, :1] > 0, [[1.0, 0.0]], [[-1.0, 0.0]])

    learner = Known("clustering", nearest, lambda inputs: (inputs[:, 0] > 0).astype(int))
    image = pixels(learner, plane("unlabelled"), points=False)
    assert np.array_equal(image[STRIP + 20, 20], pale(0))
    assert np.array_equal(image[STRIP + 20, -20], pale(1))
    assert (image[STRIP:-STRIP] < 40).all(axis=-1).sum() > 20  # two crosses


@pytest.mark.parametrize("kind", ["classification", "regression", "unlabelled"])
def test_where_nothing_is_known_yet_rows_are_drawn_alone(kind: str) -> None:
    task = {"unlabelled": "reconstruction"}.get(kind, kind)
    for tasks in (task, "clustering"):
        image = pixels(Known(tasks, ignorant, ignorant), plane(kind), caption="0 rows")
        assert has(image[STRIP + 1 : -STRIP - 1], (255, 255, 255))


def test_drawn_and_reconstructed_rows_stand_beside_the_given_ones() -> None:
    split = plane("unlabelled")
    red = COLOURS[1]
    for learner in (
        Known("reconstruction", lambda inputs: inputs * 0.5),
        Known("generation", lambda x: x, sample=lambda count, generator: np.zeros((count, 2))),
    ):
        assert has(pixels(learner, split), red)
    silent = Known("generation", ignorant)
    assert not has(pixels(silent, split), red)


def test_more_than_two_features_are_shown_by_what_their_rows_are_taken_for() -> None:
    inputs = np.random.default_rng(0).normal(size=(30, 5))
    truth = (inputs[:, 0] > 0).astype(int)
    data = DataSet("five", "classification", inputs, truth, tuple("abcde"), ("p", "q"))
    split = Split(data, None, data.take(slice(0, 5)))
    right, wrong = (
        pixels(Known("classification", lambda x, s=s: left_or_right(s * x)), split) for s in (1, -1)
    )
    count = [(image[STRIP:-STRIP] < 40).all(axis=-1).sum() for image in (right, wrong)]
    assert count[1] > count[0] + 100  # crosses
    assert has(right, COLOURS[0]) and has(right, COLOURS[1])
    unsure = Known("clustering", ignorant, lambda x: (x[:, 0] > 0).astype(int))
    assert has(pixels(unsure, split), COLOURS[1])


def test_rows_with_a_single_feature_lie_on_a_line() -> None:
    split = find_data_set("noisy-curve", rows=20).split(test=0.2)
    image = pixels(Known("clustering", ignorant, lambda x: (x[:, 0] > 0.5).astype(int)), split)
    middle = (image[STRIP + 1 : -STRIP - 1, 1:-1] != 255).any(axis=(1, 2)).nonzero()[0]
    assert np.ptp(middle) < 20


def test_numbers_are_a_curve_over_one_feature_and_stand_against_the_truth_over_more() -> None:
    data = find_data_set("noisy-curve", rows=30)
    split = data.split(test=0.2)
    curve = pixels(Known("regression", lambda x: np.sin(2 * np.pi * x[:, 0])), split)
    assert has(curve, COLOURS[1])
    assert not has(pixels(Known("regression", ignorant), split), COLOURS[1])
    true = digest(Known("regression", lambda x: x[:, 0]), plane("regression"))
    assert true != digest(Known("regression", lambda x: 0 * x[:, 0]), plane("regression"))
    ratings = find_data_set("ratings", users=9, items=9).split(test=0.2)
    pixels(Known("ratings", lambda x: x[:, 0] / 2), ratings)


def images(count: int) -> Split:
    names = tuple(f"pixel_{row}_{column}" for row in range(4) for column in range(4))
    rows = np.repeat(np.linspace(0, 1, count)[:, None], 16, axis=1)
    data = DataSet("images", "unlabelled", rows, feature_names=names)
    return Split(data, None, data)


def test_pixels_are_shown_as_images_with_what_becomes_of_them_below() -> None:
    split, half = images(9), (SIZE[0] // 8) // 2
    image = pixels(Known("reconstruction", lambda x: 1 - x), split).astype(int)
    for number, (line, column) in enumerate([*((0, k) for k in range(8)), (2, 0)]):
        down, across = STRIP + half * (2 * line + 1), half * (2 * column + 1)
        light = 255 * (1 - split.test.inputs[number, 0])
        assert np.abs(image[down, across] - light).max() <= 1
        assert np.abs(image[down + 2 * half, across] - (255 - light)).max() <= 1


def test_images_are_drawn_once_something_is_known() -> None:
    known = Known("generation", lambda x: x, sample=lambda count, generator: np.ones((count, 16)))
    last = STRIP + SIZE[0] - SIZE[0] // 16, SIZE[0] - SIZE[0] // 16
    assert not pixels(known, images(9))[last].any()
    assert pixels(Known("generation", ignorant), images(9))[last].all()
    assert pixels(Known("reconstruction", ignorant), images(9))[last].all()


def test_what_cannot_be_shown_is_said_in_a_sentence() -> None:
    data = find_data_set("ratings").take(slice(0, 9))
    with pytest.raises(ValueError, match="no picture of what is reconstructed from 2"):
        painter(("reconstruction",), data)
    inputs = np.zeros((3, 4))
    four = DataSet("four", "unlabelled", inputs, feature_names=tuple("abcd"))
    with pytest.raises(ValueError, match="from 4 features; expected 2"):
        DataShow(Known("reconstruction", lambda x: x), Split(four, None, four))


def test_long_names_of_classes_leave_the_legend_to_the_rest() -> None:
    names = tuple(
        f"a class with a very long name, longer than a line, number {k}" for k in range(2)
    )
    data = DataSet("long", "classification", np.eye(2), np.array([0, 1]), ("a", "b"), names)
    image = pixels(Known("classification", left_or_right), Split(data, None, data))
    assert not has(image[-STRIP:], COLOURS[1])


@pytest.mark.parametrize("learner", [NeuralNetwork, LogisticRegression])
def test_watching_does_not_change_what_is_learned(learner, tmp_path) -> None:
    split = find_data_set("two-moons", rows=60).split(test=0.2)
    watched, alone = learner(seed=1), learner(seed=1)
    history = watch(watched, split, 1_000, tmp_path / "a.gif", window=False)
    assert history == alone.learn(split, 1_000)
    assert np.array_equal(watched.predict(split.test.inputs), alone.predict(split.test.inputs))
    with Image.open(tmp_path / "a.gif") as gif:
        assert 10 < gif.n_frames <= 60 and gif.size == SIZE  # equal pictures are joined


def test_picture_is_pure() -> None:
    split = find_data_set("noisy-curve", rows=60).split(test=0.2)
    learner = LinearRegression(seed=1)
    learner.learn(split, 200)
    before = {name: np.array(one) for name, one in learner.state().items()}
    assert digest(learner, split) == digest(learner, split)
    after = learner.state()
    assert all(np.array_equal(one, after[name]) for name, one in before.items())


def test_learner_that_takes_all_rows_at_once_has_two_pictures(tmp_path) -> None:
    learner = Known("classification", left_or_right)
    learner.one_shot = True
    watch(learner, plane().train, 100, tmp_path / "a.gif", window=False)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames <= 2  # equal ones are joined


def test_learners_without_batches_take_steps_of_all_rows() -> None:
    show = DataShow(KMeans(), find_data_set("blobs").split(test=0.2))
    assert (show.step, show.speed) == (240, 0)


def test_step_key_takes_a_batch_and_rows_are_hidden(monkeypatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    split = find_data_set("two-moons", rows=60).split(test=0.2)
    show = DataShow(LogisticRegression(), split)
    calls, views, real = [], [], show.frame

    def frame(view):
        views.append(view)
        if len(views) == 2:
            for name in "ps":
                code = getattr(pygame, f"K_{name}")
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=name))
        if len(views) == 6:
            pygame.event.post(pygame.event.Event(pygame.QUIT))
        return real(view)

    def advance(samples, real=show.advance):
        calls.append(samples)
        real(samples)

    show.frame, show.advance = frame, advance
    watch_window(show, 2_000, show.title)
    assert calls == [320, 32, 2_000 - 352]
    assert not views[-1].policy
    assert show.title == "LogisticRegression learns two-moons"
    pygame.display.quit()
