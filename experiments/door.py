"""The public door: `spielfeld.make`, `spielfeld.train` and `spielfeld.load`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spielfeld.experiments.registry import LEARNERS, unknown
from spielfeld.experiments.run import Run, with_opponent
from spielfeld.experiments.run import train as train_spec
from spielfeld.experiments.sources import make_source
from spielfeld.experiments.spec import make_spec


def make(source: str | os.PathLike[str], *, own: str | Sequence[str] = (), **options: Any) -> Any:
    """Make the environment or the data set of a name.

        >>> import spielfeld
        >>> env = spielfeld.make("spielfeld/Maze-v0", rows=7, columns=7, seed=1)
        >>> spielfeld.make("two-moons", rows=100, test=0.2).test.inputs.shape
        (20, 2)

    Args:
        source: Name as on the command line. It is a Gymnasium id, a layout or its file, a data set
            or its file, or "my_module:MyWorld".
        own: Modules of your own that the run of an opponent names, one or several.
        **options: Options of the source, as after `--set`; of a data set also its division.

    Returns:
        A Gymnasium environment, or a `Split` of rows for training, validation and testing.

    Raises:
        ValueError: If there is no such source, or an option does not fit.
    """
    name = _name_of_source(source)
    return make_source(name, with_opponent(name, options, _words(own)))


def load(directory: str | os.PathLike[str], *, own: str | Sequence[str] = ()) -> Run:
    """Read a finished run: its `learner`, `source`, `history`, `scores` and `score`.

    A run is data and imports no module by itself. For a learner or a world of your own write
    `spielfeld.load("runs/...", own="my_module")`.

    Args:
        directory: Directory of the run.
        own: Modules of your own that it may name, one or several.

    Raises:
        ValueError: If the directory holds no finished run, or names a module that is not in `own`.
    """
    if not isinstance(directory, str | os.PathLike):
        raise ValueError(f"Expected the directory of a run, such as 'runs/...', not {directory!r}.")
    return Run.load(directory, own)


def train(
    learner: str | type[Any],
    source: str | os.PathLike[str],
    samples: int | None = None,
    seed: int = 0,
    *,
    options: Mapping[str, Any] | None = None,
    directory: str | os.PathLike[str] = "runs",
    own: str | Sequence[str] = (),
    **settings: Any,
) -> Run:
    """Train a learner and return the finished run, as `spielfeld train` does.

    Equal arguments give the same run: a complete run is read again, and an interrupted run
    continues.

        >>> import spielfeld
        >>> run = spielfeld.train("q-learning", "spielfeld/CliffWalking-v0", samples=500, seed=1)
        >>> run.learner.predict([0]).shape
        (1, 4)

    Args:
        learner: Name as on the command line ("q-learning", "my_module:MyLearner"), or the class
            or its name (`QLearning`).
        source: Name as on the command line; see `make`.
        samples: Environment steps to take, or rows to draw; by default as on the command line.
        seed: Seed of every random number in the run.
        options: Options of the source, as after `--set`.
        directory: Folder of the run's directory.
        own: Modules of your own that the run of an opponent names, one or several.
        **settings: Of the learner, such as `learning_rate=0.1`.

    Raises:
        ValueError: If there is no such learner, source or setting, or they do not fit together.
        OSError: If the directory cannot be written.
    """
    name, place = _name_of_learner(learner), _name_of_source(source)
    spec = make_spec(name, place, samples, seed, settings, options or {}, _words(own))
    return train_spec(spec, Path(directory))


def _name_of_learner(learner: object) -> str:
    if isinstance(learner, str) and (learner in LEARNERS or ":" in learner):
        return learner
    if isinstance(learner, str):
        classes = {entry.place.partition(":")[2]: name for name, entry in LEARNERS.items()}
        if learner in classes:
            return classes[learner]
        raise ValueError(unknown("learner", learner, LEARNERS))
    if not isinstance(learner, type):
        raise ValueError(
            f"Expected a learner's name or class, not {learner!r}. To train an object, call "
            "learner.learn(source, samples=...)."
        )
    if learner.__module__.startswith("spielfeld."):
        return _name_of_learner(learner.__name__)
    if learner.__module__ == "__main__":
        raise ValueError(
            f"A run names its learner: put {learner.__name__} into a file, my_module.py, and name "
            f"it 'my_module:{learner.__name__}'."
        )
    return f"{learner.__module__}:{learner.__name__}"


def _name_of_source(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    raise ValueError(
        f"Expected the name of a source, such as 'spielfeld/CliffWalking-v0', not {source!r}."
    )


def _words(own: str | Sequence[str]) -> Sequence[str]:
    return (own,) if isinstance(own, str) else own
