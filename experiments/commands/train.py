"""`train LEARNER SOURCE`: learn, and say how good the learner has become."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from spielfeld.experiments.commands.words import (
    NO_COLUMNS,
    Columns,
    OwnModules,
    leading_words,
    option_values,
)
from spielfeld.experiments.data_source import is_data
from spielfeld.experiments.registry import LEARNERS, find_learner, grouped
from spielfeld.experiments.settings import settings_for
from spielfeld.learning.data_sets.registry import DATA_SETS

if TYPE_CHECKING:
    from spielfeld.experiments.session import Session
    from spielfeld.experiments.spec import RunSpec

HELP = {"-h", "--help"}
DESCRIPTION = """Learn, write a run directory, and say how good the learner has become.

A run that is complete is not run again; one that was interrupted goes on where it stopped."""


@dataclass(frozen=True)
class Options:
    """Options of every training."""

    samples: int
    """Environment steps to take."""
    seed: int = 0
    """Of every random number in the run."""
    directory: Path = Path("runs")
    """Where run directories are made."""
    watch: bool = False
    """See it learn in a window; without a screen, in learning.gif."""
    gif: bool = False
    """Draw learning.gif, a moving picture of the learning, into the run directory."""
    tensorboard: bool = False
    """Write event files into the run directory, while it learns: each column of history.csv and
    scores.csv by samples. `tensorboard --logdir runs` shows them; both need the extra `deep`."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the source as NAME=VALUE, such as rows=31 for spielfeld/Maze-v0."""
    own: OwnModules = ()
    """A module of your own that the run of an opponent names, such as my_module."""

    def source_options(self) -> dict[str, Any]:
        """Return the options of the source."""
        return option_values(self.set)


@dataclass(frozen=True)
class DataOptions(Options):
    """Options of every training on a data set."""

    samples: int | None = None  # type: ignore[assignment]
    """Rows to draw. By default each training row 100 times, and at least 20,000 in all; each once
    where a learner takes all rows at once."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the data set as NAME=VALUE, such as noise=0.3 for two-moons, or of its division:
    test and validation are shares of the rows or their number; split=1 divides by that seed in
    every run, split=in-order takes the last rows for testing; by default the run's seed divides."""
    columns: tyro.conf.OmitArgPrefixes[Columns] = NO_COLUMNS

    def source_options(self) -> dict[str, Any]:
        """Return the options of the source."""
        return {**super().source_options(), **self.columns.options()}


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    words, rest = leading_words(arguments, 2)
    if not words and (not rest or HELP & set(rest)):
        return _help_without_learner()
    if not words:
        raise ValueError(f"Begin with learner and source: train LEARNER SOURCE {shlex.join(rest)}")
    if words[0] not in LEARNERS and is_data(words[0]):
        raise ValueError(
            f"{words[0]} is a data set, and the learner comes first: train LEARNER SOURCE"
        )
    learner, source = find_learner(words[0]), words[1] if len(words) > 1 else ""
    config_class = getattr(learner, "config_class", None)
    tuned = settings_for(words[0], source)
    samples = tuned.pop("samples")
    options = DataOptions if is_data(source) or hasattr(learner, "tasks") else Options
    command = _command(options, config_class)
    config = () if config_class is None else (config_class(**tuned),)
    prog = f"train {words[0]} {source or 'SOURCE'}"
    given = tyro.cli(
        command, args=rest, prog=prog, description=DESCRIPTION,
        default=command(options(samples), *config),
    )  # fmt: skip
    if not source:
        raise ValueError(f"Name a source: train {words[0]} SOURCE; `spielfeld list` shows all.")
    return _train(words[0], source, given.options, getattr(given, "config", None), rest)


def _command(options: type[Options], config_class: type[Any] | None) -> type[Any]:
    """Join our options and the learner's own settings into one flat command."""
    flat = tyro.conf.OmitArgPrefixes
    fields: list[tuple[str, Any]] = [("options", flat[options])]
    if config_class is not None:
        fields.append(("config", flat[config_class]))
    return dataclasses.make_dataclass("Command", fields)


def _train(learner: str, source: str, options: Options, config: Any, rest: Sequence[str]) -> int:
    from spielfeld.experiments.commands.train_report import report
    from spielfeld.experiments.run import train
    from spielfeld.experiments.session import Session

    spec = _spec(learner, source, options, config)
    directory = options.directory / spec.directory_name
    before, teach = (directory / "summary.json").exists(), _teacher(options, directory)
    try:
        events = _events(directory) if options.tensorboard else None
        run = train(spec, options.directory, _telling(teach, events))
        if events is not None:
            events.update(run.history, run.scores)  # of a run that was complete before, all
            events.close()
        if before and (options.watch or options.gif):
            teach(Session(spec))  # shows the same again, and changes nothing
    except OSError as error:  # such as a full disk, of which the system does not say where
        error.filename = error.filename or directory
        raise
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Stopped. The same command {_then(learner, directory)}.") from None
    report(run, before, rest)
    return 0


def _then(learner: str, directory: Path) -> str:
    """Return what becomes of a run that was stopped."""
    if not getattr(find_learner(learner), "resumes", True):
        return f"begins anew, for {learner} cannot be saved half-way"
    saved = (directory / "checkpoint.safetensors").exists()
    return "goes on from what is saved" if saved else "begins anew, for nothing was saved yet"


def _spec(learner: str, source: str, options: Options, config: Any) -> RunSpec:
    from spielfeld.experiments.door import make_spec

    settings = {} if config is None else dataclasses.asdict(config)
    given, own = options.source_options(), options.own
    return make_spec(learner, source, options.samples, options.seed, settings, given, own)


def _events(directory: Path) -> Any:
    from spielfeld.experiments.tensorboard import Events

    return Events(directory / "tensorboard")


def _telling(teach: Any, events: Any) -> Any:
    """Have a session write events while it is taught."""

    def told(session: Session) -> None:
        session.told = events.update
        teach(session)

    return teach if events is None else told


def _teacher(options: Options, directory: Path) -> Any:
    if not options.watch and not options.gif:
        from spielfeld.experiments.progress import with_progress

        return with_progress

    def watched(session: Session) -> None:
        from spielfeld.experiments.watch import watch

        left = session.spec.samples - session.samples
        window = False if options.gif else None
        watch(session.as_learner(), session.ground.given, left, directory / "learning.gif", window)

    return watched


def _help_without_learner() -> int:
    print("usage: train LEARNER SOURCE [OPTIONS]\n")
    print(DESCRIPTION)
    print("\nLEARNER is one of these, or my_module:MyLearner for one's own.")
    for group, lines in grouped().items():
        print(f"\nLearners {group}:")
        print("\n".join(f"  {name:<24}  {line}" for name, line in lines.items()))
    print(
        "\nSOURCE of those acting in worlds is an environment id, a layout (a name or a .toml file)"
    )
    print("or my_module:MyWorld; of those on data, a data set or a .csv or .tsv file:")
    print("  " + ", ".join(DATA_SETS))
    print("`spielfeld list` shows all. `train LEARNER --help` shows every option.")
    return 0
