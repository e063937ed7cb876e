"""A run: `train(spec)` learns, scores and saves; the `Run` that it returns holds the results.

After an interruption, the same call continues the training, and the result is equal bit for bit.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld import guard
from spielfeld.arrays import Array
from spielfeld.envs.access import restore as restore_world
from spielfeld.envs.access import state as world_state
from spielfeld.envs.board_game import Rules
from spielfeld.envs.board_game.opponents import is_named
from spielfeld.experiments.data_score import DataScore, RowEvaluator
from spielfeld.experiments.evaluation import Evaluation, Evaluator
from spielfeld.experiments.greedy import Graduate
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.sources import Source, fitting, make_source, require_target
from spielfeld.experiments.spec import RunSpec, called_in, require_made_there
from spielfeld.files import ModelFileError, load_model, save_model, split, write_atomically
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import Split
from spielfeld.loop_cache import COMPILING
from spielfeld.protocols import (
    Learner,
    Resumable,
    config_class_of,
    is_one_shot,
    predicts_many,
    resumes,
    rules_of,
    samples_of,
    tasks_of,
)
from spielfeld.version import versions

CHECKPOINT_SECONDS = 2.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MOST_OPPONENTS = 20  # runs, each of which learned against the next one
Summary = dict[str, Any]  # the JSON object in summary.json


class Training:
    """A training in progress: a loop that can be watched, stopped and resumed.

        for training in Training(spec):
            print(training.samples, training.history)

    Each round learns from the next portion of the budget. A caller that shows pictures calls
    `advance` instead, with any number of samples.

    Args:
        spec: The spec of the run.
        checkpoint: File in which the state is saved every two seconds; None to save nothing.

    Attributes:
        learner: The learner.
        source: The environment or the `Split` that it learns from.
        evaluator: Scores the learner.
        history: The history of the learner.
        scores: Rows of `evaluator`, at even distances.
        samples: Number of environment steps or rows so far.
        seconds: Seconds of learning so far, without evaluating and compiling.
        told: Called with history and scores whenever they change.
        interrupted: Set to stop at the end of the next `advance`, once the state is saved.

    Raises:
        ValueError: If the learner or the source is unknown, a setting does not fit, or the learner
            cannot learn there.
    """

    def __init__(self, spec: RunSpec, checkpoint: Path | None = None) -> None:
        self.spec, self.checkpoint = spec, checkpoint
        self.learner = make_learner(spec)
        tasks = tasks_of(self.learner)
        require_target(spec.learner, tasks, spec.source, spec.source_options)
        options = with_opponent(spec.source, spec.source_options, spec.modules)
        self.source: Source = make_source(spec.source, options, spec.seed)
        tasks = fitting(spec.learner, tasks, spec.source, self.source)
        self.evaluator = (
            RowEvaluator(self.source, tasks) if isinstance(self.source, Split)
            else Evaluator(self.source, many=predicts_many(self.learner))
        )  # fmt: skip
        self.history, self.scores = History(), History()
        self.samples, self.seconds = 0, 0.0
        self.interrupted = self.learning = False
        self.told: Callable[[History, History], None] | None = None
        self._saved = time.monotonic()

    def __iter__(self) -> Iterator[Training]:
        while self.portion:
            self.advance(self.portion)
            yield self

    @property
    def portion(self) -> int:
        """Number of samples of the next portion; 0 when the budget is used up."""
        left = self.spec.samples - self.samples
        step = int(np.clip(self.spec.samples // 200, 500, 100_000))
        return left if is_one_shot(self.learner) else min(step, left)

    @property
    def taken(self) -> int:
        """Number of samples that were used: a learner in many worlds may keep some for later."""
        many = predicts_many(self.learner)
        return samples_of(self.learner, self.samples) if many else self.samples

    def advance(self, samples: int) -> History:
        """Learn from `samples` more, within the budget; save the state if that is due.

        Returns:
            The history of these samples.

        Raises:
            KeyboardInterrupt: If Ctrl-C was pressed, after the state was saved.
        """
        at_once, evaluations = is_one_shot(self.learner), self.evaluator.evaluations
        if self.samples == 0 and not at_once:
            self.learner.learn(self.source, 0)  # makes its arrays, before the first score
            if evaluations and not len(self.scores):
                self._score()
        samples = self.portion if at_once and samples else samples
        news, goal = History(), min(self.samples + samples, self.spec.samples)
        step = max(1, self.spec.samples // (1 if at_once else evaluations or 1))
        self.learning = True
        while self.samples < goal:
            news += self.learn(min(goal - self.samples, step - self.samples % step))
            if self.samples % step == 0 and evaluations:
                self._score()
            if self.told is not None:
                self.told(self.history, self.scores)
        due = time.monotonic() - self._saved > CHECKPOINT_SECONDS
        if self.checkpoint and (due or self.interrupted) and resumes(self.learner):
            self.save(self.checkpoint)
            self._saved = time.monotonic()
        if self.interrupted:
            raise KeyboardInterrupt
        self.learning = False
        return news

    def learn(self, samples: int) -> History:
        """Learn from `samples` more, and neither score nor save."""
        began, compiling = time.perf_counter(), COMPILING.seconds
        news = self.learner.learn(self.source, samples) or History()
        self.seconds += time.perf_counter() - began - (COMPILING.seconds - compiling)
        self.history += news
        self.samples += samples
        return news

    def _score(self) -> None:
        if len(self.scores) and self.scores["samples"][-1] == self.taken:
            return  # no whole rollout since, so the learner is unchanged
        row = {"samples": self.taken, "seconds": self.seconds} | self.evaluator.row(self.learner)
        self.scores += History(**{name: [number] for name, number in row.items()})

    def save(self, path: Path) -> None:
        """Write the complete state of the training."""
        state = self.learner.state() if isinstance(self.learner, Resumable) else {}
        arrays, values = split(state)
        tables = {"history": self.history, "scores": self.scores}
        columns = {f"{table}.{name}": column for table, history in tables.items()
                   for name, column in history.columns.items()}  # fmt: skip
        # The learner saves its place in the rows, or in copies of its world.
        world = None if isinstance(self.source, Split) else self.source
        header = {
            **self._identity(),
            "columns": {table: list(history.columns) for table, history in tables.items()},
            "learner": values,
            "env": None if world is None or predicts_many(self.learner) else world_state(world),
            "samples": self.samples,
            "seconds": self.seconds,
            "versions": versions(),
        }
        save_model(path, {**arrays, **columns}, header)

    def restore(self, path: Path) -> None:
        """Continue from the state that `save` wrote.

        Raises:
            ModelFileError: If the file is damaged, or does not fit; the message gives the reason.
            ValueError: If it belongs to another run.
        """
        arrays, header = load_model(path)
        for key, expected in self._identity().items():
            if header.get(key) != expected:
                raise ValueError(f"{path}: was saved with another {key.replace('_', ' ')}.")
        try:
            self._take_over(arrays, header)
        except Exception as error:  # a file may contain anything
            reason = f"it has no {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
            raise ModelFileError(f"{path}: does not fit: {reason}.") from error

    def _take_over(self, arrays: dict[str, Array], header: dict[str, Any]) -> None:
        self.history, self.scores = (
            History(**{name: arrays.pop(f"{table}.{name}") for name in header["columns"][table]})
            for table in ("history", "scores")
        )
        self.samples = guard.whole("samples", header["samples"], 0, self.spec.samples + 1)
        self.seconds = guard.number("seconds", header["seconds"], 0)
        source = self._where_it_stood(header["env"])
        if isinstance(self.learner, Resumable):
            self.learner.restore({**arrays, **header["learner"]}, source)

    def _where_it_stood(self, state: dict[str, Any] | None) -> Source:
        """Restore the environment; return the source for the restored learner."""
        if isinstance(self.source, Split) or predicts_many(self.learner):
            return self.source
        if state is not None:
            restore_world(self.source, state)
            return self.source
        # Its state cannot be saved: it is another source for the learner, with a new episode.
        assert isinstance(self.source, gym.Env)
        self.source.reset(seed=self.spec.seed + self.samples)
        return gym.Wrapper(self.source)

    def _identity(self) -> dict[str, Any]:
        """The properties that a saved state must have."""
        identity: dict[str, Any] = {"spec": json.loads(self.spec.to_json())}
        if isinstance(self.source, Split):
            train = self.source.train
            shape, classes = list(train.inputs.shape), list(train.class_names)
            return identity | {"data_set": {"name": train.name, "shape": shape, "classes": classes}}
        spaces = {"observation_space": self.source.observation_space,
                  "action_space": self.source.action_space}  # fmt: skip
        return identity | {name: str(space) for name, space in spaces.items()}


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        directory: Folder of spec.json, history.csv, scores.csv, model.safetensors and summary.json.
        spec: The spec of the run.
        summary: Score, seconds and versions.
        ended: The training, if it was done in this process; otherwise files are read.
    """

    directory: Path
    spec: RunSpec
    summary: Summary
    ended: Training | None = field(default=None, repr=False, compare=False)

    @classmethod
    def load(cls, directory: str | os.PathLike[str], own: str | Sequence[str] = ()) -> Run:
        """Read a finished run.

        A run is data: it names modules, but imports none by itself. For a learner or a world of
        your own write `Run.load("runs/...", own="my_module")`.

        Args:
            directory: Directory of the run.
            own: Modules of your own that the run may name, one or several.

        Raises:
            ValueError: If the directory has no finished run, or a file is damaged. Also if the run
                names a module that is not in `own`.
        """
        directory = Path(directory)
        spec = RunSpec.load(directory / "spec.json", own)
        if not (directory / "summary.json").exists():
            raise ValueError(f"{directory} is not finished: continue its training first.")
        return cls(directory, spec, _read_summary(directory / "summary.json"))

    @property
    def score(self) -> Evaluation | DataScore:
        """The score of the learner at the end."""
        return _read_score(self.summary["score"])

    @property
    def history(self) -> History:
        """The history of the training."""
        return self.ended.history if self.ended else _read_table(self.directory / "history.csv")

    @property
    def scores(self) -> History:
        """The scores during training, at even distances; empty if there are none."""
        if self.ended:
            return self.ended.scores
        path, score = self.directory / "scores.csv", self.summary.get("score", {})
        known = [] if "metrics" in score else ["value"]
        known += ["share"] if score.get("share") is not None else []
        return _read_table(path, "samples", *known) if path.exists() else History()

    @property
    def learner(self) -> Learner:
        """The trained learner; call its `predict`.

        Raises:
            ModelFileError: If the model file is damaged or does not fit.
            ValueError: As `check_own_files`.
        """
        return self._checked().learner

    @property
    def source(self) -> Any:
        """The environment or the `Split` of `learner`; raises the same errors."""
        return self._checked().source

    def _checked(self) -> Training:
        """Return the training of `learner` and `source`, if no file has changed since."""
        self.check_own_files()
        return self.ended or self._restored

    @cached_property
    def _restored(self) -> Training:
        return self.restored()

    def check_own_files(self) -> None:
        """Check that the files which the run names exist here and are unchanged.

        Raises:
            ValueError: If a file is missing or has changed since the training. Also if a module
                has only imported the named learner or world.
        """
        for name, stamp in self.spec.files().items():
            if not stamp:
                raise ValueError(f"{self.directory} needs {name}: go to the folder of that file.")
            if stamp not in self.spec.code.split("-")[1:]:
                raise ValueError(f"{name} has changed since {self.directory}: train again.")
        for name in called_in(self.spec.learner, self.spec.source):
            require_made_there(name, self.spec.modules)

    def restored(self) -> Training:
        """Return the training at its end, restored from its files at each call.

        Raises:
            ModelFileError: If the model file is damaged or does not fit.
            ValueError: As `check_own_files`.
        """
        self.check_own_files()
        training = Training(self.spec)
        training.restore(self.directory / "model.safetensors")
        return training


def train(spec: RunSpec, root: Path, teach: Callable[[Training], None] | None = None) -> Run:
    """Run a spec to its end; an interrupted training continues.

    Args:
        spec: The spec of the run.
        root: Folder of the run's directory.
        teach: Iterates over the training, or calls its `advance`, and shows the progress. The rest
            of the budget is learned afterwards.

    Returns:
        The finished run, which may have been finished before.

    Raises:
        ValueError: If the spec does not fit, or a file of an earlier attempt is damaged.
        OSError: If the directory cannot be written.
        KeyboardInterrupt: After Ctrl-C, once the state is saved.
    """
    directory = root / spec.directory_name
    if (directory / "summary.json").exists():
        return _complete_before(directory, spec)
    checkpoint = directory / "checkpoint.safetensors"
    training = Training(spec, checkpoint)
    directory.mkdir(parents=True, exist_ok=True)
    write_atomically(directory / "spec.json", spec.to_json())
    if checkpoint.exists():
        try:
            training.restore(checkpoint)
        except ValueError as error:
            raise ModelFileError(
                f"{error} Remove it, and the same training starts again."
            ) from error
    with one_thread(), _gone_if_refused(directory):
        with _saved_on_interrupt(training):
            if teach is not None:
                teach(training)
            for _ in training:
                pass
        return _complete(training, directory)


def _complete(training: Training, directory: Path) -> Run:
    """Score and save; the summary is written last, so it marks a complete run."""
    summary = {
        "score": training.evaluator(training.learner).summary(),
        "samples": training.taken,
        "seconds": training.seconds,
        "versions": versions(),
    }
    write_atomically(directory / "history.csv", training.history.to_csv())
    if len(training.scores):
        write_atomically(directory / "scores.csv", training.scores.to_csv())
    training.save(directory / "model.safetensors")
    write_atomically(directory / "summary.json", json.dumps(summary, indent=2) + "\n")
    (directory / "checkpoint.safetensors").unlink(missing_ok=True)
    return Run(directory, training.spec, summary, training)


def _complete_before(directory: Path, spec: RunSpec) -> Run:
    run = Run.load(directory, spec.modules)
    if run.spec.to_json() != spec.to_json():
        raise ValueError(f"{directory}/spec.json is damaged: remove {directory}, and train again.")
    return run


@contextmanager
def _gone_if_refused(directory: Path) -> Iterator[None]:
    """Remove the directory if learner and world do not fit, so nothing was learned."""
    try:
        yield
    except Exception:
        if [path.name for path in directory.iterdir()] == ["spec.json"]:
            (directory / "spec.json").unlink()
            directory.rmdir()
        raise


@contextmanager
def _saved_on_interrupt(training: Training) -> Iterator[None]:
    """Delay the first Ctrl-C until learner and environment can be saved together."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        training.interrupted = True
        signal.signal(signal.SIGINT, before)  # a second one does not wait
        if not training.learning:  # shown, paused or finished
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    except KeyboardInterrupt:
        waits = training.samples and not training.learning
        if training.checkpoint and resumes(training.learner) and waits:
            training.save(training.checkpoint)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit linear algebra to one thread, in libraries that are loaded now or later.

    This is fastest for small problems, and sums do not depend on the number of cores.
    """
    from threadpoolctl import threadpool_limits

    for variable in THREADS:
        os.environ.setdefault(variable, "1")
    with threadpool_limits(1):
        yield


def make_learner(spec: RunSpec) -> Learner:
    """Return a new learner: `Class(config, seed)`, or `Class(seed=seed)` if it has no config.

    Raises:
        ValueError: If the class does not accept these arguments.
    """
    learner_class = find_learner(spec.learner)
    config_class = config_class_of(learner_class)
    try:
        made = (
            learner_class(seed=spec.seed) if config_class is None
            else learner_class(config_class(**spec.config), spec.seed)
        )  # fmt: skip
    except TypeError as error:
        raise ValueError(f"{spec.learner} cannot be made: {error}.") from error
    learner: Learner = made
    return learner


def with_opponent(source: str, options: Mapping[str, Any], own: Sequence[str]) -> dict[str, Any]:
    """Return options of a board game, with the directory of a run replaced by its player.

    Args:
        source: Name of the source.
        options: Options of the source; "opponent" may be the directory of a finished run.
        own: Modules of your own that this run may name; see `Run.load`.

    Raises:
        ValueError: If the run learned another game, or against itself.
    """
    given, found = options.get("opponent"), dict(options)
    if not isinstance(given, str) or not Path(given).is_dir() or is_named(given):
        return found
    if source not in gym.registry:
        return found
    world = make_source(source, {**options, "opponent": "random"})
    rules = None if isinstance(world, Split) else rules_of(world.unwrapped, Rules)
    if rules is None:
        return found
    _require_end(given, own)
    return found | {"opponent": graduate(Run.load(given, own), rules)}


def graduate(run: Run, rules: Rules) -> Graduate:
    """Return the greedy policy of a run as a player; see `Graduate`.

    Raises:
        ValueError: If the run learned another game, or its learner has no action values.
    """
    return Graduate(run.learner, run.source, rules, run.spec.learner, run.spec.source)


def _require_end(opponent: object, own: Sequence[str]) -> None:
    """Refuse a run whose chain of opponents leads back to itself or is too long."""
    seen: list[Path] = []
    while isinstance(opponent, str) and opponent and Path(opponent).is_dir():
        if Path(opponent) in seen or len(seen) == MOST_OPPONENTS:
            raise ValueError(
                f"{opponent} learned against itself, or its chain of opponents is too long."
            )
        seen.append(Path(opponent))
        opponent = RunSpec.load(seen[-1] / "spec.json", own).source_options.get("opponent")


def _read_summary(path: Path) -> Summary:
    """Read the summary, and check it."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        summary: Summary = json.loads(path.read_text())
        score = summary["score"]
        numbers = isinstance(summary["seconds"], int | float) and isinstance(score, dict)
        if numbers and _read_score(score).sound:
            return summary
    raise ValueError(f"{path} is damaged: remove it, and the same training writes it again.")


def _read_score(score: dict[str, Any]) -> Evaluation | DataScore:
    return DataScore.read(score) if "metrics" in score else Evaluation(**score)


def _read_table(path: Path, *columns: str) -> History:
    try:
        table = History.from_csv(path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is damaged: it is not a text file.") from error
    except FileNotFoundError as error:
        raise ValueError(
            f"{path} is missing: remove {path.parent}, and the same training writes it again."
        ) from error
    if not table.columns.keys() >= set(columns):
        raise ValueError(f"{path} is damaged: expected columns {', '.join(columns)}.")
    return table
