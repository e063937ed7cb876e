"""What can be watched: a learner in a world, and a learner on rows of data."""

from __future__ import annotations

from typing import Any

from spielfeld.experiments.pictures import DEFAULT_VIEW, View
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import DataSet, Split


class Show:
    """A learner that learns on and is drawn in turns; subclasses say how it is drawn.

    Args:
        learner: Has `learn(source, samples)`, which goes on where it stopped.
        source: What it learns from.

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

    def __init__(self, learner: Any, source: Any) -> None:
        self.learner, self.source = learner, source
        self.history: History = learner.learn(source, 0)  # makes what is drawn
        self.samples = getattr(learner, "samples", 0)

    @property
    def title(self) -> str:
        """Who learns what."""
        return f"{getattr(self.learner, 'name', type(self.learner).__name__)} learns {self.name}"

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
        self.history += self.learner.learn(self.source, samples)
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
        layout, spec = getattr(self.source.unwrapped, "layout", None), self.source.spec
        return str((layout and layout.name) or (spec and spec.id) or "a world")

    @property
    def moving_view(self) -> View:
        """Cells for a picture of about 400 x 400, with numbers if they fit."""
        if not hasattr(self.source.unwrapped, "layout"):
            return DEFAULT_VIEW
        rows, columns = self.source.unwrapped.layout.shape
        return View(cell=min(56, max(4, int((400 * 400 / (rows * columns)) ** 0.5))))

    def frame(self, view: View) -> Any:
        """Draw the map with values and policy."""
        from spielfeld.experiments.pictures import picture

        return picture(self.source, self.learner.action_values, view, self._caption())

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

    def __init__(self, learner: Any, source: DataSet | Split) -> None:
        from spielfeld.experiments.data_picture import painter

        self.split = Split(source, None, source) if isinstance(source, DataSet) else source
        painter(learner.tasks, self.split.train)  # or says that there is none
        super().__init__(learner, source)
        batch = getattr(getattr(learner, "config", None), "batch_size", 0)
        self.step = batch or len(self.split.train)  # of those that take all rows at once
        self.speed = 1 if batch else 0
        if getattr(learner, "one_shot", False):
            self.frames = 2  # before and after

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.split.train.name

    def frame(self, view: View) -> Any:
        """Draw what is said about rows."""
        from spielfeld.experiments.data_picture import data_picture

        caption = f"{getattr(self.learner, 'samples', self.samples):,} rows"
        for name in list(self.history.columns)[1:]:
            caption += f"   {name.replace('_', ' ')} {self.history[name][-20:].mean():.3g}"
        return data_picture(self.learner, self.split, caption=caption, points=view.policy)
