"""Table of a comparison: finish the missing runs, and read one line from each run."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import gymnasium as gym
import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.data_metrics import METRICS
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.evaluation import Evaluation
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.history import History
from spielfeld.protocols import is_one_shot, judges, predicts_many

FEW = 100  # rows that load and compile as much as all rows
ROLLOUT = 2_048  # the same in steps, for learners that act in many worlds at once
POINTS = 50  # of a curve of returns


@dataclass(frozen=True)
class Unit:
    """Unit of a score: its name, its direction, and whether it is shown in percent."""

    name: str
    more_is_better: bool = True
    percent: bool = False


SHARE, RETURN = Unit("share of perfect", percent=True), Unit("return of an episode")
ERROR = Unit("error", more_is_better=False)
COLUMNS = {SHARE: "share", RETURN: "value", ERROR: "error"}  # of scores.csv


@dataclass(frozen=True)
class Measure:
    """Measure by which runs are compared.

    Args:
        kind: "final" is the score of the greedy policy in the end: its share of perfect if the
            optimum is known, else its expected return, or the error of a learner that predicts.
            "online" is the mean return of the exploring agent in the last part of the budget.
        last: That part of the budget, in (0, 1].
        threshold: Share of perfect that a policy must reach.
        passing: Return that a policy must reach, if the optimum is not known. None stands for the
            registered `reward_threshold` of the environment.
        metrics: Metric of each data set; by default the first metric of the learner.
    """

    kind: Literal["final", "online"] = "final"
    last: float = 0.5
    threshold: float = 0.95
    passing: float | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.last <= 1:
            raise ValueError(f"last must be above 0 and at most 1, not {self.last}.")
        if not np.isfinite(self.threshold):
            raise ValueError(f"threshold must be a number, not {self.threshold}.")
        if self.passing is not None and not np.isfinite(self.passing):
            raise ValueError(f"passing must be a number, not {self.passing}.")


class Planned(NamedTuple):
    """A run that a comparison needs."""

    learner: str  # label
    source: str  # as it was asked for
    spec: RunSpec


@dataclass(frozen=True)
class Result:
    """A line of the table: one run.

    Args:
        learner: Label of the learner.
        source: Environment or data set, as it was asked for.
        seed: Seed of the run.
        settings: Settings of the learner, as JSON.
        samples: Environment steps, or rows drawn.
        score: Score by the measure, in `unit`; nan if the learner diverged.
        unit: Unit of the score.
        share: Share of perfect of the greedy policy in the end, or None.
        gap: optimum - value in the end, in units of return, or None.
        seconds: Seconds of learning.
        goal: Share of perfect, or return, that a policy must reach; None if there is no goal.
        goal_samples: Samples until a policy reached the goal; all samples if none did. None without
            scores during training.
        goal_seconds: The same in seconds of learning, evaluations left out.
        goal_reached: Whether a policy reached the goal, or None.
        refused: Reason why there is no such run, in a sentence; empty if there is one.
        curve: Samples and scores of the learning curve. Shape [2, points].
        curve_unit: Unit of the curve.
        clock: Seconds of learning at the points of the curve, or None. Shape [points].
        drawn: Whether each seed divides the rows of a data set differently; None in a world.
        notes: Sentences about the rows of a data set.
        many: Whether the learner acts in many worlds at once.
    """

    learner: str
    source: str
    seed: int
    settings: str = "{}"
    samples: int = 0
    score: float = float("nan")
    unit: Unit = RETURN
    share: float | None = None
    gap: float | None = None
    seconds: float = 0.0
    goal: float | None = None
    goal_samples: float | None = None
    goal_seconds: float | None = None
    goal_reached: bool | None = None
    refused: str = ""
    curve: Array = field(default_factory=lambda: np.empty((2, 0)), repr=False)
    curve_unit: Unit = RETURN
    clock: Array | None = None
    drawn: bool | None = None
    notes: tuple[str, ...] = ()
    many: bool = False


CSV = tuple(one.name for one in dataclasses.fields(Result))[
    :15
]  # without columns that hold no numbers
Table = Sequence[Result]
Cells = dict[tuple[str, str], list[Result]]  # learner and source -> its lines, one a seed


def cells(table: Table) -> Cells:
    """Return the lines of each learner in each source in which no run was refused."""
    found: Cells = {}
    for line in table:
        found.setdefault((line.learner, line.source), []).append(line)
    return {cell: lines for cell, lines in found.items() if not any(one.refused for one in lines)}


def to_csv(table: Table) -> str:
    """Write the table as CSV, a line a run; unknown numbers are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV)
    for line in table:
        values = {**dataclasses.asdict(line), "unit": line.unit.name if not line.refused else ""}
        writer.writerow(values[name] for name in CSV)
    return text.getvalue()


# One line from one run.


def result(planned: Planned, run: Run, measure: Measure) -> Result:
    """Read the line of a finished run.

    Raises:
        ValueError: If the run has no such score; the message gives the reason.
    """
    line = Result(
        planned.learner, planned.source, run.spec.seed, json.dumps(run.spec.config),
        run.spec.samples, seconds=run.summary["seconds"],
    )  # fmt: skip
    final = run.score
    if isinstance(final, DataScore):
        return _of_data(line, run, final, measure)
    return _of_world(line, run, final, measure)


def _of_world(line: Result, run: Run, final: Evaluation, measure: Measure) -> Result:
    learner, scores = find_learner(run.spec.learner), run.scores
    if measure.kind == "final" and final.error is None and judges(learner):
        raise ValueError(
            "it predicts the values of a policy, but the exact values are not known here"
        )
    online, column = measure.kind == "online", COLUMNS[_final(final)[1]]
    on_the_way = not online and column in scores.columns
    history = History() if on_the_way else run.history
    budget = run.spec.samples
    score, unit = online_score(history, budget, measure) if online else _final(final)
    # learners that act in many worlds at once round their samples down
    line = dataclasses.replace(line, samples=int(run.summary.get("samples", budget)))
    goal = _goal(run, final, measure)
    if goal is not None and column in scores.columns:
        line = _reached(line, scores, column, goal)
    return dataclasses.replace(
        line, score=score, unit=unit, share=final.share, gap=final.gap, goal=goal,
        curve=np.array([scores["samples"], scores[column]]) if on_the_way
        else _returns(history, budget),
        curve_unit=unit if on_the_way else RETURN,
        clock=scores.columns.get("seconds") if on_the_way else None, many=predicts_many(learner),
    )  # fmt: skip


def _of_data(line: Result, run: Run, final: DataScore, measure: Measure) -> Result:
    name, scores = measure.metrics.get(run.spec.source, final.headline), run.scores
    if measure.kind == "online":
        raise ValueError("a data set has no exploration, so there are no online scores")
    if name not in final.metrics:
        raise ValueError(f"its metrics there are {', '.join(final.metrics)}, not {name}")
    metric = METRICS[name]
    unit = Unit(metric.label, metric.more_is_better, metric.percent)
    known = name in scores.columns
    return dataclasses.replace(
        line, score=final.metrics[name].value, unit=unit,
        curve=np.array([scores["samples"], scores[name]]) if known else np.empty((2, 0)),
        curve_unit=dataclasses.replace(unit, name=f"{unit.name} on {final.watched} rows"),
        drawn=run.spec.source_options.get("split") is None, notes=tuple(final.notes),
    )  # fmt: skip


def _final(score: Evaluation) -> tuple[float, Unit]:
    if score.error is not None:
        return float(score.error), ERROR
    return (float(score.value), RETURN) if score.share is None else (float(score.share), SHARE)


def online_score(history: History, samples: int, measure: Measure) -> tuple[float, Unit]:
    """Return the mean return of the episodes that ended in the last part of the budget.

    Raises:
        ValueError: If no episode ended there.
    """
    if len(history) and "episode_return" in history.columns:
        late = history["samples"] > samples * (1 - measure.last)
        if late.any():
            return float(history["episode_return"][late].mean()), RETURN
    raise ValueError(f"no episode ended in the last {100 * measure.last:g} % of the training")


def _returns(history: History, samples: int) -> Array:
    """Return the mean return of episodes in equal parts of the budget; gaps are interpolated."""
    edges = np.linspace(0, samples, POINTS + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    if not len(history) or "episode_return" not in history.columns:
        return np.empty((2, 0))
    place = np.clip(np.searchsorted(edges, history["samples"]) - 1, 0, POINTS - 1)
    counts = np.bincount(place, minlength=POINTS)
    totals = np.bincount(place, history["episode_return"], POINTS)
    some = counts > 0
    return np.array([centres, np.interp(centres, centres[some], totals[some] / counts[some])])


def _goal(run: Run, final: Evaluation, measure: Measure) -> float | None:
    if final.error is not None:
        return None
    if final.share is not None:
        return measure.threshold
    world = gym.registry.get(run.spec.source)
    known = None if world is None else world.reward_threshold
    return known if measure.passing is None else measure.passing


def _reached(line: Result, scores: History, column: str, goal: float) -> Result:
    samples, seconds, good = float(line.samples), line.seconds, scores[column] >= goal
    if good.any():
        first, known = good.argmax(), "seconds" in scores.columns  # not in an older run's table
        samples = float(scores["samples"][first])
        seconds = float(scores["seconds"][first]) if known else float("nan")
    return dataclasses.replace(
        line, goal_samples=samples, goal_seconds=seconds, goal_reached=bool(good.any())
    )


# Many runs.


def run_all(
    plan: Sequence[Planned],
    root: Path,
    measure: Measure,
    jobs: int = -1,
    cluster: str | None = None,
) -> list[Result]:
    """Finish every run, in processes of this machine or on a cluster, and return the table.

    Args:
        plan: Runs; a finished one is read and not run again.
        root: Run directories are made in here; on a cluster, a folder that all machines share.
        measure: Measure by which runs are compared.
        jobs: Processes; -1 for one a core.
        cluster: Address of a Dask scheduler.

    Returns:
        One line a run, in their order.

    Raises:
        ValueError: If there is no Dask for a cluster, or the cluster does not answer.
        KeyboardInterrupt: After Ctrl-C; finished runs are kept.
    """
    from joblib import Parallel, delayed

    results: dict[int, Result] = {}
    root = root.resolve() if cluster else root  # workers have other folders
    work = (delayed(_numbered)(k, one, root, measure) for k, one in enumerate(plan))
    with _backend(cluster), _progress(plan) as tell:
        parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)
        with ctrl_c_left_to_us():
            done = parallel(work)
        for number, line in done:
            results[number] = line
            tell(len(results), line)
    return [results[number] for number in range(len(plan))]


def _numbered(number: int, planned: Planned, root: Path, measure: Measure) -> tuple[int, Result]:
    """Finish one run, and return its place in the plan with its line or the reason of refusal."""
    spec = planned.spec
    try:
        if not (root / spec.directory_name / "summary.json").exists():
            _warm_up(spec.learner, spec.source, json.dumps([spec.config, spec.source_options]),
                     tuple(spec.own))  # fmt: skip
        return number, result(planned, train(spec, root), measure)
    except Exception as error:  # an error of your own learner must not stop the others
        if os.environ.get("SPIELFELD_TRACEBACK"):
            raise
        settings, reason = json.dumps(spec.config), _reason(error, root)
        return number, Result(
            planned.learner, planned.source, spec.seed, settings, spec.samples, refused=reason
        )


def _reason(error: Exception, root: Path) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or root}: {error.strerror}"
    text = " ".join(str(error).split()).removesuffix(".")
    told = isinstance(error, ValueError | RuntimeError | ImportError)
    return text if told and text else f"{type(error).__name__} {text}".strip()


@functools.cache
def _warm_up(learner: str, source: str, settings: str, own: tuple[str, ...]) -> None:
    """Compile or load the loops once in each process, so that no run counts that time."""
    config, options = json.loads(settings)
    training = Training(RunSpec(learner, source, 1, 0, config, options, "warm-up", own))
    at_once = is_one_shot(training.learner)
    few = FEW if at_once else ROLLOUT if predicts_many(training.learner) else 1
    with suppress(ValueError) if at_once else nullcontext():  # few rows may lack a class
        training.learner.learn(training.source, few)


def _backend(cluster: str | None) -> AbstractContextManager[object]:
    """Return the joblib backend: local processes or a Dask cluster."""
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
    backend: AbstractContextManager[object] = parallel_config(backend="dask", client=client)
    return backend


@contextmanager
def ctrl_c_left_to_us() -> Iterator[None]:
    """Start processes that ignore Ctrl-C; the process that started them ends them."""
    if threading.current_thread() is not threading.main_thread():  # only this one handles signals
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(plan: Sequence[Planned]) -> Iterator[Callable[[int, Result], None]]:
    """Show the number of finished runs: a bar in a terminal, elsewhere a line for each run."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    several, console = len({one.source for one in plan}) > 1, Console(stderr=True)
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=len(plan))

        def tell(done: int, line: Result) -> None:
            bar.advance(task)
            if not console.is_terminal and not line.refused:  # refusals are printed at the end
                place = f" in {line.source}" if several else ""
                words = f"run {done} of {len(plan)}: {line.learner} seed {line.seed}{place}"
                print(f"{words}, {line.seconds:.1f} s", file=sys.stderr, flush=True)

        yield tell
