"""What `train` says when it is done."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from spielfeld.experiments.commands.words import without
from spielfeld.experiments.data_plot import plot_data_curve
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.own_code import source_module
from spielfeld.experiments.plots import plot_learning_curve
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.report import score_lines
from spielfeld.experiments.run import Run
from spielfeld.experiments.spec import RunSpec


def report(run: Run, again: bool, rest: Sequence[str]) -> None:
    """Draw the learning curve, and print the score and what one may want to say next.

    Args:
        run: What has been trained.
        again: Whether it was complete before.
        rest: Options that were typed.
    """
    _draw(run)
    spec, seconds = run.spec, run.summary["seconds"]
    taken = run.summary.get("samples", spec.samples)
    budget = f"{taken:,} samples in {seconds:.2f} s of learning"
    print(f"{spec.learner} on {spec.source}, seed {spec.seed}: {budget}")
    if taken < (first := _first_update(spec)):
        print(f"No update was made: the first comes after {first:,} samples.")
    if again:
        print("This run was complete already, and was not run again.")
    print("\n".join(score_lines(run.score)))
    print(f"Written to {run.directory}:")
    print("  " + "  ".join(sorted(path.name for path in run.directory.iterdir())))
    print("Next:")
    for words in _next(run, rest):
        print(f"  {shlex.join((_program(), *words))}")


def _first_update(spec: RunSpec) -> int:
    """Return after how many samples the first update comes, as far as the settings tell."""
    config_class = getattr(find_learner(spec.learner), "config_class", None)
    return int(getattr(config_class(**spec.config), "first_update", 0)) if config_class else 0


def _draw(run: Run) -> None:
    picture, history = run.directory / "learning_curve.png", run.history
    title = f"{run.spec.learner} on {run.spec.source}, seed {run.spec.seed}"
    if picture.exists() or not len(history):
        return
    if isinstance(run.score, DataScore):
        plot_data_curve(title, picture, history, run.scores, run.score)
    elif "episode_return" in history.columns:
        plot_learning_curve(title, picture, history, run.scores)


def _next(run: Run, rest: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what one may want to say next."""
    spec, directory = run.spec, str(run.directory)
    given = without(rest, "--watch", "--gif", "--seed")
    train = ("train", spec.learner, spec.source, *given)
    evaluate, seed = ("evaluate", directory, *_own(run)), ("--seed", str(spec.seed + 1))
    if "metrics" in run.summary["score"]:
        return [evaluate, (*train, *seed)]
    play = ("play", spec.source, "--run", directory, *_own(run, source_module(spec.source)))
    return [play, evaluate, (*train, "--watch", *seed)]


def _own(run: Run, *named: str) -> tuple[str, ...]:
    """Return the options that name modules of one's own, as files of a run name none."""
    return tuple(
        word for module in run.spec.modules if module not in named for word in ("--own", module)
    )


def _program() -> str:
    """How to call us again: by our path, where that is not in the search path."""
    called = sys.argv[0]
    known = shutil.which("spielfeld") or Path(called).name != "spielfeld"
    return "spielfeld" if known else called
