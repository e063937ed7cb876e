import hashlib
import sys

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.agents.tabular import QLearning
from spielfeld.envs import Layout
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.layout import Tile
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.renderer import draw, to_array
from spielfeld.envs.grid_world.window import NoDisplayError, Window
from spielfeld.experiments.gif import picture_times, watch_gif
from spielfeld.experiments.pictures import View, heat_table, on_map, picture
from spielfeld.experiments.screen import send
from spielfeld.experiments.watch import SPEEDS, Show, WatchScene, watch, watch_window

WATER = Tile("water", colour="#3070e0")


@pytest.fixture
def dummy(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield
    pygame.display.quit()


@pytest.fixture
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def pixels(surface: pygame.Surface) -> str:
    """Say what a picture shows in so few words that a failing test can print them."""
    return hashlib.sha256(pygame.image.tobytes(surface, "RGB")).hexdigest()


def key(name, letter=""):
    code = getattr(pygame, f"K_{name.upper() if len(name) > 1 else name}")
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode=letter, mod=0, scancode=0)


class Counter(Show):
    """Stands for a learner: counts, and shows the count as a grey square."""

    def __init__(self):
        self.calls, self.views, self.learner_name, self.source_name = [], [], "nobody", "nothing"
        self.frames = 8

    def advance(self, samples):
        self.calls.append(samples)

    def frame(self, view):
        self.views.append(view)
        surface = pygame.Surface((40, 30))
        surface.fill([max(0, 240 - 30 * len(self.calls))] * 3)
        return surface


def scripted(monkeypatch, script):
    """Have a window's user do what a script says at which look at the events, counted from 1."""
    looks = iter(range(1, 10_000))
    monkeypatch.setattr(Window, "events", lambda window: script.get(next(looks), []))


def test_speed_keys_change_by_tens_and_stay_in_range():
    scene = WatchScene(Counter(), 10)
    send(scene, key("equals", "+"))
    assert scene.steps() == 100
    for _ in range(20):
        send(scene, key("down"))
    assert scene.steps() == SPEEDS[0] == 1
    for _ in range(20):
        send(scene, key("up"))
    assert scene.steps() == SPEEDS[-1]


@pytest.mark.parametrize("name", ["s", "right", "return"])
def test_each_press_of_a_step_key_is_one_step_and_pauses(name):
    scene = WatchScene(Counter(), 10)
    send(scene, key(name))
    send(scene, key(name))
    assert scene.steps() == 2
    assert scene.steps() == 0
    send(scene, key("space"))
    assert scene.steps() == 10


def test_view_keys_go_round():
    scene = WatchScene(Counter(), 10)
    seen = []
    for _ in range(3):
        send(scene, key("v"))
        seen.append(scene.view.values)
    assert seen == ["actions", "none", "states"]
    send(scene, key("p"))
    assert not scene.view.policy


def test_another_view_is_drawn_at_once_and_an_equal_one_never_again():
    counter = Counter()
    scene = WatchScene(counter, 10)
    for _ in range(3):
        scene.picture(None)
    assert len(counter.views) == 1
    scene._next = float("inf")  # as after a picture that took long
    send(scene, key("v"))
    scene.picture(None)
    assert [view.values for view in counter.views] == ["states", "actions"]
    scene.wait(0.1)
    scene.picture(None)
    assert len(counter.views) == 3  # the last one of all is drawn in any case


@pytest.mark.parametrize(
    "event", [key("q"), key("escape"), pygame.event.Event(pygame.QUIT)], ids=["q", "escape", "quit"]
)
def test_stopping_to_watch_lets_learning_go_on_to_its_end(dummy, monkeypatch, event):
    counter = Counter()
    scripted(monkeypatch, {3: [event]})
    watch_window(counter, 1000)
    assert sum(counter.calls) == 1000
    assert counter.calls[-1] > 900
    assert not pygame.display.get_init()


def test_window_never_learns_more_than_was_asked_for(dummy, monkeypatch):
    counter = Counter()
    scripted(monkeypatch, {2: [key("up"), key("up")]})
    watch_window(counter, 1234, hold=0.1)
    assert sum(counter.calls) == 1234
    assert max(counter.calls) == 1000


def test_a_paused_window_waits(dummy, monkeypatch):
    counter, shown = Counter(), []
    show = Window.show
    monkeypatch.setattr(
        Window, "show", lambda window, what: shown.append(what) or show(window, what)
    )
    scripted(monkeypatch, {2: [key("space")], 10: [key("space")]})
    watch_window(counter, 20, hold=0.0)
    assert counter.calls == [10, 10]
    assert len(shown) >= 11


def test_an_error_in_learning_closes_the_window(dummy):
    class Interrupted(Counter):
        def advance(self, samples):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch_window(Interrupted(), 10)
    assert not pygame.display.get_init()


def test_a_window_on_learning_says_at_its_end_that_closing_it_is_the_end():
    scene = WatchScene(Counter(), 10)
    assert "to end" not in scene._state()
    scene.wait(0.1)
    assert scene.over and "close the window or press Q to end" in scene._state()


def test_a_caller_may_advance_the_learner_itself(tmp_path):
    """As a run does that scores and saves meanwhile."""
    learner, env, told = QLearning(seed=1), gym.make("spielfeld/CliffWalking-v0"), []

    def advance(samples):
        told.append(samples)
        return learner.learn(env, samples)

    path = tmp_path / "a.gif"
    history = watch(learner, env, 20_000, path, window=False, learn=advance, title="q-learning")
    assert sum(told) == learner.samples == 20_000 and told[0] == 0
    alone = QLearning(seed=1).learn(gym.make("spielfeld/CliffWalking-v0"), 20_000)
    assert history == alone and len(history) > 2


def test_picture_times_rise_to_the_total_slowly_at_first():
    times = picture_times(50_000, 60)
    gaps = np.diff([0, *times])
    assert (len(times), times[-1]) == (59, 50_000)
    assert (gaps > 0).all()
    assert gaps[0] < 50 < 1500 < gaps[-1]
    assert picture_times(3, 60) == [1, 2, 3]


def test_gif_has_its_pictures_loops_and_holds_the_last(tmp_path):
    counter = Counter()
    watch_gif(counter, 500, tmp_path / "a.gif")
    assert sum(counter.calls) == 500
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (8, (40, 30), 0)
        gif.seek(7)
        assert gif.info["duration"] == 3000
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_gif_of_a_learner_stays_small_and_learns_as_without_it(tmp_path):
    env, alone = gym.make("spielfeld/FrozenLake8x8-v0"), gym.make("spielfeld/FrozenLake8x8-v0")
    learner, other = QLearning(seed=3), QLearning(seed=3)
    history = watch(learner, env, 30_000, tmp_path / "lake.gif", window=False)
    assert history == other.learn(alone, 30_000)
    assert np.array_equal(learner.action_values, other.action_values)
    assert (tmp_path / "lake.gif").stat().st_size < 1_500_000


def test_without_a_display_watching_makes_a_gif_and_says_so(no_display, tmp_path, capsys):
    path = tmp_path / "cliff.gif"
    env = gym.make("spielfeld/CliffWalking-v0")
    watch(QLearning(), env, 50, path)
    assert path.exists()
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "no display" in said and str(path) in said


def test_a_window_that_is_asked_for_is_refused_without_a_display(no_display):
    with pytest.raises(NoDisplayError, match="DISPLAY is not set"):
        watch(QLearning(), gym.make("spielfeld/CliffWalking-v0"), 50, window=True)


def test_a_display_that_does_not_work_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(RuntimeError, match="No window can be opened here"):
        Window("title", (10, 10)).open()


def test_closing_the_window_of_an_environment_ends_its_program(dummy):
    window = Window("title", (40, 30), frames_per_second=None)
    window.show(pygame.Surface((40, 30)))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    with pytest.raises(SystemExit) as ending:
        window.show(pygame.Surface((40, 30)))
    assert ending.value.code == 0
    assert not window.is_open
    assert window.events() == []


def test_pictures_are_scaled_into_the_window_in_proportion(dummy):
    window = Window("title", (100, 100), frames_per_second=None)
    picture = pygame.Surface((20, 10))
    picture.fill("white")
    window.show(picture)
    screen = pygame.display.get_surface()
    assert [screen.get_at((50, row))[0] > 200 for row in (10, 30, 70, 90)] == [0, 1, 1, 0]
    window.close()


def test_values_lie_where_their_states_lie():
    states = gym.make("spielfeld/GridWorld-v0", layout="keys-and-doors").unwrapped.grid_states
    table = np.arange(len(states.cells), dtype=float)
    for mask in range(4):
        spread = on_map(states, mask, table)
        here = states.keys == mask
        rows, columns = states.cells[here].T
        assert np.array_equal(spread[rows, columns], table[here])
        assert np.isfinite(spread).sum() == here.sum()


def test_picture_shows_the_states_with_the_keys_held():
    env = gym.make("spielfeld/GridWorld-v0", layout="keys-and-doors")
    env.reset(seed=0)
    world = env.unwrapped
    values = np.zeros((world.model.states, 4))
    values[world.grid_states.keys == 0] = 5.0
    plain = pixels(picture(env, values, View()))
    values[world.grid_states.keys != 0] = 7.0
    assert pixels(picture(env, values, View())) == plain
    world.position = int(np.flatnonzero(world.grid_states.keys != 0)[0])
    assert pixels(picture(env, values, View())) != plain


def test_states_in_which_all_actions_tie_show_no_arrow():
    env = gym.make("spielfeld/CliffWalking-v0")
    env.reset(seed=0)
    values = np.full((env.unwrapped.model.states, 4), -1.0)
    learnt = values.copy()
    learnt[5, 1] += 1e-12  # less than rounding: still a tie
    tied = picture(env, learnt, View(values="none"))
    assert pixels(tied) == pixels(picture(env, values, View(values="none")))
    learnt[5, 1] = 1.0
    assert pixels(tied) != pixels(picture(env, learnt, View(values="none")))


def test_worlds_without_a_map_are_shown_as_a_table(tmp_path):
    env = gym.make("Taxi-v4")
    table = np.arange(3000.0).reshape(500, 6)
    assert picture(env, table, View()).get_size() == heat_table(table).get_size()
    watch(QLearning(), gym.make("FrozenLake-v1"), 100, tmp_path / "lake.gif", window=False)
    assert (tmp_path / "lake.gif").exists()


PROGRAM = """
import gymnasium as gym, spielfeld.envs
from spielfeld.agents.tabular import QLearning
from spielfeld.experiments.watch import watch
learner = QLearning(seed=0)
watch(learner, gym.make("spielfeld/CliffWalking-v0"), 20_000)
print(learner.samples)
"""


def test_closing_a_real_window_lets_learning_go_on_to_its_end(display):
    with display.running(PROGRAM) as (program, window):
        display.press("space", "s", "v", "h")
        display.close_window(window)
        out, errors = program.communicate(timeout=600)
    assert (out, program.returncode) == ("20000\n", 0), errors


def test_a_board_is_shown_with_what_the_learner_expects_of_each_move(tmp_path):
    env, learner = gym.make("spielfeld/TicTacToe-v0", seat="first"), QLearning(seed=1)
    watch(learner, env, 300, tmp_path / "learning.gif", window=False)
    with Image.open(tmp_path / "learning.gif") as moving:
        assert moving.n_frames > 2
    env.reset(seed=1)
    values = np.zeros((3**9, 9))
    empty = pixels(picture(env, values, View()))
    values[0, 4] = 1.0  # in state 0 nobody has played
    assert pixels(picture(env, values, View())) != empty


def test_a_cell_of_its_own_colour_keeps_it_below_values_and_in_a_moving_picture(tmp_path):
    tiles = {"S": Tile("start", start=True), "G": Tile("goal", end=True), "w": WATER}
    env = gym.make("spielfeld/GridWorld-v0", layout=Layout(("Sw", "wG"), tiles))
    env.reset(seed=1)
    shown = to_array(picture(env, np.array([[0.0, 1, 2, 3]] * 4), View(cell=40)))
    colour = [int(WATER.colour[k : k + 2], 16) for k in (1, 3, 5)]
    assert (shown == colour).all(axis=-1).sum() > 500
    watch(QLearning(seed=1), env, 200, tmp_path / "a.gif", window=False)
    with Image.open(tmp_path / "a.gif") as gif:
        gif.seek(gif.n_frames - 1)
        near = np.abs(np.array(gif.convert("RGB")).astype(int) - colour).max(axis=-1) <= 12
    assert near.sum() > 500


def test_the_bar_of_colours_in_a_moving_picture_is_not_banded(tmp_path):
    watch(
        QLearning(seed=1), gym.make("spielfeld/CliffWalking-v0"), 3_000, tmp_path / "a.gif", False
    )
    with Image.open(tmp_path / "a.gif") as gif:
        gif.seek(gif.n_frames - 1)
        image = np.array(gif.convert("RGB")).astype(int)
    ramp = palette.ramp(np.linspace(0, 1, 200))
    rows = [row for row in image if len(np.unique(row, axis=0)) > 60]
    assert len(rows) >= 10  # the bar is twelve pixels high
    best = min(np.abs(ramp[:, None] - row[None]).sum(axis=-1).min(axis=1).max() for row in rows)
    assert best <= 12  # each shade of the ramp is there


def test_two_equally_good_actions_are_two_arrows():
    layout = Layout(("S.", ".G"), {"S": Tile("start", start=True), ".": Tile("floor"),
                                   "G": Tile("goal", end=True)})  # fmt: skip
    policy = np.zeros((2, 2, 4))
    policy[0, 0] = [0, 0.5, 0.5, 0]  # right and down
    shown = to_array(draw(layout, policy=policy, size=(160, 160)))[2:78, 2:78]
    dark = (shown < 120).all(axis=-1)
    assert dark.sum() > 100 and not dark[34:42, 34:42].any()  # they do not join in the middle
