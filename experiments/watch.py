"""Watching a learner learn, in a window or as a moving picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spielfeld.experiments.gif import watch_gif
from spielfeld.experiments.play_show import show_of
from spielfeld.experiments.show import Learn
from spielfeld.experiments.watch_window import watch_window
from spielfeld.history import History


def watch(
    learner: Any,
    source: Any,
    samples: int,
    path: str | Path = "learning.gif",
    window: bool | None = None,
    learn: Learn | None = None,
    title: str = "",
) -> History:
    """Let a learner learn while somebody watches.

    Args:
        learner: Has `learn(source, samples)`, which goes on where it stopped; in a world
            `action_values` [states, actions], on data `tasks` and what these need.
        source: Its environment, or its rows of data.
        samples: Environment steps to learn for, or rows to draw.
        path: Where the moving picture goes, if there is no window.
        window: True for a window, False for a moving picture; None for a window if there is a
            display, else the moving picture and a sentence that says so.
        learn: Learns from so many samples more, such as `Training.advance`; by default the
            learner's own `learn`.
        title: Name of the learner; by default its own.

    Returns:
        What the learner recorded.

    Raises:
        RuntimeError: If a window is asked for and there is no display.
        ValueError: If there is no picture of such a learner and such a source.
    """
    from spielfeld.envs.grid_world.window import NoDisplayError

    show = show_of(learner, source, learn, title)
    if window is not False:
        try:
            watch_window(show, samples, show.title)
            return show.history
        except NoDisplayError as error:
            if window:
                raise
            print(f"{error} The moving picture goes to {path}.")
    watch_gif(show, samples, path, show.frames, show.moving_view)
    return show.history
