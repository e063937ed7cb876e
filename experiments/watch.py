"""Watching a learner learn: its values spread over the map, in a window or as a moving picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.gif import watch_gif
from experiments.pictures import DEFAULT_VIEW, VALUES, View, below, picture
from learning.history import History

Advance = Callable[[int], None]
Frame = Callable[[View], Any]

SPEEDS = tuple(10**power for power in range(7))  # environment steps a picture
FRAMES_PER_SECOND = 30
KEYS = "+ - speed   space pause   S step   V P view   H help   Q stop watching"
HELP = [
    "+ or up: faster     - or down: slower     space: pause and go on",
    "S, right or Enter: a single step     P: policy on and off",
    "V: value of the best action, of each action, none",
    "Q, Escape or closing the window: learn on without a picture",
]


def watch(
    learner: Any,
    env: Any,
    samples: int,
    path: str | Path = "learning.gif",
    window: bool | None = None,
) -> History:
    """Let a tabular learner learn while somebody watches.

    Args:
        learner: Has `learn(env, samples)`, which goes on where it stopped, and `action_values`
            [states, actions].
        env: Its environment.
        samples: Environment steps to learn for.
        path: Where the moving picture goes, if there is no window.
        window: True for a window, False for a moving picture; None for a window if there is a
            display, else the moving picture and a sentence that says so.

    Returns:
        What the learner recorded.

    Raises:
        RuntimeError: If a window is asked for and there is no display.
    """
    from envs.grid_world.window import NoDisplayError

    show = _Show(learner, env)
    title = f"{getattr(learner, 'name', type(learner).__name__)} learns {_name(env)}"
    if window is not False:
        try:
            watch_window(show.advance, show.frame, samples, title)
            return show.history
        except NoDisplayError as error:
            if window:
                raise
            print(f"{error} The moving picture goes to {path}.")
    cell = _gif_cell(env.unwrapped.layout.shape) if hasattr(env.unwrapped, "layout") else None
    watch_gif(show.advance, show.frame, samples, path, view=View(cell=cell))
    return show.history


def _name(env: Any) -> str:
    layout = getattr(env.unwrapped, "layout", None)
    return str((layout and layout.name) or (env.spec and env.spec.id) or "a world")


def _gif_cell(shape: tuple[int, int]) -> int:
    """Side of a cell in pixels: a picture of about 400 x 400, with numbers if they fit."""
    return min(56, max(4, int((400 * 400 / (shape[0] * shape[1])) ** 0.5)))


class _Show:
    """A learner, as `advance` and `frame` see it."""

    def __init__(self, learner: Any, env: Any) -> None:
        self.learner, self.env = learner, env
        self.history: History = learner.learn(env, 0)  # makes the table
        self.samples = getattr(learner, "samples", 0)

    def advance(self, samples: int) -> None:
        self.history += self.learner.learn(self.env, samples)
        self.samples += samples

    def frame(self, view: View) -> Any:
        return picture(self.env, self.learner.action_values, view, self._caption())

    def _caption(self) -> str:
        episodes = len(self.history)
        words = f"{self.samples:,} steps   {episodes:,} episodes"
        if episodes:
            words += f"   return {self.history['episode_return'][-10:].mean():.3g}"
        return words


@dataclass
class Controls:
    """What the watcher has asked for so far; `press` takes one pygame event."""

    view: View = DEFAULT_VIEW
    speed: int = 1
    paused: bool = False
    single: int = 0
    help: bool = False
    stopped: bool = False
    over: bool = False
    height: int = 0

    def press(self, event: Any) -> None:
        """Change what the key of an event stands for."""
        from envs.grid_world.pygame_ce import pygame

        if event.type == pygame.QUIT:
            self.stopped = True
        if event.type != pygame.KEYDOWN:
            return
        name = event.unicode if event.unicode in ("+", "-") else pygame.key.name(event.key)
        action = ACTIONS.get(name)
        if action is not None:
            action(self)

    def steps(self) -> int:
        """Return how many environment steps to learn for before the next picture."""
        steps, self.single = self.single, 0
        return steps if self.paused else SPEEDS[self.speed]

    def faster(self) -> None:
        """Take ten times as many steps a picture."""
        self.speed = min(len(SPEEDS) - 1, self.speed + 1)

    def slower(self) -> None:
        """Take a tenth as many steps a picture."""
        self.speed = max(0, self.speed - 1)

    def pause(self) -> None:
        """Pause or go on."""
        self.paused = not self.paused

    def step(self) -> None:
        """Take one step and pause."""
        self.paused, self.single = True, self.single + 1

    def next_values(self) -> None:
        """Show other values."""
        following = VALUES[(VALUES.index(self.view.values) + 1) % len(VALUES)]
        self.view = replace(self.view, values=following)

    def toggle_policy(self) -> None:
        """Show or hide the policy."""
        self.view = replace(self.view, policy=not self.view.policy)

    def toggle_help(self) -> None:
        """Show or hide what the keys do."""
        self.help = not self.help

    def stop(self) -> None:
        """Stop watching."""
        self.stopped = True

    def show(self, frame: Frame) -> Any:
        """Draw what is known, in the largest height so far, and what the keys do."""
        shown = frame(self.view)
        self.height = max(self.height, shown.get_height())
        pace = "paused" if self.paused else f"{SPEEDS[self.speed]:,} steps each"
        line = f"{'finished' if self.over else pace}   |   {KEYS}"
        return below(shown, [line, *(HELP if self.help else [])], self.height)


ACTIONS: dict[str, Callable[[Controls], None]] = {
    **dict.fromkeys(("+", "=", "up", "[+]"), Controls.faster),
    **dict.fromkeys(("-", "down", "[-]"), Controls.slower),
    **dict.fromkeys(("s", "right", "return", "enter"), Controls.step),
    **dict.fromkeys(("q", "escape"), Controls.stop),
    "space": Controls.pause,
    "v": Controls.next_values,
    "p": Controls.toggle_policy,
    "h": Controls.toggle_help,
}


def watch_window(
    advance: Advance,
    frame: Frame,
    total: int,
    title: str = "Learning",
    hold: float | None = None,
) -> None:
    """Learn to the end, showing a window with keys for speed, pause and single steps.

    Closing the window stops the watching only; learning goes on to its end. Ctrl-C interrupts it.

    Args:
        advance: Learns for so many more environment steps.
        frame: Draws what is known now.
        total: Environment steps to learn for.
        title: Of the window.
        hold: Seconds for which the window stays at the end; None until it is closed.

    Raises:
        RuntimeError: If there is no display; nothing has been learned then.
    """
    from envs.grid_world.window import Window

    controls, done = Controls(), 0
    first = controls.show(frame)
    window = Window(title, first.get_size(), FRAMES_PER_SECOND, ends_program=False)
    try:
        window.show(first)
        while not controls.stopped and done < total:
            _press_all(window, controls)
            steps = 0 if controls.stopped else min(controls.steps(), total - done)
            if steps:
                advance(steps)
                done += steps
            window.show(controls.show(frame))
        _linger(window, frame, controls, hold)
    finally:
        window.close()
    if done < total:
        advance(total - done)


def _linger(window: Any, frame: Frame, controls: Controls, hold: float | None) -> None:
    """Keep the last picture, and the keys that change what it shows."""
    controls.over = True
    left = float("inf") if hold is None else hold * FRAMES_PER_SECOND
    shown = controls.show(frame)
    while not controls.stopped and left > 0:
        if _press_all(window, controls):
            shown = controls.show(frame)
        window.show(shown)
        left -= 1


def _press_all(window: Any, controls: Controls) -> bool:
    """Obey the keys pressed meanwhile; say whether there were any, and a new picture is due."""
    events = window.events()
    for event in events:
        controls.press(event)
    return bool(events)
