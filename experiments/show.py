"""What can be watched: a learner in a world, and a learner on rows of data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from spielfeld.arrays import Array
from spielfeld.envs.grid_world.layout import Layout
from spielfeld.experiments.evaluation import state_values
from spielfeld.experiments.pictures import DEFAULT_VIEW, View
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import (
    HasActionValues,
    Predicts,
    Tiled,
    World,
    batch_size_of,
    is_one_shot,
    layout_of,
    name_of,
    samples_of,
)

Learn = Callable[[int], History | None]  # learns from so many samples more


def shown_values(learner: Predicts, source: World) -> Array | None:
    """Return the action values [states, actions] that a map shows; None if there are none."""
    values = state_values(learner, source)
    tiled = isinstance(learner, Tiled) and learner.tiled
    if values is not None or tiled or not isinstance(learner, HasActionValues):
        return values
    return learner.action_values


class Show:
    """A learner that learns on and is drawn in turns; subclasses say how it is drawn.

    Args:
        learner: Has `learn(source, samples)`, which goes on where it stopped.
        source: What it learns from.
        learn: Learns from so many samples more; by default the learner's own `learn`.
        title: Name of the learner; by default its own.

    Attributes:
        history: What the learner recorded.
        keys: What the window's keys V and P do, in a word or two.
        help: The same in a line.
        step: Samples of the smallest step that changes anything.
        speed: Of the window at the start: 10 to the power of this many steps between pictures.
        frames: Moments of which a GIF tells, each in one picture or in a few.
        milliseconds: Between two of its pictures.
        moving: Whether the next picture is another one even if nothing was learned.
    """

    keys = "V P view"
    help = "P: policy on and off     V: value of the best action, of each action, none"
    step, speed, frames, milliseconds, moving = 1, 1, 60, 120, False

    def __init__(
        self, learner: Any, source: Any, learn: Learn | None = None, title: str = ""
    ) -> None:
        self.learner, self.source = learner, source
        self.learn: Learn = learn or partial(learner.learn, source)
        self.history = self.learn(0) or History()  # makes what is drawn
        self.samples = samples_of(learner)
        self._learner_name = title or name_of(learner)

    @property
    def title(self) -> str:
        """Who learns what."""
        return f"{self._learner_name} learns {self.name}"

    @property
    def name(self) -> str:
        """The source's name."""
        raise NotImplementedError

    @property
    def moving_view(self) -> View:
        """What the pictures of a GIF show."""
        return DEFAULT_VIEW

    def advance(self, samples: int) -> None:
        """Learn from `samples` more."""
        self.history += self.learn(samples) or History()
        self.samples += samples

    def frame(self, view: View) -> Any:
        """Draw what is known now: a `pygame.Surface`."""
        raise NotImplementedError

    def pictures(self, view: View) -> list[Any]:
        """Draw what a GIF shows of this moment."""
        return [self.frame(view)]


class WorldShow(Show):
    """A tabular learner, whose values spread over the map.

    Args:
        learner: Has `action_values` [states, actions].
        source: Its environment.
    """

    @property
    def name(self) -> str:
        """The world's name."""
        layout, spec = layout_of(self.source.unwrapped, Layout), self.source.spec
        return str((layout and layout.name) or (spec and spec.id) or "a world")

    @property
    def moving_view(self) -> View:
        """Cells for a picture of about 400 x 400, with numbers if they fit."""
        layout = layout_of(self.source.unwrapped, Layout)
        if layout is None:
            return DEFAULT_VIEW
        rows, columns = layout.shape
        return View(cell=min(56, max(4, int((400 * 400 / (rows * columns)) ** 0.5))))

    def frame(self, view: View) -> Any:
        """Draw the map with values and policy."""
        from spielfeld.experiments.pictures import picture

        return picture(self.source, shown_values(self.learner, self.source), view, self._caption())

    def _caption(self) -> str:
        episodes = len(self.history)
        words = f"{self.samples:,} steps   {episodes:,} episodes"
        if episodes:
            words += f"   return {self.history['episode_return'][-10:].mean():.3g}"
        return words


class DataShow(Show):
    """A learner on rows of data, of which `data_picture` shows what it says.

    Raises:
        ValueError: If there is no picture of such a learner and such rows.
    """

    keys = "P rows"
    help = "P: rows on and off"

    def __init__(
        self, learner: Any, source: DataSet | Split, learn: Learn | None = None, title: str = ""
    ) -> None:
        from spielfeld.experiments.data_picture import painter

        self.split = Split(source, None, source) if isinstance(source, DataSet) else source
        painter(learner.tasks, self.split.train)  # or says that there is none
        super().__init__(learner, source, learn, title)
        batch = batch_size_of(learner)
        self.step = batch or len(self.split.train)  # of those that take all rows at once
        self.speed = 1 if batch else 0
        if is_one_shot(learner):
            self.frames = 2  # before and after

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.split.train.name

    def frame(self, view: View) -> Any:
        """Draw what is said about rows."""
        from spielfeld.experiments.data_picture import data_picture

        caption = f"{samples_of(self.learner, self.samples):,} rows"
        for name in list(self.history.columns)[1:]:
            caption += f"   {name.replace('_', ' ')} {self.history[name][-20:].mean():.3g}"
        return data_picture(self.learner, self.split, caption=caption, points=view.policy)
