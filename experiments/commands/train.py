"""`train LEARNER SOURCE`: train a learner, show the progress, and print the score."""

from __future__ import annotations

import dataclasses
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from spielfeld.experiments.command_line import leading_words, option_values, without
from spielfeld.experiments.commands.columns import NO_COLUMNS, Columns, OwnModules
from spielfeld.experiments.registry import LEARNERS, find_learner, grouped
from spielfeld.experiments.sources import is_data, settings_for
from spielfeld.learning.data_sets.registry import DATA_SETS
from spielfeld.loop_cache import COMPILING
from spielfeld.protocols import config_class_of, first_update_of, resumes, tasks_of

if TYPE_CHECKING:
    from rich.console import Console

    from spielfeld.experiments.run import Run, Training
    from spielfeld.experiments.spec import RunSpec
    from spielfeld.experiments.tensorboard import Events

HELP = {"-h", "--help"}
DESCRIPTION = """Train a learner, write a run directory, and print the score.

A complete run is not repeated. An interrupted run continues."""


@dataclass(frozen=True)
class Options:
    """Options of every training."""

    samples: int
    """Environment steps to take."""
    seed: int = 0
    """Seed of every random number in the run."""
    directory: Path = Path("runs")
    """Folder of the run directories."""
    watch: bool = False
    """Watch the training in a window; without a display, write learning.gif."""
    gif: bool = False
    """Write learning.gif, a moving picture of the training, into the run directory."""
    tensorboard: bool = False
    """Write event files into the run directory during the training: the columns of history.csv and
    scores.csv. `tensorboard --logdir runs` shows them. Both need the extra `deep`."""
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
    """Rows to draw. By default each training row is drawn 100 times, and at least 20,000 in all. A
    learner that uses all rows at once uses each row once."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the data set as NAME=VALUE, such as noise=0.3 for two-moons. test and validation
    are shares or numbers of rows. split=1 divides the rows with seed 1 in every run, and
    split=in-order takes the last rows as test rows. By default the run's seed divides them."""
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
        raise ValueError(f"Name learner and source first: train LEARNER SOURCE {shlex.join(rest)}")
    if words[0] not in LEARNERS and is_data(words[0]):
        raise ValueError(f"{words[0]} is a data set. Name the learner first: train LEARNER SOURCE")
    learner, source = find_learner(words[0]), words[1] if len(words) > 1 else ""
    config_class = config_class_of(learner)
    tuned = settings_for(words[0], source)
    samples = tuned.pop("samples")
    options = DataOptions if is_data(source) or tasks_of(learner) else Options
    command = _command(options, config_class)
    config = () if config_class is None else (config_class(**tuned),)
    prog = f"train {words[0]} {source or 'SOURCE'}"
    given: Any = tyro.cli(
        command, args=rest, prog=prog, description=DESCRIPTION,
        default=command(options(samples), *config),
    )  # fmt: skip
    if not source:
        raise ValueError(f"Name a source: train {words[0]} SOURCE; `spielfeld list` shows all.")
    settings = {} if config_class is None else dataclasses.asdict(given.config)
    return _train(words[0], source, given.options, settings, rest)


def _command(options: type[Options], config_class: type[Any] | None) -> type[Any]:
    """Join our options and the settings of the learner into one flat command."""
    flat = tyro.conf.OmitArgPrefixes
    fields: list[tuple[str, Any]] = [("options", flat[options])]
    if config_class is not None:
        fields.append(("config", flat[config_class]))
    return dataclasses.make_dataclass("Command", fields)


def _train(
    learner: str, source: str, options: Options, settings: dict[str, Any], rest: Sequence[str]
) -> int:
    from rich.console import Console

    from spielfeld.experiments.run import Training, train
    from spielfeld.experiments.spec import make_spec

    given, own = options.source_options(), options.own
    spec = make_spec(learner, source, options.samples, options.seed, settings, given, own)
    directory, console = options.directory / spec.directory_name, Console(stderr=True)
    before = (directory / "summary.json").exists()
    events = _events(directory) if options.tensorboard else None

    def teach(training: Training) -> None:
        training.told = None if events is None else events.update
        if options.watch or options.gif:
            _watched(training, directory / "learning.gif", False if options.gif else None)
        else:
            _with_progress(training, console)

    try:
        COMPILING.say = _once(console)
        run = train(spec, options.directory, teach)
        if events is not None:
            events.update(run.history, run.scores)  # all rows, if the run was complete before
            events.close()
        if before and (options.watch or options.gif):
            teach(Training(spec))  # shows the same training again
    except OSError as error:  # the error of a full disk names no file
        error.filename = error.filename or directory
        raise
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Stopped. The same command {_then(spec, directory)}.") from None
    finally:
        COMPILING.say = None
    _report(run, before, rest)
    return 0


def _once(console: Console) -> Callable[[str], None]:
    """Return a function that prints each line at most once."""
    said: set[str] = set()

    def say(line: str) -> None:
        if line not in said:
            console.print(line, highlight=False)
        said.add(line)

    return say


def _then(spec: RunSpec, directory: Path) -> str:
    """Return what the same command does with a stopped run."""
    if not resumes(find_learner(spec.learner)):
        return f"starts again, because {spec.learner} cannot be saved during training"
    saved = (directory / "checkpoint.safetensors").exists()
    return "continues from the saved state" if saved else "starts again: nothing was saved yet"


def _events(directory: Path) -> Events:
    from spielfeld.experiments.tensorboard import Events

    return Events(directory / "tensorboard")


def _watched(training: Training, path: Path, window: bool | None) -> None:
    from spielfeld.experiments.watch import watch

    left, name = training.spec.samples - training.samples, training.spec.learner
    watch(training.learner, training.source, left, path, window, training.advance, name)


def _with_progress(training: Training, console: Console) -> None:
    """Train to the end with a progress bar, which then disappears."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("samples"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("learning", total=training.spec.samples, completed=training.samples)
        for _ in training:
            bar.update(task, completed=training.samples)
    if training.evaluator.slow:
        console.print(
            "Computing the exact score of the greedy policy: in a large world this takes long."
        )


def _report(run: Run, again: bool, rest: Sequence[str]) -> None:
    """Draw the learning curve, and print the score and the next commands.

    Args:
        run: The finished run.
        again: Whether it was complete before.
        rest: Options of the command line.
    """
    _draw(run)
    spec, seconds = run.spec, run.summary["seconds"]
    taken = run.summary.get("samples", spec.samples)
    budget = f"{taken:,} samples in {seconds:.2f} s of learning"
    print(f"{spec.learner} on {spec.source}, seed {spec.seed}: {budget}")
    config_class = config_class_of(find_learner(spec.learner))
    first = first_update_of(config_class(**spec.config)) if config_class else 0
    if taken < first:
        print(f"The learner made no update: the first update comes after {first:,} samples.")
    if again:
        print("This run was already complete, so it was not repeated.")
    print("\n".join(run.score.lines()))
    print(f"Written to {run.directory}:")
    print("  " + "  ".join(sorted(path.name for path in run.directory.iterdir())))
    print("Next:")
    for words in _next(run, rest):
        print(f"  {shlex.join((_program(), *words))}")


def _draw(run: Run) -> None:
    from spielfeld.experiments.data_score import DataScore
    from spielfeld.experiments.plots import plot_data_curve, plot_learning_curve

    picture, history = run.directory / "learning_curve.png", run.history
    title = f"{run.spec.learner} on {run.spec.source}, seed {run.spec.seed}"
    if picture.exists() or not len(history):
        return
    if isinstance(run.score, DataScore):
        plot_data_curve(title, picture, history, run.scores, run.score)
    elif "episode_return" in history.columns:
        plot_learning_curve(title, picture, history, run.scores)


def _next(run: Run, rest: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the commands that may follow."""
    from spielfeld.experiments.spec import source_module

    spec, directory = run.spec, str(run.directory)
    given = without(rest, "--watch", "--gif", "--seed")
    train = ("train", spec.learner, spec.source, *given)
    evaluate, seed = ("evaluate", directory, *_own(run)), ("--seed", str(spec.seed + 1))
    if "metrics" in run.summary["score"]:
        return [evaluate, (*train, *seed)]
    play = ("play", spec.source, "--run", directory, *_own(run, source_module(spec.source)))
    return [play, evaluate, (*train, "--watch", *seed)]


def _own(run: Run, *named: str) -> tuple[str, ...]:
    """Return the options that name your own modules; the files of a run import none."""
    return tuple(
        word for module in run.spec.modules if module not in named for word in ("--own", module)
    )


def _program() -> str:
    """The name of the program, or its path if it is not in the search path."""
    called = sys.argv[0]
    known = shutil.which("spielfeld") or Path(called).name != "spielfeld"
    return "spielfeld" if known else called


def _help_without_learner() -> int:
    print("usage: train LEARNER SOURCE [OPTIONS]\n")
    print(DESCRIPTION)
    print("\nLEARNER is one of these, or my_module:MyLearner for your own.")
    for group, lines in grouped().items():
        print(f"\nLearners {group}:")
        print("\n".join(f"  {name:<24}  {line}" for name, line in lines.items()))
    print("\nSOURCE of an agent is an environment id, a layout (a name or a .toml file), or")
    print("my_module:MyWorld. SOURCE of other learners is a .csv or .tsv file or a data set:")
    print("  " + ", ".join(DATA_SETS))
    print("`spielfeld list` shows all. `train LEARNER --help` shows every option.")
    return 0
