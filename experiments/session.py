"""A run under way: learner, source and history, which are saved and restored together."""

from __future__ import annotations

import dataclasses
import json
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from spielfeld import guard
from spielfeld.arrays import Array
from spielfeld.experiments.evaluation import state_values
from spielfeld.experiments.greedy import predicts_many
from spielfeld.experiments.ground import make_ground
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import ModelFileError, load_model, save_model
from spielfeld.history import History

CHECKPOINT_SECONDS = 2.0
UNFIT = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RuntimeError)
LIBRARIES = ("gymnasium", "numba", "numpy", "scipy", "stable-baselines3", "torch")


class Session:
    """A run under way.

    Args:
        spec: What to run.
        checkpoint: Where to save the state every now and then; None for nowhere.

    Attributes:
        ground: The source: `ground.given` is what the learner learns from.
        told: Called with history and scores whenever there is news.

    Raises:
        ValueError: If the learner or the source is unknown, a setting does not fit, or the learner
            cannot learn there.
    """

    def __init__(self, spec: RunSpec, checkpoint: Path | None = None) -> None:
        self.spec, self.checkpoint = spec, checkpoint
        self.learner = make_learner(spec)
        self.ground = make_ground(spec, self.learner)
        self.history = History()
        self.scores = History()
        self.samples = 0
        self.seconds = 0.0
        self.interrupted = False
        self.told: Callable[[History, History], None] | None = None
        self.learning = False
        self._saved = time.monotonic()

    @property
    def portion(self) -> int:
        """How many samples to draw next, a part of the budget: 0 when it is used up."""
        left = self.spec.samples - self.samples
        step = int(np.clip(self.spec.samples // 200, 500, 100_000))
        return left if self.one_shot else min(step, left)

    @property
    def one_shot(self) -> bool:
        """Whether the learner takes its whole budget in one call, and cannot go on afterwards."""
        return bool(getattr(self.learner, "one_shot", False))

    @property
    def resumable(self) -> bool:
        """Whether a run that is interrupted can go on; one of a baseline begins anew."""
        return hasattr(self.learner, "state") and getattr(self.learner, "resumes", True)

    @property
    def taken(self) -> int:
        """How many samples were really drawn: who acts in many worlds may carry some over."""
        return int(self.learner.samples) if predicts_many(self.learner) else self.samples

    def advance(self, samples: int) -> History:
        """Learn from `samples` more, within the budget; save the state if it is time to.

        Returns:
            What was recorded meanwhile.

        Raises:
            KeyboardInterrupt: If Ctrl-C was pressed, after the state was saved.
        """
        if self.samples == 0 and not self.one_shot:
            self.learner.learn(self.ground.given, 0)  # gets ready, and knows nothing yet
            if self.ground.scores and not len(self.scores):
                self._score()
        samples = self.portion if self.one_shot and samples else samples
        news, goal = History(), min(self.samples + samples, self.spec.samples)
        step = max(1, self.spec.samples // (1 if self.one_shot else self.ground.scores or 1))
        self.learning = True
        while self.samples < goal:
            news += self._learn(min(goal - self.samples, step - self.samples % step))
            if self.samples % step == 0 and self.ground.scores:
                self._score()
            if self.told is not None:
                self.told(self.history, self.scores)
        due = time.monotonic() - self._saved > CHECKPOINT_SECONDS
        if self.checkpoint and (due or self.interrupted) and self.resumable:
            self.save(self.checkpoint)
            self._saved = time.monotonic()
        if self.interrupted:
            raise KeyboardInterrupt
        self.learning = False
        return news

    def _learn(self, samples: int) -> History:
        began = time.perf_counter()
        news: History = self.learner.learn(self.ground.given, samples) or History()
        self.history += news
        self.samples += samples
        self.seconds += time.perf_counter() - began
        return news

    def _score(self) -> None:
        """Measure how good the learner is now, whoever asked for however many samples."""
        if len(self.scores) and self.scores["samples"][-1] == self.taken:
            return  # one that takes whole rollouts has learned nothing since
        row = {"samples": self.taken, "seconds": self.seconds}
        row |= self.ground.score_row(self.learner)
        self.scores += History(**{name: [number] for name, number in row.items()})

    def as_learner(self) -> Any:
        """Return the learner as those see it who teach it elsewhere: what it learns counts here."""
        return _Pupil(self)

    def finish(self) -> None:
        """Use up the budget."""
        while self.portion:
            self.advance(self.portion)

    def save(self, path: Path) -> None:
        """Write everything that the rest of the run depends on."""
        arrays, values = split(self.learner.state() if hasattr(self.learner, "state") else {})
        tables = {"history": self.history, "scores": self.scores}
        columns = {f"{table}.{name}": column for table, history in tables.items()
                   for name, column in history.columns.items()}  # fmt: skip
        header = {
            **self._identity(),
            "columns": {table: list(history.columns) for table, history in tables.items()},
            "learner": values,
            "env": self.ground.state(),
            "samples": self.samples,
            "seconds": self.seconds,
            "versions": versions(),
        }
        save_model(path, {**arrays, **columns}, header)

    def restore(self, path: Path) -> None:
        """Continue from what `save` wrote.

        Raises:
            ModelFileError: If the file is damaged, or does not fit; says what of it.
            ValueError: If it belongs to another run.
        """
        arrays, header = load_model(path)
        for key, expected in self._identity().items():
            if header.get(key) != expected:
                raise ValueError(f"{path}: was saved with another {key.replace('_', ' ')}.")
        try:
            self._take_up(arrays, header)
        except UNFIT as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
            raise ModelFileError(f"{path}: does not fit: {reason}.") from error

    def _take_up(self, arrays: dict[str, Array], header: dict[str, Any]) -> None:
        self.history, self.scores = (
            History(**{name: arrays.pop(f"{table}.{name}") for name in header["columns"][table]})
            for table in ("history", "scores")
        )
        self.samples = guard.whole("samples", header["samples"], 0, self.spec.samples + 1)
        self.seconds = guard.number("seconds", header["seconds"], 0)
        source = self.ground.restore(header["env"], self.spec.seed + self.samples)
        if hasattr(self.learner, "restore"):
            self.learner.restore({**arrays, **header["learner"]}, source)

    def _identity(self) -> dict[str, Any]:
        """What a saved state must agree with."""
        return {"spec": json.loads(self.spec.to_json()), **self.ground.identity()}


class _Pupil:
    """A learner whose learning goes through its session."""

    def __init__(self, session: Session) -> None:
        self._session, self.name = session, session.spec.learner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session.learner, name)

    @property
    def action_values(self) -> Any:
        learner = self._session.learner
        values = state_values(learner, self._session.ground.given)
        shown = hasattr(learner, "action_values") and not getattr(learner, "tiled", False)
        if values is None and not shown:
            raise ValueError(f"{self._session.spec.learner} has no action_values to be shown here.")
        return learner.action_values if values is None else values

    def learn(self, source: Any, samples: int) -> History:
        return self._session.advance(samples)


def make_learner(spec: RunSpec) -> Any:
    """Return a new learner: `Class(config, seed)`, or `Class(seed=seed)` if it has no config.

    Raises:
        ValueError: If the class does not take these.
    """
    learner_class = find_learner(spec.learner)
    config_class = getattr(learner_class, "config_class", None)
    _require_kinds(config_class, spec.config)
    try:
        if config_class is None:
            return learner_class(seed=spec.seed)
        return learner_class(config_class(**spec.config), spec.seed)
    except TypeError as error:
        raise ValueError(f"{spec.learner} cannot be made: {error}.") from error


def _require_kinds(config_class: Any, config: dict[str, Any]) -> None:
    """Raise a ValueError if a setting is another kind of value than its default: files may err."""
    if not dataclasses.is_dataclass(config_class):
        return
    for field in dataclasses.fields(config_class):
        if field.name in config and not _alike(config[field.name], field.default):
            given, default = config[field.name], field.default
            raise ValueError(f"{field.name} must be a value such as {default!r}, not {given!r}.")


def _alike(given: Any, default: Any) -> bool:
    if default in (dataclasses.MISSING, None):
        return True
    if isinstance(default, tuple):
        first = next(iter(default), None)
        return isinstance(given, list | tuple) and all(_alike(each, first) for each in given)
    return isinstance(given, (int, float) if isinstance(default, float) else type(default))


def split(state: dict[str, Any]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Separate a state into arrays and JSON values."""
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    return arrays, {key: value for key, value in state.items() if key not in arrays}


def versions() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):  # extras
            found[name] = version(name)
    return found
