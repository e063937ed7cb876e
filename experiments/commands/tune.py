"""`tune LEARNER ... --source SOURCE`: search settings for several learners with the same budget."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from spielfeld.experiments.command_line import leading_words, option_values
from spielfeld.experiments.commands.columns import OwnModules

if TYPE_CHECKING:
    from spielfeld.experiments.tuning import Trial

DESCRIPTION = """Search settings of learners in one world, with the same budget for each.

Every learner gets the same number of trials, runs and samples. The first trial uses the default
settings. All trials are written to a file. The best settings are printed in TOML."""


@dataclass(frozen=True)
class Options:
    """Options of a search."""

    source: str
    """One world."""
    samples: int = 100_000
    """Environment steps of each run."""
    trials: int = 30
    """Number of trials for each learner; each trial has other settings."""
    seeds: int = 2
    """Number of runs in each trial, with the seeds 1000, 1001 ..."""
    seed: int = 0
    """Seed of the proposed settings."""
    threshold: float | None = None
    """Minimise the seconds of learning until the greedy policy reaches this return."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """An option of the source as NAME=VALUE."""
    own: OwnModules = ()
    """A module of your own that the run of an opponent names, such as my_module."""
    directory: Path = Path("runs")
    """Folder of tune_LEARNER_SOURCE.jsonl."""


def main(arguments: Sequence[str]) -> int:
    """Run the command."""
    learners, rest = leading_words(arguments, len(arguments))
    options = tyro.cli(Options, args=rest, prog="tune LEARNER ...", description=DESCRIPTION)
    if not learners:
        raise ValueError("Name one or more learners first: tune ppo sb3-ppo --source CartPole-v1.")
    if min(options.samples, options.trials, options.seeds) < 1:
        raise ValueError("samples, trials and seeds must be 1 or more.")
    for learner in learners:
        best = _search(learner, options)
        found = f"score {best.score:.4g}, at the end {best.last:.4g}"
        print(f'\n[{learner}."{options.source}"]  # {found}')
        print(f"samples = {options.samples}")
        for name, value in best.settings.items():
            print(f"{name} = {json.dumps(value)}")
    return 0


def _search(learner: str, options: Options) -> Trial:
    """Search settings of one learner with a progress bar; write all trials to a file."""
    from rich.console import Console
    from rich.progress import Progress

    from spielfeld.experiments.tuning import Task, search

    task = Task(
        learner, options.source, options.samples, options.seeds,
        source_options=option_values(options.set), threshold=options.threshold,
        own=options.own,
    )  # fmt: skip
    task.require_fit()
    options.directory.mkdir(parents=True, exist_ok=True)
    name = f"tune_{learner}_{Path(options.source).stem}.jsonl"
    with (
        Progress(console=Console(stderr=True), transient=True) as bar,
        open(options.directory / name, "w") as file,
    ):
        line = bar.add_task(learner, total=options.trials)

        def tell(number: int, trial: Trial) -> None:
            file.write(json.dumps({"trial": number, **trial._asdict()}) + "\n")
            file.flush()
            bar.update(line, completed=number)

        return search(task, options.trials, options.seed, tell)
