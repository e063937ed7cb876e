"""`compare LEARNER LEARNER ... --source SOURCE`: compare learners over many seeds."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from spielfeld.experiments.command_line import leading_words, name_and_values, option_values
from spielfeld.experiments.commands.columns import NO_COLUMNS, Columns, OwnModules
from spielfeld.experiments.data_metrics import METRICS, names
from spielfeld.experiments.registry import LEARNERS, find_learner
from spielfeld.experiments.sources import fits
from spielfeld.experiments.spec import RunSpec, make_spec
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import config_class_of, tasks_of

if TYPE_CHECKING:
    from spielfeld.experiments.compare.report import Comparison
    from spielfeld.experiments.compare.runs import Measure

OWN = {"label", "samples", "first_seed"}  # set for one learner, besides the settings of its class
Source = tuple[str, dict[str, Any]]  # name, options
MOST = 30  # verdicts on a screen
DESCRIPTION = """Compare learners over many seeds: finish all runs, then report the better learner.

LEARNER is a name of `spielfeld list` or my_module:MyLearner; `all` is every learner. Settings of a
single learner follow a colon: q-learning:learning_rate=0.1,samples=5000. The names samples,
first_seed and label are allowed as well; label is the name in the tables. With it, the same
learner can take part twice:
  compare q-learning q-learning:learning_rate=0.1,label=slow --source four-rooms

Options of a single source follow a colon too: --source spielfeld/ConnectFour-v0:opponent=rule

A finished run is not repeated. An interrupted run continues."""


@dataclass(frozen=True)
class Options:
    """Options of a comparison."""

    source: tuple[str, ...] = ()
    """One or several worlds or data sets, with options of their own after a colon. `all` is every
    world of Spielfeld."""
    seeds: int = 10
    """Number of runs of each learner in each source, with the seeds 0, 1, 2 ..."""
    samples: int | None = None
    """Environment steps or rows of each run; the default depends on learner and source."""
    config: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A setting of all learners as NAME=VALUE, such as learning_rate=0.5."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the source as NAME=VALUE, such as rows=31 for spielfeld/Maze-v0, or noise=0.3
    for two-moons. test, validation and split divide a data set; see `train --help`."""
    metric: str | None = None
    """Metric for data sets, such as cross_entropy; by default the first common metric."""
    measure: Literal["final", "online"] = "final"
    """final: share of perfect of the greedy policy at the end, or its return if the optimum is not
    known. online: mean return of episodes during training."""
    last: float = 0.5
    """For --measure online: the last part of the budget, whose episodes count."""
    threshold: float = 0.95
    """Share of perfect that a policy must reach."""
    passing: float | None = None
    """Return that a policy must reach, if the optimum is not known. The default is Gymnasium's
    threshold for the world, such as 475 for CartPole-v1."""
    jobs: int = -1
    """Number of processes; -1 is one for each core."""
    cluster: str | None = None
    """Address of a Dask scheduler, such as tcp://10.0.0.1:8786, to run on its machines instead."""
    directory: Path = Path("runs")
    """Folder of the run directories."""
    output: Path | None = None
    """Folder of the comparison; by default runs/compare_..."""
    own: OwnModules = ()
    """A module of your own that the run of an opponent names, such as my_module."""
    columns: tyro.conf.OmitArgPrefixes[Columns] = NO_COLUMNS

    @property
    def source_options(self) -> dict[str, Any]:
        """Return the options of the sources."""
        return {**option_values(self.set), **self.columns.options()}


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    words, rest = leading_words(arguments, len(arguments))
    options = tyro.cli(
        Options, args=rest, prog="compare LEARNER LEARNER ...", description=DESCRIPTION
    )
    _check(words, options)
    from spielfeld.experiments.compare.runs import Measure
    from spielfeld.experiments.run import with_opponent
    from spielfeld.experiments.sources import make_source

    taking_part = contestants(words, option_values(options.config, "--config"), options.samples)
    if len(taking_part) < 2:
        raise ValueError(f"A comparison needs two learners or more, not only {words[0]}.")
    sources = _sources(options)
    made = {
        name: make_source(name, with_opponent(name, given, options.own))
        for name, given in sources.values()
    }
    metrics = chosen_metrics(taking_part, made, options.metric)
    measure = Measure(options.measure, options.last, options.threshold, options.passing, metrics)
    output = options.output or options.directory / _name(words, options)
    output.mkdir(parents=True, exist_ok=True)
    comparison = _compare(taking_part, sources, measure, options)
    if not comparison.cells:
        raise ValueError(next(iter(comparison.refused.values())) + ".")
    failed = bool(comparison.refused) and "all" not in (*words, *options.source)
    _show(comparison, output, shlex.join(["spielfeld", "compare", *arguments]), failed)
    return 2 if failed else 0


def _check(words: Sequence[str], options: Options) -> None:
    if not words:
        raise ValueError("Begin with the learners: compare LEARNER LEARNER ... --source SOURCE")
    if options.seeds < 1:
        raise ValueError(f"seeds must be 1 or more, not {options.seeds}.")
    if options.jobs < 1 and options.jobs != -1:
        raise ValueError(
            f"jobs must be 1 or more, or -1 for one for each core, not {options.jobs}."
        )
    if not options.source:
        raise ValueError("Name a source: --source SOURCE; `spielfeld list` shows all.")


def _sources(options: Options) -> dict[str, Source]:
    """Return the name and the options of each source, by the word on the command line."""
    from spielfeld.envs.catalogue import BANDITS, CATALOGUE, SMALL_WORLDS

    every = [*CATALOGUE, *SMALL_WORLDS, *BANDITS]
    every.remove("spielfeld/Bandit-v0")  # any bandit: its means must be given
    words = [one for word in options.source for one in (every if word == "all" else [word])]
    found = {word: name_and_values(word) for word in words}
    return {word: (name, {**options.source_options, **own}) for word, (name, own) in found.items()}


def _name(words: Sequence[str], options: Options) -> str:
    """Return a readable name that no other comparison has."""
    learners = "_".join(words) if len(words) <= 3 else f"{len(words)}-learners"
    worlds = [Path(name).stem for name in options.source]
    place = "_".join(worlds) if len(worlds) <= 2 else f"{len(worlds)}-worlds"
    content = repr((words, options)).encode()
    digest = hashlib.sha256(content).hexdigest()[:8]
    name = f"compare_{learners}_{place}_{options.seeds}-seeds_{digest}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


@dataclass(frozen=True)
class Contestant:
    """A learner in a comparison, with its settings.

    Args:
        label: Name in tables.
        learner: Its registered name, or "module:Class".
        config: Settings that replace the default settings for a world.
        samples: Budget in environment steps; None for the default budget of a world.
        first_seed: The first seed. Scores of learners with different seeds are not paired.
    """

    label: str
    learner: str
    config: Mapping[str, Any] = field(default_factory=dict)
    samples: int | None = None
    first_seed: int = 0

    def specs(
        self, source: str, options: Mapping[str, Any], seeds: int, own: Sequence[str] = ()
    ) -> list[RunSpec]:
        """Return its runs in a source, one for each seed.

        Raises:
            ValueError: If a setting does not fit.
        """
        try:
            first = make_spec(
                self.learner, source, self.samples, self.first_seed, self.config, options, own
            )
        except ValueError as error:
            raise ValueError(f"{self.label}: {error}") from error
        return [dataclasses.replace(first, seed=self.first_seed + k) for k in range(seeds)]


def contestants(
    words: Sequence[str], common: Mapping[str, Any], samples: int | None = None
) -> list[Contestant]:
    """Read LEARNER or LEARNER:NAME=VALUE,NAME=VALUE; `all` stands for every registered learner.

    Args:
        words: One word for each contestant.
        common: Settings of all contestants; a contestant's own settings replace them.
        samples: Budget of all contestants; a contestant's own budget replaces it.

    Raises:
        ValueError: If a learner or a setting is unknown, or two would have the same label.
    """
    words = [name for word in words for name in (LEARNERS if word == "all" else [word])]
    found = [_contestant(word, common, samples) for word in words]
    labels = [contestant.label for contestant in found]
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(
                f"{label} is named twice; {label}:first_seed=100 would use other seeds."
            )
    return found


def _contestant(word: str, common: Mapping[str, Any], samples: int | None) -> Contestant:
    learner, given = name_and_values(word)
    config_class = config_class_of(find_learner(learner))
    fields = () if config_class is None else [one.name for one in dataclasses.fields(config_class)]
    config = {**common, **{name: value for name, value in given.items() if name not in OWN}}
    for name in config:
        if name not in fields:
            raise ValueError(_no_setting(learner, name, [*fields, *sorted(OWN)]))
    own = {"label": word, "samples": samples, **{k: v for k, v in given.items() if k in OWN}}
    for name, least in (("samples", 1), ("first_seed", 0)):
        value = own.get(name)
        if value is not None and (not isinstance(value, int) or value < least):
            raise ValueError(f"{word}: {name} must be a whole number from {least}, not {value}.")
    return Contestant(str(own.pop("label")), learner, config, **own)


def _no_setting(learner: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}."
    return f"{learner} has no setting {name!r}. {hint}"


def chosen_metrics(
    contestants: Sequence[Contestant], sources: Mapping[str, object], wanted: str | None
) -> dict[str, str]:
    """Return a metric for each data set, if all learners that fit have one in common.

    Args:
        contestants: Learners; some may not fit.
        sources: Environments and splits by their names.
        wanted: A metric by its name; None for the first in common.

    Raises:
        ValueError: If there is no such metric, or no source is a data set.
    """
    splits = {name: given for name, given in sources.items() if isinstance(given, Split)}
    if wanted is not None:
        name = wanted.replace("-", "_").lower()
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(METRICS)}."
            raise ValueError(f"There is no metric {wanted!r}. {hint}")
        if not splits:
            raise ValueError("--metric is for data sets; worlds are scored by --measure.")
        return dict.fromkeys(splits, name)
    common = {name: _common(contestants, split.train) for name, split in splits.items()}
    return {name: metric for name, metric in common.items() if metric}


def _common(contestants: Sequence[Contestant], data: DataSet) -> str | None:
    """Return the first metric of the first learner that all other learners have as well."""
    tasks = [tasks_of(find_learner(one.learner)) or () for one in contestants]
    found = [names([task for task in each if fits(task, data)], data) for each in tasks]
    found = [each for each in found if each]
    first, *others = found or [[]]
    return next((name for name in first if all(name in each for each in others)), None)


def _compare(
    taking_part: Sequence[Contestant],
    sources: dict[str, Source],
    measure: Measure,
    options: Options,
) -> Comparison:
    from spielfeld.experiments.compare.report import Comparison
    from spielfeld.experiments.compare.runs import Planned, run_all

    plan = [
        Planned(one.label, word, spec)
        for word, (name, given) in sources.items() for one in taking_part
        for spec in one.specs(name, given, options.seeds, options.own)
    ]  # fmt: skip
    try:
        table = run_all(plan, options.directory, measure, options.jobs, options.cluster)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "Stopped. The same command continues; no finished run is repeated."
        ) from None
    return Comparison(table, measure)


def _show(comparison: Comparison, output: Path, command: str, failed: bool) -> None:
    """Print the table and the verdicts; a refused run is an error unless `all` was given."""
    from rich.console import Console

    from spielfeld.experiments.compare import report

    rows, console = comparison.rows, Console()
    if not console.is_terminal:
        console.width = 160
    console.print(report.for_terminal(report.heading(comparison), rows, comparison.measure))
    found = comparison.pairs
    if len(found) > MOST:
        found = [pair for pair in found if pair.world == report.ALL_WORLDS]
    refused = report.refusals(comparison)
    for line in (*report.verdicts(found), *report.notes(rows), *(() if failed else refused)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if left := len(comparison.pairs) - len(found):
        console.print(f"{left} verdicts in single worlds are in comparison.md.", highlight=False)
    report.write(comparison, output, command)
    console.print(
        f"Written to {output}: comparison.md  comparison.png  comparison.csv  comparison.json",
        soft_wrap=True,
        highlight=False,
    )
    for line in refused if failed else ():
        print(line, file=sys.stderr)
