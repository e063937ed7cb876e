"""A window on learning, with keys for its speed and for what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from spielfeld.experiments.pictures import DEFAULT_VIEW, VALUES, View, below
from spielfeld.experiments.show import Show

SPEEDS = tuple(10**power for power in range(7))  # steps of the show between two pictures
FRAMES_PER_SECOND = 30
KEYS = "+ - speed   space pause   S step   {}   H help   Q stop watching"
HELP = [
    "+ or up: faster     - or down: slower     space: pause and go on",
    "S, right or Enter: a single step",
    "Q, Escape or closing the window: learn on without a picture",
]


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
        from spielfeld.envs.grid_world.pygame_ce import pygame

        if event.type == pygame.QUIT:
            self.stopped = True
        if event.type != pygame.KEYDOWN:
            return
        name = event.unicode if event.unicode in ("+", "-") else pygame.key.name(event.key)
        action = ACTIONS.get(name)
        if action is not None:
            action(self)

    def steps(self) -> int:
        """Return how many of the show's steps to learn for before the next picture."""
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

    def draw(self, show: Show) -> Any:
        """Draw what is known, in the largest height so far, and what the keys do."""
        shown = show.frame(self.view)
        self.height = max(self.height, shown.get_height())
        pace = "paused" if self.paused else f"{SPEEDS[self.speed] * show.step:,} samples each"
        line = f"{'finished' if self.over else pace}   |   {KEYS.format(show.keys)}"
        return below(shown, [line, *([*HELP, show.help] if self.help else [])], self.height)


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
    show: Show, total: int, title: str = "Learning", hold: float | None = None
) -> None:
    """Learn to the end, showing a window with keys for speed, pause and single steps.

    Closing the window stops the watching only; learning goes on to its end. Ctrl-C interrupts it.

    Args:
        show: Learns on, and draws what is known now.
        total: Samples to learn from.
        title: Of the window.
        hold: Seconds for which the window stays at the end; None until it is closed.

    Raises:
        RuntimeError: If there is no display; nothing has been learned then.
    """
    from spielfeld.envs.grid_world.window import Window

    controls, done = Controls(speed=show.speed), 0
    first = controls.draw(show)
    window = Window(title, first.get_size(), FRAMES_PER_SECOND, ends_program=False)
    try:
        window.show(first)
        while not controls.stopped and done < total:
            _press_all(window, controls)
            steps = 0 if controls.stopped else min(controls.steps() * show.step, total - done)
            if steps:
                show.advance(steps)
                done += steps
            window.show(controls.draw(show))
        _linger(window, show, controls, hold)
    finally:
        window.close()
    if done < total:
        show.advance(total - done)


def _linger(window: Any, show: Show, controls: Controls, hold: float | None) -> None:
    """Keep the last picture, and the keys that change what it shows."""
    controls.over = True
    left = float("inf") if hold is None else hold * FRAMES_PER_SECOND
    shown = controls.draw(show)
    while not controls.stopped and left > 0:
        if _press_all(window, controls) or show.moving:
            shown = controls.draw(show)
        window.show(shown)
        left -= 1


def _press_all(window: Any, controls: Controls) -> bool:
    """Obey the keys pressed meanwhile; say whether there were any, and a new picture is due."""
    events = window.events()
    for event in events:
        controls.press(event)
    return bool(events)
