"""Watching a learner learn, in a window or as a moving picture.

A `Show` learns and draws in turns. It shows values on the map of a world, the greedy policy in
action, or predictions for rows of data. `WatchScene` puts it into a window.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.board_game.position import Position
from spielfeld.experiments import screen
from spielfeld.experiments.evaluation import state_values
from spielfeld.experiments.gif import watch_gif
from spielfeld.experiments.greedy import copy_of, greedy_actor, predict_one
from spielfeld.experiments.pictures import (
    DEFAULT_VIEW,
    VALUES,
    View,
    picture,
)
from spielfeld.experiments.screen import (
    FASTER,
    LEARN,
    LEAVE,
    LIST,
    PAUSE,
    POLICY,
    ROWS,
    SLOWER,
    Scene,
    Size,
    below,
    keys_line,
    run_window,
)
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import (
    HasActionValues,
    Learner,
    OnMap,
    Predicts,
    Tiled,
    World,
    batch_size_of,
    board_of,
    is_one_shot,
    name_of,
    predicts_many,
    samples_of,
    tasks_of,
)

if TYPE_CHECKING:
    from pygame import Surface

Learn = Callable[[int], History | None]  # learns from so many samples more
SPEEDS = tuple(10**power for power in range(7))  # steps of the show between two pictures
PICTURES, PLAYED = 24, 48  # pictures of an episode in a GIF, and the number of its steps
BUSY = 4  # times as long as a slow picture takes to draw, until the next one is drawn


def watch(
    learner: Learner,
    source: World | DataSet | Split,
    samples: int,
    path: str | Path = "learning.gif",
    window: bool | None = None,
    learn: Learn | None = None,
    title: str = "",
) -> History:
    """Let a learner learn while you watch.

    Args:
        learner: Has `learn(source, samples)`, which continues the training. In a world it has
            `action_values` [states, actions] or `predict`, on data `tasks` and their methods.
        source: Its environment, or its rows of data.
        samples: Environment steps to learn for, or rows to draw.
        path: File of the moving picture, if there is no window.
        window: True for a window, False for a moving picture. None opens a window if there is a
            display; else a sentence says that the moving picture is written.
        learn: Learns from a number of further samples and returns the history; by default the
            learner's `learn`. A run passes a function that scores and saves as well.
        title: Name of the learner; by default its own.

    Returns:
        The history of the learner.

    Raises:
        RuntimeError: If a window is asked for and there is no display.
        ValueError: If there is no picture of such a learner and such a source.
    """
    from spielfeld.envs.grid_world.window import NoDisplayError

    show = show_of(learner, source, learn, title)
    if window is not False:
        try:
            watch_window(show, samples)
            return show.history
        except NoDisplayError as error:
            if window:
                raise
            print(f"{error} The moving picture goes to {path}.")
    watch_gif(show, samples, path)
    return show.history


class Show:
    """A learner that learns and is drawn in turns; subclasses define the picture.

    Args:
        learner: Has `learn(source, samples)`, which continues the training.
        source: Its environment, or its rows of data.
        learn: Learns from a number of further samples; by default the learner's `learn`.
        title: Name of the learner; by default its own.

    Attributes:
        history: The history of the learner.
        step: Number of samples in the smallest step that changes the learner.
        speed: Speed of the window at the start, as a power of 10 of steps between pictures.
        frames: Number of moments in a GIF; each moment has one or a few pictures.
        milliseconds: Time between two pictures of a GIF.
        moving: Whether the next picture differs even without learning.
        keys: Keys of the window that change the picture.
    """

    step, speed, frames, milliseconds, moving = 1, 1, 60, 120, False
    keys: tuple[screen.Key, ...] = (screen.VALUES, POLICY)
    source_name = ""

    def __init__(
        self,
        learner: Learner,
        source: World | DataSet | Split,
        learn: Learn | None = None,
        title: str = "",
    ) -> None:
        self.learner, self.source = learner, source
        self.learner_name = title or name_of(learner)
        self.learn: Learn = learn or partial(learner.learn, source)
        self.history = History()
        self._note(self.learn(0))  # makes the arrays that are drawn
        self.samples = samples_of(learner)

    @property
    def title(self) -> str:
        """Learner and source."""
        return f"{self.learner_name} learns {self.source_name}"

    @property
    def moving_view(self) -> View:
        """The view of the pictures of a GIF."""
        return DEFAULT_VIEW

    def advance(self, samples: int) -> None:
        """Learn from `samples` more."""
        self._note(self.learn(samples))
        self.samples += samples

    def _note(self, news: History | None) -> None:
        self.history += History() if news is None else news

    def frame(self, view: View) -> Surface:
        """Draw the present state."""
        raise NotImplementedError

    def pictures(self, view: View) -> list[Surface]:
        """Draw the pictures of this moment for a GIF."""
        return [self.frame(view)]

    def mean_return(self, episodes: int) -> str:
        """Return the mean return of the last episodes in words, if there are any."""
        if not len(self.history) or "episode_return" not in self.history.columns:
            return ""
        mean = self.history["episode_return"][-episodes:].mean()
        return f"   return per episode {mean:.4g} (mean of {min(episodes, len(self.history))})"


class WorldShow(Show):
    """A tabular learner, whose values spread over the map.

    Args:
        learner: Has `action_values` [states, actions], or predicts them for the states of a model.
        source: Its environment.
    """

    source: World

    @property
    def source_name(self) -> str:  # type: ignore[override]
        """The world's name."""
        return world_name(self.source)

    @property
    def moving_view(self) -> View:
        """Cells for a picture of about 400 x 400, with numbers if they fit."""
        world = self.source.unwrapped
        if not isinstance(world, OnMap):
            return DEFAULT_VIEW
        rows, columns = world.layout.shape
        return View(cell=min(56, max(4, int((400 * 400 / (rows * columns)) ** 0.5))))

    def frame(self, view: View) -> Surface:
        """Draw the map with values and policy, and below it how far learning is."""
        shown = picture(self.source, shown_values(self.learner, self.source), view, self.title)
        words = f"{self.samples:,} steps   {len(self.history):,} episodes"
        return below(shown, [words + self.mean_return(10)])


class DataShow(Show):
    """A learner on rows of data, whose predictions are drawn by `data_picture`.

    Raises:
        ValueError: If there is no picture of such a learner and such rows.
    """

    keys = (ROWS,)

    def __init__(
        self,
        learner: Learner,
        source: DataSet | Split,
        learn: Learn | None = None,
        title: str = "",
    ) -> None:
        from spielfeld.experiments.data_picture import painter

        self.split = Split(source, None, source) if isinstance(source, DataSet) else source
        self.source_name = self.split.train.name
        painter(tasks_of(learner) or (), self.split.train)  # raises if there is none
        super().__init__(learner, source, learn, title)
        batch = batch_size_of(learner)
        self.step = batch or len(self.split.train)  # of those that take all rows at once
        self.speed = 1 if batch else 0
        if is_one_shot(learner):
            self.frames = 2  # before and after

    def frame(self, view: View) -> Surface:
        """Draw the predictions."""
        from spielfeld.envs.grid_world.pygame_ce import pygame
        from spielfeld.experiments.data_picture import data_picture

        words = f"{samples_of(self.learner, self.samples):,} rows drawn"
        for name in list(self.history.columns)[1:]:
            words += f"   {name.replace('_', ' ')} {self.history[name][-20:].mean():.3g}"
        pixels = data_picture(self.learner, self.split, f"{self.title}\n{words}", view.policy)
        return pygame.surfarray.make_surface(pixels.swapaxes(0, 1))


class PlayShow(Show):
    """A learner, and a copy of its world in which its greedy policy acts.

    Args:
        learner: Has `predict`.
        source: Its environment, which can render "rgb_array".

    Raises:
        ValueError: If the world cannot be drawn.
    """

    speed, frames, milliseconds, moving = 2, 9, 60, True
    keys = (POLICY,)

    def __init__(
        self, learner: Learner, source: World, learn: Learn | None = None, title: str = ""
    ) -> None:
        world, self.source_name = drawable(source), world_name(source)
        if world is None:
            raise ValueError(
                f"{title or name_of(learner)} has no action_values to be shown here, and "
                f"{self.source_name} cannot draw itself."
            )
        self.world = world
        super().__init__(learner, source, learn, title)
        self._act = greedy_actor(learner, self.world)
        self._seen: object = None
        self._info: dict[str, Any] = {}
        self._over, self._waited, self._episode, self._return, self._steps = True, 0, 0, 0.0, 0
        self._begin()

    def play(self) -> None:
        """Take a step of the greedy policy, or a new start a while after an end."""
        if self._over:
            self._waited += 1
            if self._waited > 10:
                self._begin()
            return
        action = self._act(self._seen, self._info)
        self._seen, reward, terminated, truncated, self._info = self.world.step(action)
        self._return += float(reward)
        self._steps += 1
        self._over = bool(terminated or truncated)

    def frame(self, view: View) -> Surface:
        """Play a step and draw it."""
        shown = self._drawn(view)
        self.play()
        return shown

    def pictures(self, view: View) -> list[Surface]:
        """Draw the beginning of an episode, as it would be played now."""
        self._begin()
        shown: list[Surface] = []
        while len(shown) < PICTURES:
            shown.append(self._drawn(view))
            for _ in range(PLAYED // PICTURES):
                if not self._over:
                    self.play()
        return shown

    def _begin(self) -> None:
        self._episode += 1
        self._seen, self._info = self.world.reset(seed=self._episode)
        self._over, self._waited, self._return, self._steps = False, 0, 0.0, 0

    def _drawn(self, view: View) -> Surface:
        learned = f"{self.samples:,} steps{self.mean_return(20)}"
        greedy = f"greedy policy: return {self._return:.4g} after {self._steps:,} steps"
        lines = [self.title, learned, greedy + "   the end" * self._over]
        return below(self._scene(view), lines)

    def _scene(self, view: View) -> Surface:
        board = board_of(self.world.unwrapped, Position)
        if board is not None:
            return self._of_board(board, view)
        from spielfeld.envs.grid_world.pygame_ce import pygame

        return pygame.surfarray.make_surface(np.asarray(self.world.render()).swapaxes(0, 1))

    def _of_board(self, board: Position, view: View) -> Surface:
        from spielfeld.envs.board_game.renderer import draw

        values = None
        if not self._over and view.policy:
            predicted = predict_one(self.learner, self._seen)
            values = np.where(self._info["action_mask"], predicted, np.nan)
        shown: Surface = draw(board, values=values)
        return shown


def world_name(env: World) -> str:
    """Return the name of a world: of its layout, else its id."""
    world = env.unwrapped
    if isinstance(world, OnMap) and world.layout.name:
        return str(world.layout.name)
    return env.spec.id if env.spec else "this world"


def drawable(source: World) -> World | None:
    """Return a copy of an environment that draws itself, or None if it cannot."""
    if source.spec is None or "rgb_array" not in source.metadata.get("render_modes", ()):
        return None
    copied: World = copy_of(source, render_mode="rgb_array")
    return copied


def shown_values(learner: Predicts, env: World) -> Floats | None:
    """Return the values of actions that a learner can show, or None. Shape [states, actions].

    Raises:
        ValueError: If its predictions are not one number for each state and action.
    """
    if predicts_many(learner) and board_of(env.unwrapped, Position) is not None:
        return None
    values = state_values(learner, env)
    tiled = isinstance(learner, Tiled) and learner.tiled
    if values is None and isinstance(learner, HasActionValues) and not tiled:
        return learner.action_values
    return values


def show_of(
    learner: Learner, source: World | DataSet | Split, learn: Learn | None = None, title: str = ""
) -> Show:
    """Return the `Show` of a learner on a source."""
    if isinstance(source, DataSet | Split):
        return DataShow(learner, source, learn, title)
    if predicts_many(learner) and board_of(source.unwrapped, Position) is not None:
        return PlayShow(learner, source, learn, title)
    show = WorldShow(learner, source, learn, title)
    try:
        shown = shown_values(learner, source) is not None
    except ValueError:
        shown = False
    return show if shown else PlayShow(learner, source, learn, title)


class WatchScene(Scene):
    """A show in a window, with keys for its speed and its picture.

    Args:
        show: Learns, and draws the present state.
        total: Samples to learn from.
        hold: Seconds for which the window stays at the end; None until it is closed.
    """

    def __init__(self, show: Show, total: int, hold: float | None = None) -> None:
        self.show, self.total, self.hold = show, total, hold
        self.title = show.title
        self.view, self.speed, self.paused, self.single = DEFAULT_VIEW, show.speed, False, 0
        self.done, self.height = 0, 0
        changes = {screen.VALUES: self.next_values, POLICY: self.toggle_policy,
                   ROWS: self.toggle_policy}  # fmt: skip
        self.actions = {
            LEARN: self.step, PAUSE: self.pause, FASTER: self.faster, SLOWER: self.slower,
            **{key: changes[key] for key in show.keys}, LIST: self.help, LEAVE: self.quit,
        }  # fmt: skip
        self.table = tuple(self.actions)
        self._drawn: Surface | None = None
        self._of: tuple[int, View] | None = None
        self._next = 0.0  # the earliest time of the next picture

    @property
    def over(self) -> bool:
        """Whether the training has ended."""
        return self.done >= self.total

    def faster(self) -> str:
        """Take ten times as many steps a picture."""
        self.speed = min(len(SPEEDS) - 1, self.speed + 1)
        return ""

    def slower(self) -> str:
        """Take a tenth as many steps a picture."""
        self.speed = max(0, self.speed - 1)
        return ""

    def pause(self) -> str:
        """Pause or continue."""
        self.paused = not self.paused
        return ""

    def step(self) -> str:
        """Take one step and pause."""
        self.paused, self.single = True, self.single + 1
        return ""

    def next_values(self) -> str:
        """Show other values."""
        following = VALUES[(VALUES.index(self.view.values) + 1) % len(VALUES)]
        self.view = replace(self.view, values=following)
        return ""

    def toggle_policy(self) -> str:
        """Show or hide the policy, or the rows of data."""
        self.view = replace(self.view, policy=not self.view.policy)
        return ""

    def steps(self) -> int:
        """Return how many of the show's steps to learn for before the next picture."""
        steps, self.single = self.single, 0
        return steps if self.paused else SPEEDS[self.speed]

    def wait(self, seconds: float) -> None:
        """Learn for the next steps; at the end, let the window stay."""
        if self.over and not self.ended:
            self.ended = self.hold is not None and self.hold <= 0
            self.hold = None if self.hold is None else self.hold - seconds
        elif not self.ended:
            samples = min(self.steps() * self.show.step, self.total - self.done)
            if samples:
                self.show.advance(samples)
                self.done += samples

    def picture(self, size: Size | None) -> Surface:
        """Draw the present state, in the largest height so far, and the main keys.

        A picture that takes long is not drawn again at once, so that learning gets its time.
        """
        now, of = time.monotonic(), (self.done, self.view)
        asked = self._of is None or self.view != self._of[1]
        news = of != self._of and (self.over or self.paused or now >= self._next)
        if self._drawn is None or asked or news or self.show.moving:
            self._drawn, self._of = self.show.frame(self.view), of
            self._next = time.monotonic() + BUSY * (time.monotonic() - now)
        self.height = max(self.height, self._drawn.get_height())
        return below(self._drawn, [self._state(), keys_line(self._main_keys())], self.height)

    def _state(self) -> str:
        if self.over:
            return "finished: close the window or press Q to end"
        return "paused" if self.paused else f"{SPEEDS[self.speed] * self.show.step:,} samples each"

    def _main_keys(self) -> list[screen.Key]:
        keys = [PAUSE, FASTER, SLOWER, LEARN, *self.show.keys, LIST, LEAVE]
        return [*self.show.keys, LIST] if self.over else keys


def watch_window(show: Show, total: int, hold: float | None = None) -> None:
    """Learn to the end, showing a window with keys for speed, pause and single steps.

    If you close the window, learning continues to its end without a picture. Ctrl-C interrupts it.

    Args:
        show: Learns, and draws the present state.
        total: Samples to learn from.
        hold: Seconds for which the window stays at the end; None until it is closed.

    Raises:
        NoDisplayError: If there is no display; nothing has been learned then.
    """
    scene = WatchScene(show, total, hold)
    run_window(scene)
    if not scene.over:
        show.advance(total - scene.done)
