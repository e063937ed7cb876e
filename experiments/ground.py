"""What a run stands on, world or rows: what is learned from, how it is judged, what is saved."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from spielfeld.envs.access import restore
from spielfeld.envs.access import state as world_state
from spielfeld.experiments.data_metrics import measure
from spielfeld.experiments.data_score import DataScore
from spielfeld.experiments.evaluation import Evaluation, Evaluator
from spielfeld.experiments.fit import fitting, require_target
from spielfeld.experiments.greedy import predicts_many
from spielfeld.experiments.sources import make_source
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning.data_sets.data_set import Split

SCORES = 50  # evaluations of a run, where they are quick
PLAYED = 20  # the same, where episodes are played for each
QUICK = 10_000_000  # numbers to predict from, in all evaluations of a run together


class World:
    """An environment to act in.

    Args:
        env: What learners learn from.
        many: Whether the learner acts in copies of it, which are then a part of its own state.
    """

    def __init__(self, env: Any, many: bool = False) -> None:
        self.given, self._many, self._evaluator = env, many, Evaluator(env)

    @property
    def scores(self) -> int:
        """How many evaluations on the way a run can afford."""
        if self._evaluator.quick:
            return SCORES
        exact = hasattr(self.given.unwrapped, "model")
        return PLAYED if self._many and not exact and self._evaluator.playable else 0

    @property
    def waits(self) -> bool:
        """Whether the last evaluation takes so long that one should be told."""
        return hasattr(self.given.unwrapped, "model") and not self._evaluator.quick

    def score(self, learner: Any) -> Evaluation:
        """Return how good a learner is in the end."""
        return self._evaluator(learner)

    def score_row(self, learner: Any) -> dict[str, float]:
        """Return what a row of scores.csv says besides samples and seconds."""
        score = self.score(learner)
        row = {"value": score.value, "share": score.share, "error": score.error}
        return {name: number for name, number in row.items() if number is not None}

    def identity(self) -> dict[str, Any]:
        """Return what a saved state must agree with."""
        spaces = ("observation_space", "action_space")
        return {name: str(getattr(self.given, name)) for name in spaces}

    def state(self) -> dict[str, Any] | None:
        """Return where it stands; None if nobody knows, or if the learner itself does."""
        return None if self._many else world_state(self.given)

    def restore(self, state: dict[str, Any] | None, seed: int) -> Any:
        """Put the environment where it stood; return what a restored learner goes on in."""
        if self._many:
            return self.given
        if state is not None:
            restore(self.given, state)
            return self.given
        # nobody knows where it stood: for the learner it is another source, a new episode
        self.given.reset(seed=seed)
        return gym.Wrapper(self.given)


class Rows:
    """Rows of a data set, divided.

    Args:
        split: What learners learn from; its test rows judge them in the end, its validation rows
            on the way, where there are some.
        tasks: By which a learner is judged here.
    """

    waits = False

    def __init__(self, split: Split, tasks: tuple[str, ...]) -> None:
        self.given, self._tasks = split, tasks
        self._watched = split.test if split.validation is None else split.validation
        self._slow = tasks[0] == "generation"  # else no samples are drawn on the way
        self._watched_by = tuple(task for task in tasks if self._slow or task != "generation")

    @property
    def scores(self) -> int:
        """How many evaluations on the way a run can afford."""
        most = 10 if self._slow else SCORES
        return int(np.clip(QUICK // self._watched.inputs.size, 5, most))

    def score(self, learner: Any) -> DataScore:
        """Return how good a learner is in the end, on the test rows."""
        return DataScore.of(learner, self._tasks, self.given)

    def score_row(self, learner: Any) -> dict[str, float]:
        """Return what a row of scores.csv says besides samples and seconds."""
        found = measure(learner, self._watched_by, self.given, self._watched)
        return {name: one.value for name, one in found.items()}

    def identity(self) -> dict[str, Any]:
        """Return what a saved state must agree with."""
        train = self.given.train
        shape, classes = list(train.inputs.shape), list(train.class_names)
        return {"data_set": {"name": train.name, "shape": shape, "classes": classes}}

    def state(self) -> None:
        """Return None: where in its rows a learner stands belongs to the learner."""

    def restore(self, state: None, seed: int) -> Split:
        """Return what a restored learner goes on in."""
        return self.given


Ground = World | Rows


def make_ground(spec: RunSpec, learner: Any) -> Ground:
    """Make what a run's learner, a class or an object, learns from.

    Raises:
        ValueError: If there is no such source, or the learner cannot learn there.
    """
    tasks = getattr(learner, "tasks", None)
    require_target(spec.learner, tasks, spec.source, spec.source_options)
    given = make_source(spec.source, spec.source_options, spec.seed, spec.modules)
    found = fitting(spec.learner, tasks, spec.source, given)
    return Rows(given, found) if isinstance(given, Split) else World(given, predicts_many(learner))
