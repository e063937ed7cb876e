import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from spielfeld.envs.grid_world.palette import luminance
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.window import Window
from spielfeld.experiments.data_picture import (
    COLOURS,
    IMAGES,
    PALE,
    SIZE,
    data_figure,
    data_picture,
    draw_confusion,
    painter,
)
from spielfeld.experiments.watch import DataShow, watch, watch_window
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
    data = DataSet("corners", kind, corners, targets, ("a (cm)", "b"), classes)
    return Split(data, None, data.take(slice(0, 1)))


def axes_of(learner, split, place=0, **options):
    return data_figure(learner, split, **options).axes[place]


def labels(figure) -> list[str]:
    """Return what stands in the legend."""
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def dots(axes, colour) -> np.ndarray:
    """Return where the dots of a colour are. Shape [dots, 2]."""
    some = [c.get_offsets() for c in axes.collections
            if len(c.get_facecolor()) and to_hex(c.get_facecolor()[0]) == colour]  # fmt: skip
    return np.concatenate(some) if some else np.empty((0, 2))


def crosses(axes) -> int:
    """Count the wrongly predicted rows."""
    return sum(len(c.get_offsets()) for c in axes.collections if c.get_linewidth()[0] == 1.2)


def pale(number: int) -> np.ndarray:
    return PALE + (1 - PALE) * np.array(to_rgb(COLOURS[number]))


ALL = [
    ("classification", "classification"), ("clustering", "classification"),
    ("clustering", "unlabelled"), ("reconstruction", "unlabelled"),
    ("generation", "unlabelled"), ("regression", "regression"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "kind"), ALL)
def test_every_picture_has_named_axes_with_ticks_and_a_legend(task: str, kind: str) -> None:
    learner = Known(task, lambda x: x, lambda x: (x[:, 0] > 0).astype(int),
                    lambda count, generator: np.zeros((count, 2)))  # fmt: skip
    if task in ("classification", "regression"):
        learner.predict = left_or_right if task == "classification" else lambda x: x[:, 0]
    figure = data_figure(learner, plane(kind), "a title\nand numbers")
    (axes,) = figure.axes
    known = {"regression": ("true target", "predicted target")}.get(task, ("a (cm)", "b"))
    assert (axes.get_xlabel(), axes.get_ylabel()) == known
    assert len(axes.get_xticks()) > 2 and len(axes.get_yticks()) > 2
    assert labels(figure) and figure.get_suptitle() == "a title\nand numbers"


@pytest.mark.parametrize(
    ("tasks", "name"),
    [("classification", "iris"), ("clustering", "wine"), ("reconstruction", "digits"),
     ("regression", "noisy-curve"), ("regression", "diabetes")],
)  # fmt: skip
def test_nothing_is_cut_off_or_overlaps(tasks: str, name: str) -> None:
    split = find_data_set(name).split(test=0.2)
    count = len(split.train.class_names)
    predict = {
        "classification": lambda x: np.eye(count)[np.arange(len(x)) % count],
        "regression": lambda x: x[:, 0],
    }.get(tasks, lambda x: x)
    learner = Known(tasks, predict, lambda x: np.arange(len(x)) % 3)
    figure = data_figure(learner, split, f"a-learner learns {name}\n20,000 rows drawn   loss 0.1")
    figure.canvas.draw()
    whole = figure.bbox
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    boxes += [legend.get_window_extent() for legend in figure.legends]
    boxes.append(figure._suptitle.get_window_extent())
    for k, box in enumerate(boxes):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_places_have_the_colours_of_what_is_predicted_there() -> None:
    (image,) = axes_of(Known("classification", left_or_right), plane(), points=False).images
    shown = image.get_array()
    assert np.allclose(shown[60, 2], pale(0)) and np.allclose(shown[60, -3], pale(1))
    unsure = Known("classification", lambda x: np.full((len(x), 2), 0.5))
    (image,) = axes_of(unsure, plane()).images
    assert np.allclose(image.get_array()[60, 2], (pale(0) + pale(1)) / 2)


def test_rows_are_dots_in_the_colours_of_their_classes_and_test_rows_have_rims() -> None:
    split = plane()
    figure = data_figure(Known("classification", left_or_right), split)
    (axes,) = figure.axes
    assert set(map(tuple, dots(axes, COLOURS[0]))) == {(-1.0, -1.0), (-1.0, 1.0)}
    assert set(map(tuple, dots(axes, COLOURS[1]))) == {(1.0, 1.0), (1.0, -1.0)}
    rims = [c for c in axes.collections if len(c.get_offsets())
            and to_hex(c.get_edgecolor()[0]) == "#000000"]  # fmt: skip
    assert [c.get_offsets().tolist() for c in rims] == [[[-1.0, -1.0]]]
    assert labels(figure) == ["left", "right", "test rows: black rims"]
    bare = axes_of(Known("classification", left_or_right), split, points=False)
    assert not sum(len(c.get_offsets()) for c in bare.collections)
    assert labels(bare.figure) == ["left", "right"]


def test_clusters_are_regions_with_their_means_marked() -> None:
    def nearest(inputs):
        return np.where(inputs[:, :1] > 0, [[1.0, 0.0]], [[-1.0, 0.0]])

    learner = Known("clustering", nearest, lambda inputs: (inputs[:, 0] > 0).astype(int))
    axes = axes_of(learner, plane("unlabelled"), points=False)
    shown = axes.images[0].get_array()
    assert np.allclose(shown[60, 2], pale(0)) and np.allclose(shown[60, -3], pale(1))
    assert dots(axes, "#000000").tolist() == [[-1.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize("kind", ["classification", "regression", "unlabelled"])
def test_as_long_as_nothing_is_learned_rows_are_drawn_alone(kind: str) -> None:
    task = {"unlabelled": "reconstruction"}.get(kind, kind)
    for tasks in (task, "clustering"):
        axes = axes_of(Known(tasks, ignorant, ignorant), plane(kind))
        assert not axes.images and not crosses(axes) and not axes.lines[1:]
        assert axes.collections or kind == "regression"


def test_drawn_and_reconstructed_rows_stand_beside_the_given_ones() -> None:
    split = plane("unlabelled")
    half = Known("reconstruction", lambda inputs: inputs * 0.5)
    assert np.array_equal(dots(axes_of(half, split), COLOURS[1]), split.train.inputs * 0.5)
    made_up = Known("generation", lambda x: x, sample=lambda count, generator: np.zeros((count, 2)))
    assert not dots(axes_of(made_up, split), COLOURS[1]).any()
    assert not len(dots(axes_of(Known("generation", ignorant), split), COLOURS[1]))


def test_more_than_two_features_are_shown_by_components_and_a_confusion_matrix() -> None:
    inputs = np.random.default_rng(0).normal(size=(30, 5))
    truth = (inputs[:, 0] > 0).astype(int)
    data = DataSet("five", "classification", inputs, truth, tuple("abcde"), ("p", "q"))
    split = Split(data, None, data.take(slice(0, 5)))
    right, wrong = (
        data_figure(Known("classification", lambda x, s=s: left_or_right(s * x)), split).axes
        for s in (1, -1)
    )
    assert (crosses(right[0]), crosses(wrong[0])) == (0, 35)
    shown = {(t.get_position(), t.get_text()) for t in wrong[1].texts}
    of = np.bincount(truth[:5], minlength=2)
    assert shown == {((1, 0), f"{of[0]}"), ((0, 1), f"{of[1]}")}  # across: predicted, down: true
    assert "first principal component" in right[0].get_xlabel()
    unsure = Known("clustering", ignorant, lambda x: (x[:, 0] > 0).astype(int))
    assert len(dots(axes_of(unsure, split), COLOURS[1]))


def test_a_confusion_matrix_is_light_for_few_and_dark_for_many_in_even_steps() -> None:
    axes = Figure().add_subplot()
    draw_confusion(axes, np.array([[8.0, 2.0], [0.0, 5.0]]), ("p", "q"), "test rows")
    (image,) = axes.images
    light = luminance(image.cmap(np.linspace(0, 1, 50))[:, :3] * 255)
    assert (np.diff(light) < 0).all() and light[0] > 0.9 and light[-1] < 0.1
    shades = [luminance(255 * np.array(image.to_rgba(np.array([[s]])))[0, 0, :3])
              for s in (0, 0.2, 0.8, 1)]  # fmt: skip
    assert (np.diff(shades) < -0.03).all()
    assert {t.get_text() for t in axes.texts} == {"8", "2", "5"}
    for words in axes.texts:
        column, row = words.get_position()
        under = luminance(255 * np.array(image.to_rgba(image.get_array()))[row, column, :3])
        contrast = (under + 0.05) / (luminance(255 * np.array(to_rgb(words.get_color()))) + 0.05)
        assert max(contrast, 1 / contrast) > 4.5  # as WCAG 2.2 asks for
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_rows_with_a_single_feature_lie_on_a_line() -> None:
    split = find_data_set("noisy-curve", rows=20).split(test=0.2)
    axes = axes_of(Known("clustering", ignorant, lambda x: (x[:, 0] > 0.5).astype(int)), split)
    places = np.concatenate([c.get_offsets() for c in axes.collections])
    assert len(places) == 20 and np.ptp(places[:, 1]) == 0 < np.ptp(places[:, 0])


def test_numbers_are_a_curve_over_one_feature_and_stand_against_the_truth_over_more() -> None:
    data = find_data_set("noisy-curve", rows=30)
    split = data.split(test=0.2)
    wave = axes_of(Known("regression", lambda x: np.sin(2 * np.pi * x[:, 0])), split)
    across, up = wave.lines[0].get_data()
    assert np.allclose(up, np.sin(2 * np.pi * across))
    assert (wave.get_xlabel(), wave.get_ylabel()) == (data.feature_names[0], "target")
    assert not axes_of(Known("regression", ignorant), split).lines
    true = dots(
        axes_of(Known("regression", lambda x: 0.5 * x[:, 0]), plane("regression")), COLOURS[0]
    )
    assert len(true) == 5 and np.array_equal(true[:, 1], 0.5 * true[:, 0])
    ratings = find_data_set("ratings", users=9, items=9).split(test=0.2)
    axes = axes_of(Known("ratings", lambda x: x[:, 0] / 2), ratings)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("true rating", "predicted rating")


def images(count: int) -> Split:
    names = tuple(f"pixel_{row}_{column}" for row in range(4) for column in range(4))
    rows = np.repeat(np.linspace(0, 1, count)[:, None], 16, axis=1)
    data = DataSet("images", "unlabelled", rows, feature_names=names)
    return Split(data, None, data)


def tiles(learner, split) -> tuple[np.ndarray, np.ndarray]:
    """Return images [line, column, side, side], and the lines between them."""
    (image,) = axes_of(learner, split).images
    whole = np.ma.filled(image.get_array(), np.nan)
    inner = whole[1:].reshape(IMAGES, 5, -1)[:, :4, 1:].reshape(IMAGES, 4, IMAGES, 5)[..., :4]
    return inner.transpose(0, 2, 1, 3), np.concatenate([whole[::5].ravel(), whole[:, ::5].ravel()])


def test_pixels_are_shown_as_images_with_gaps_and_the_reconstruction_below_each() -> None:
    shown, gaps = tiles(Known("reconstruction", lambda x: 1 - x), images(9))
    for number, (line, column) in enumerate([*((0, k) for k in range(8)), (2, 0)]):
        assert np.allclose(shown[line, column], number / 8)
        assert np.allclose(shown[line + 1, column], 1 - number / 8)
    assert np.isnan(gaps).all()
    figure = data_figure(Known("reconstruction", lambda x: 1 - x), images(9))
    words = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert words[:2] == ["test rows", "reconstructed"]
    assert figure.axes[1].get_xlabel() == "value of a pixel"


def test_images_are_drawn_once_something_is_known() -> None:
    known = Known("generation", lambda x: x, sample=lambda count, generator: np.ones((count, 16)))
    assert (tiles(known, images(9))[0] == 1).all()
    assert np.isnan(tiles(Known("generation", ignorant), images(9))[0]).all()
    assert np.isnan(tiles(Known("reconstruction", ignorant), images(9))[0][-1]).all()


def test_what_cannot_be_shown_is_said_in_a_sentence() -> None:
    data = find_data_set("ratings").take(slice(0, 9))
    with pytest.raises(ValueError, match="no picture of what is reconstructed from 2"):
        painter(("reconstruction",), data)
    inputs = np.zeros((3, 4))
    four = DataSet("four", "unlabelled", inputs, feature_names=tuple("abcd"))
    with pytest.raises(ValueError, match="from 4 features; expected 2"):
        DataShow(Known("reconstruction", lambda x: x), Split(four, None, four))


def test_long_names_of_classes_are_shortened_in_the_legend() -> None:
    names = tuple(
        f"a class with a very long name, longer than a line, number {k}" for k in range(2)
    )
    data = DataSet("long", "classification", np.eye(2), np.array([0, 1]), ("a", "b"), names)
    figure = data_figure(Known("classification", left_or_right), Split(data, None, data))
    figure.canvas.draw()
    assert labels(figure)[0].endswith("...")
    assert figure.legends[0].get_window_extent().x1 < figure.bbox.x1


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
    assert np.array_equal(data_picture(learner, split), data_picture(learner, split))
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
    calls, views, looks, real = [], [], iter(range(1, 100)), show.frame

    def events(window):
        codes = {2: (pygame.K_p, pygame.K_s)}.get(look := next(looks), ())
        pressed = [pygame.event.Event(pygame.KEYDOWN, key=code, unicode="") for code in codes]
        return [*pressed, pygame.event.Event(pygame.QUIT)] if look == 6 else pressed

    def advance(samples, real=show.advance):
        calls.append(samples)
        real(samples)

    monkeypatch.setattr(Window, "events", events)
    show.frame, show.advance = lambda view: views.append(view) or real(view), advance
    watch_window(show, 2_000)
    assert calls == [320, 32, 2_000 - 352]
    assert not views[-1].policy
    assert show.title == "LogisticRegression learns two-moons"
    pygame.display.quit()
