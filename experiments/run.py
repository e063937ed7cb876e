"""A run: from a spec to a directory with its history, model and score; resumable at any moment."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.evaluation import Evaluation
from spielfeld.experiments.own_code import called_in, require_made_there
from spielfeld.experiments.session import Session, versions
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.threads import one_thread
from spielfeld.files import ModelFileError, write_atomically
from spielfeld.history import History

Teacher = Callable[[Session], None]


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        directory: Holds spec.json, history.csv, scores.csv, model.safetensors and summary.json.
        spec: What it is a function of.
        summary: Score, seconds and versions.
    """

    directory: Path
    spec: RunSpec
    summary: dict[str, Any]

    @classmethod
    def load(cls, directory: str | os.PathLike[str], own: str | Sequence[str] = ()) -> Run:
        """Read a finished run.

        A run is data, whoever has written it: it names modules, but imports none by itself. One
        of your own learner or world takes `Run.load("runs/...", own="my_module")`.

        Args:
            directory: Of the run.
            own: The modules of your own that it may name, one or several.

        Raises:
            ValueError: If the directory holds none, or names a module that is not in `own`; says
                what is missing or damaged.
        """
        directory = Path(directory)
        spec = RunSpec.load(directory / "spec.json", own)
        if not (directory / "summary.json").exists():
            raise ValueError(f"{directory} is not finished: train it to its end first.")
        return cls(directory, spec, _read_summary(directory / "summary.json"))

    @property
    def score(self) -> Evaluation | DataScore:
        """How good the learner was in the end."""
        return _read_score(self.summary["score"])

    @property
    def history(self) -> History:
        """What was recorded while learning, read from `history.csv`."""
        return _read_table(self.directory / "history.csv")

    @property
    def scores(self) -> History:
        """How good the learner was at even distances; empty where no score is known."""
        path = self.directory / "scores.csv"
        score = self.summary.get("score", {})
        known = [] if "metrics" in score else ["value"]
        known += ["share"] if score.get("share") is not None else []
        return _read_table(path, "samples", *known) if path.exists() else History()

    @property
    def learner(self) -> Any:
        """The trained learner; `predict` asks it.

        Raises:
            ModelFileError: If the model file is damaged or does not fit.
            ValueError: As `check_own_files`.
        """
        return self._checked().learner

    @property
    def source(self) -> Any:
        """What `learner` has learned from: an environment or a `Split`; raises as `learner`."""
        return self._checked().ground.given

    def _checked(self) -> Session:
        """Return the one session of `learner` and `source`, unless a file has changed since."""
        self.check_own_files()
        return self._ended

    @cached_property
    def _ended(self) -> Session:
        return self.session()

    def check_own_files(self) -> None:
        """See that the files which the run names are those of its training.

        Raises:
            ValueError: If a file is not in this folder, or is another one than then; or if what
                is named in a module was only imported there.
        """
        for name, stamp in self.spec.files().items():
            if not stamp:
                raise ValueError(f"{self.directory} needs {name}: go to the folder of that file.")
            if stamp not in self.spec.code.split("-")[1:]:
                raise ValueError(f"{name} has changed since {self.directory}: train again.")
        for name in called_in(self.spec.learner, self.spec.source):
            require_made_there(name, self.spec.modules)

    def session(self) -> Session:
        """Return the run as it ended, anew at each call.

        Raises:
            ModelFileError: If the model file is damaged or does not fit.
            ValueError: As `check_own_files`.
        """
        self.check_own_files()
        session = Session(self.spec)
        session.restore(self.directory / "model.safetensors")
        return session


def _read_summary(path: Path) -> dict[str, Any]:
    """Read the summary, and see that it can be reported."""
    try:
        summary: dict[str, Any] = json.loads(path.read_text())
        if isinstance(summary["seconds"], int | float) and _read_score(summary["score"]).sound:
            return summary
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise ValueError(f"{path} is damaged: remove it, and the same training writes it anew.")


def _read_score(score: dict[str, Any]) -> Evaluation | DataScore:
    return DataScore.read(score) if "metrics" in score else Evaluation(**score)


def _read_table(path: Path, *columns: str) -> History:
    try:
        table = History.from_csv(path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is damaged: it is no text.") from error
    except FileNotFoundError as error:
        raise ValueError(
            f"{path} is missing: remove {path.parent}, and the same training writes it anew."
        ) from error
    if not table.columns.keys() >= set(columns):
        raise ValueError(f"{path} is damaged: expected columns {', '.join(columns)}.")
    return table


def train(spec: RunSpec, root: Path, teach: Teacher | None = None) -> Run:
    """Run a spec to its end, from wherever an earlier attempt stopped.

    Args:
        spec: What to run.
        root: The run's directory is made in here.
        teach: Calls `session.advance` while it shows something; what it leaves over of the budget
            is learned afterwards.

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
    session = Session(spec, checkpoint)
    directory.mkdir(parents=True, exist_ok=True)
    write_atomically(directory / "spec.json", spec.to_json())
    if checkpoint.exists():
        _go_on(session, checkpoint)
    with one_thread(), _gone_if_refused(directory):
        with _saved_on_interrupt(session):
            if teach is not None:
                teach(session)
            session.finish()
        return _complete(session, directory)


def _complete_before(directory: Path, spec: RunSpec) -> Run:
    run = Run.load(directory, spec.modules)
    if run.spec.to_json() != spec.to_json():
        raise ValueError(f"{directory}/spec.json is damaged: remove {directory}, and train again.")
    return run


def _go_on(session: Session, checkpoint: Path) -> None:
    try:
        session.restore(checkpoint)
    except ValueError as error:
        raise ModelFileError(f"{error} Remove it, and the same training begins anew.") from error


@contextmanager
def _gone_if_refused(directory: Path) -> Iterator[None]:
    """Leave no directory behind where nothing was learned, since learner and world do not fit."""
    try:
        yield
    except Exception:
        if [path.name for path in directory.iterdir()] == ["spec.json"]:
            (directory / "spec.json").unlink()
            directory.rmdir()
        raise


@contextmanager
def _saved_on_interrupt(session: Session) -> Iterator[None]:
    """Let the first Ctrl-C wait until learner and environment are in step with one another."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: Any) -> None:
        session.interrupted = True
        signal.signal(signal.SIGINT, before)  # a second one does not wait
        if not session.learning:  # but shown, paused, or finished
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    except KeyboardInterrupt:
        waits = session.samples and not session.learning
        if session.checkpoint and session.resumable and waits:
            session.save(session.checkpoint)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _complete(session: Session, directory: Path) -> Run:
    """Write the results; the summary comes last and says that all is there."""
    score = session.ground.score(session.learner)
    summary = {
        "score": score.summary(),
        "samples": session.taken,
        "seconds": session.seconds,
        "versions": versions(),
    }
    write_atomically(directory / "history.csv", session.history.to_csv())
    if len(session.scores):
        write_atomically(directory / "scores.csv", session.scores.to_csv())
    session.save(directory / "model.safetensors")
    write_atomically(directory / "summary.json", json.dumps(summary, indent=2) + "\n")
    (directory / "checkpoint.safetensors").unlink(missing_ok=True)
    return Run(directory, session.spec, summary)
