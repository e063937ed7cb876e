"""What a finished run says in a comparison: its score, its learning curve, and when it was good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import gymnasium as gym
import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.data_metrics import METRICS, Metric
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.evaluation import Evaluation
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.run import Run
from spielfeld.history import History
from spielfeld.protocols import judges, predicts_many

POINTS = 50  # of a curve of returns


class Unit(NamedTuple):
    """What a score is a number of."""

    name: str
    more_is_better: bool = True
    percent: bool = False

    @classmethod
    def of(cls, metric: Metric) -> Unit:
        """Return the unit of a metric."""
        return cls(metric.label, metric.more_is_better, metric.percent)


SHARE, RETURN = Unit("share of perfect", percent=True), Unit("return of an episode")
ERROR = Unit("error", more_is_better=False)
COLUMNS = {SHARE: "share", RETURN: "value", ERROR: "error"}  # of scores.csv


@dataclass(frozen=True)
class Measure:
    """By what runs are compared.

    Args:
        kind: "final" is how good the greedy policy is in the end: its share of perfect where the
            optimum is known, else its expected return, or what a learner that predicts is off by.
            "online" is the mean return of the episodes that ended in the last part of the budget,
            while the agent was still exploring.
        last: That part of the budget, in (0, 1].
        threshold: Share of perfect from which on a policy is called good.
        passing: The return from which on, where perfect is not known; None for the
            `reward_threshold` that the environment is registered with, if there is one.
        metrics: By which learners are judged in a data set; in others by their own first.
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


class Passed(NamedTuple):
    """When a greedy policy was first good; the whole budget if it never was."""

    samples: float
    seconds: float  # of learning, evaluations left out
    ever: bool


@dataclass(frozen=True)
class Outcome:
    """What a run says.

    Args:
        seed: Of the run.
        score: By the measure, in `unit`; nan if the learner diverged.
        unit: What the score is a number of.
        budget: Environment steps.
        seconds: Spent learning.
        share: Share of perfect of the greedy policy in the end, or None.
        gap: optimum - value in the end, in units of return, or None.
        passed: When it was first good, or None where nobody knows on the way.
        curve: The learning curve: environment steps and scores. Shape [2, points].
        curve_unit: What the curve shows.
        drawn: Whether each seed divides the rows of a data set anew; None in a world.
        notes: What is to be known about the rows, in sentences.
        goal: The share of perfect, or the return, from which on it is called good; None if there
            is none.
        clock: Seconds of learning at the points of the curve, or None. Shape [points].
        many: Whether the learner acts in many worlds at once.
    """

    seed: int
    score: float
    unit: Unit
    budget: int
    seconds: float
    share: float | None
    gap: float | None
    passed: Passed | None
    curve: Array
    curve_unit: Unit
    drawn: bool | None = None
    notes: tuple[str, ...] = ()
    goal: float | None = None
    clock: Array | None = None
    many: bool = False

    @classmethod
    def of(cls, run: Run, measure: Measure) -> Outcome:
        """Read a run.

        Raises:
            ValueError: If it has no such score; says why.
        """
        final, scores = run.score, run.scores
        if isinstance(final, DataScore):
            return cls._of_data(run, final, measure)
        learner = find_learner(run.spec.learner)
        if measure.kind == "final" and final.error is None and judges(learner):
            raise ValueError("it judges a policy, whose exact values nobody knows here")
        online = measure.kind == "online"
        column = COLUMNS[_final(final)[1]]
        on_the_way = not online and column in scores.columns
        history = History() if on_the_way else run.history
        score, unit = online_score(history, run.spec.samples, measure) if online else _final(final)
        if on_the_way:
            curve = np.array([scores["samples"], scores[column]])
        else:
            curve = _returns(history, run.spec.samples)
        goal = _goal(run, final, measure)
        return cls(
            run.spec.seed, score, unit, _taken(run), run.summary["seconds"], final.share,
            final.gap, _passed(run, scores, column, goal), curve, unit if on_the_way else RETURN,
            goal=goal, many=predicts_many(learner),
            clock=scores.columns.get("seconds") if on_the_way else None,
        )  # fmt: skip

    @classmethod
    def _of_data(cls, run: Run, final: DataScore, measure: Measure) -> Outcome:
        name = measure.metrics.get(run.spec.source, final.headline)
        if measure.kind == "online":
            raise ValueError("in a data set nobody explores, so nothing is measured online")
        if name not in final.metrics:
            raise ValueError(f"it is judged by {', '.join(final.metrics)} there, not by {name}")
        unit, spec, scores = Unit.of(METRICS[name]), run.spec, run.scores
        watched = unit._replace(name=f"{unit.name} on {final.watched} rows")
        known = name in scores.columns
        curve = np.array([scores["samples"], scores[name]]) if known else np.empty((2, 0))
        return cls(
            spec.seed, final.metrics[name].value, unit, spec.samples, run.summary["seconds"],
            None, None, None, curve, watched, spec.source_options.get("split") is None,
            tuple(final.notes),
        )  # fmt: skip


def _final(score: Evaluation) -> tuple[float, Unit]:
    if score.error is not None:
        return float(score.error), ERROR
    return (float(score.value), RETURN) if score.share is None else (float(score.share), SHARE)


def online_score(history: History, samples: int, measure: Measure) -> tuple[float, Unit]:
    """Return the mean return of the episodes that ended in the last part of the budget.

    Raises:
        ValueError: If there are none.
    """
    if len(history) and "episode_return" in history.columns:
        late = history["samples"] > samples * (1 - measure.last)
        if late.any():
            return float(history["episode_return"][late].mean()), RETURN
    raise ValueError(f"no episode ended in the last {100 * measure.last:g} % of the training")


def _taken(run: Run) -> int:
    """How many steps were really taken, which those who act in many worlds at once round down."""
    return int(run.summary.get("samples", run.spec.samples))


def _returns(history: History, samples: int) -> Array:
    """Return the mean return of episodes in equal parts of the budget, bridged where none ended."""
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
    """Return from which score on a policy is good, in the unit of the world."""
    if final.error is not None:
        return None
    if final.share is not None:
        return measure.threshold
    world = gym.registry.get(run.spec.source)
    known = None if world is None else world.reward_threshold
    return known if measure.passing is None else measure.passing


def _passed(run: Run, scores: History, column: str, goal: float | None) -> Passed | None:
    if goal is None or column not in scores.columns:
        return None
    good = np.flatnonzero(scores[column] >= goal)
    if not len(good):
        return Passed(_taken(run), run.summary["seconds"], False)
    known = "seconds" in scores.columns  # an older run's table has no such column
    seconds = scores["seconds"][good[0]] if known else float("nan")
    return Passed(float(scores["samples"][good[0]]), float(seconds), True)
