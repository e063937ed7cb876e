"""Runs what is missing: many seeds, learners and worlds at once."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from spielfeld.experiments.compare.outcome import Measure, Outcome
from spielfeld.experiments.interrupts import ctrl_c_left_to_us
from spielfeld.experiments.run import Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.protocols import is_one_shot, predicts_many

FEW = 100  # rows that load and compile all that more rows would
ROLLOUT = 2_048  # steps that do so for those who act in many worlds at once
Result = Outcome | str  # a run that cannot be is a sentence


def run_one(spec: RunSpec, root: Path, measure: Measure) -> Result:
    """Finish one run, wherever it stands, and return what it says or why it cannot be."""
    try:
        if not (root / spec.directory_name / "summary.json").exists():
            _warm_up(spec.learner, spec.source, json.dumps([spec.config, spec.source_options]),
                     tuple(spec.own))  # fmt: skip
        return Outcome.of(train(spec, root), measure)
    except Exception as error:  # whatever a learner of one's own does must not stop the others
        if os.environ.get("SPIELFELD_TRACEBACK"):
            raise
        return _reason(error, root)


def _reason(error: Exception, root: Path) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or root}: {error.strerror}"
    text = " ".join(str(error).split()).removesuffix(".")
    told = isinstance(error, ValueError | RuntimeError | ImportError)
    return text if told and text else f"{type(error).__name__} {text}".strip()


@functools.cache
def _warm_up(learner: str, source: str, settings: str, own: tuple[str, ...]) -> None:
    """Compile or load in each process what learning calls, so that no run's seconds hold it."""
    config, options = json.loads(settings)
    training = Training(RunSpec(learner, source, 1, 0, config, options, "warm-up", own))
    at_once = is_one_shot(training.learner)
    few = FEW if at_once else ROLLOUT if predicts_many(training.learner) else 1
    with suppress(ValueError) if at_once else nullcontext():  # few rows may lack a class
        training.learner.learn(training.source, few)


def run_all(
    specs: Sequence[RunSpec],
    root: Path,
    measure: Measure,
    jobs: int = -1,
    cluster: str | None = None,
) -> list[Result]:
    """Run every spec, in processes of this machine or on a cluster.

    Args:
        specs: What to run; a finished run is read and not run again.
        root: Run directories are made in here; on a cluster, a folder that all machines share.
        measure: What to read from each run.
        jobs: Processes; -1 for one a core.
        cluster: Address of a Dask scheduler.

    Returns:
        One result a spec, in their order.

    Raises:
        ValueError: If there is no Dask for a cluster, or the cluster does not answer.
        KeyboardInterrupt: After Ctrl-C; what is finished is kept.
    """
    from joblib import Parallel, delayed

    results: dict[int, Result] = {}
    root = root.resolve() if cluster else root  # workers stand in folders of their own
    work = (delayed(_numbered)(k, spec, root, measure) for k, spec in enumerate(specs))
    with _backend(cluster), _progress(len(specs)) as tick:
        parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
        with ctrl_c_left_to_us():
            done = parallel(work)
        for number, result in done:
            results[number] = result
            tick()
    return [results[number] for number in range(len(specs))]


def _numbered(number: int, *arguments: Any) -> tuple[int, Result]:
    """Run one, and say which: results come in whatever order they are done."""
    return number, run_one(*arguments)


def _backend(cluster: str | None) -> Any:
    """Choose where joblib sends the work."""
    if cluster is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(
            "--cluster needs Dask: `pip install distributed` and try again."
        ) from error
    from joblib import parallel_config

    try:
        client = Client(cluster, timeout="10s")
    except (OSError, ValueError) as error:
        raise ValueError(f"No Dask scheduler answers at {cluster}.") from error
    return parallel_config(backend="dask", client=client)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show how many runs are done, for whoever sits before a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
