"""Search of settings for a learner in a world, with the same number of trials for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.run import Training, one_thread
from spielfeld.experiments.sources import settings_for
from spielfeld.experiments.spec import RunSpec
from spielfeld.protocols import config_class_of

if TYPE_CHECKING:
    import optuna

EVALUATIONS = 40  # of a run with a threshold
NEVER = 86_400.0  # seconds that count for a run which does not pass its threshold

RANGES: dict[str, tuple[float, float]] = {  # searched on a logarithmic scale
    "learning_rate": (1e-4, 1e-2),
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "num_envs": (8, 16, 32, 64),
    "steps": (8, 16, 32, 64, 128),
    "batch_size": (64, 128, 256, 512),
    "epochs": (4, 8, 12, 20),
    "discount": (0.95, 0.98, 0.99, 0.995),
    "trace_decay": (0.8, 0.9, 0.95, 1.0),
    "entropy_weight": (0.0, 0.001, 0.01, 0.03),
    "schedule": ("constant", "linear"),
    "activation": ("tanh", "relu"),
    "buffer_size": (10_000, 50_000, 100_000),
    "train_every": (4, 16, 64, 256),
    "gradient_steps": (1, 8, 32, 128),
    "target_every": (100, 500, 2_000),
    "exploration_samples": (5_000, 10_000, 20_000),
    "final_exploration_rate": (0.01, 0.04, 0.1),
}
OTHER_UNITS: dict[
    str, dict[str, tuple[Any, ...]]
] = {  # for settings with other units than in `CHOICES`
    "sb3-dqn": {"target_every": (10, 500, 2_000, 10_000)},  # environment steps, not updates
}


class Trial(NamedTuple):
    """A trial: settings and their score.

    Args:
        settings: Settings of the trial.
        score: Mean over seeds and over all evaluations during training, so fast learning and a
            good end both count. With a threshold it is minus the mean seconds until a run passes
            it. A run that never passes counts `NEVER`.
        last: Mean over seeds of the last evaluation, or the share of seeds that passed.
    """

    settings: dict[str, Any]
    score: float
    last: float


@dataclasses.dataclass(frozen=True)
class Task:
    """A search: its learner, its world and its budget.

    Args:
        learner: Name of the learner. Its settings in `RANGES` and `CHOICES` are searched.
        source: Name of the world.
        samples: Environment steps of each run.
        seeds: Runs of each trial.
        first_seed: First seed of the runs. A later comparison should use other seeds.
        source_options: Options of the source.
        threshold: Value to pass in as few seconds as possible; None to maximise the scores.
        own: Modules that the run of an opponent may name.
    """

    learner: str
    source: str
    samples: int
    seeds: int = 2
    first_seed: int = 1_000
    source_options: dict[str, Any] = dataclasses.field(default_factory=dict)
    threshold: float | None = None
    own: tuple[str, ...] = ()

    def searched(self) -> list[str]:
        """Return the names of the settings that are searched, in a fixed order."""
        config_class = config_class_of(find_learner(self.learner))
        names = {field.name for field in dataclasses.fields(config_class)} if config_class else ()
        return [name for name in (*RANGES, *CHOICES) if name in names]

    def choices(self, name: str) -> tuple[Any, ...]:
        """Return the values of a setting that are tried."""
        return OTHER_UNITS.get(self.learner, {}).get(name) or CHOICES[name]

    def shipped(self) -> dict[str, Any]:
        """Return the default settings."""
        settings = settings_for(self.learner, self.source)
        settings.pop("samples")
        return settings

    def require_fit(self) -> None:
        """Raise a ValueError if the learner cannot learn there with the default settings."""
        Training(self.spec(self.shipped(), self.first_seed)).learn(0)

    def run(self, settings: dict[str, Any]) -> Trial:
        """Learn with these settings, once with each seed."""
        if "schedule" in settings:
            settings = {**settings, "schedule_samples": self.samples}
        specs = [self.spec(settings, self.first_seed + k) for k in range(self.seeds)]
        if self.threshold is not None:
            every = max(1, self.samples // EVALUATIONS)
            ways = [seconds_to(spec, self.threshold, every) for spec in specs]
            passed = np.mean([way.passed for way in ways])
            seconds = np.mean([way.seconds if way.passed else NEVER for way in ways])
            return Trial(settings, -float(seconds), float(passed))
        found = np.array([self._scores(spec) for spec in specs])
        return Trial(settings, float(found.mean()), float(found[:, -1].mean()))

    def spec(self, settings: dict[str, Any], seed: int) -> RunSpec:
        """Return a run with these settings."""
        options = dict(self.source_options)
        return RunSpec(
            self.learner, self.source, self.samples, seed, settings, options, own=self.own
        )

    def _scores(self, spec: RunSpec) -> Floats:
        training = Training(spec)
        with one_thread():
            for _ in training:
                pass
        shares = training.scores.columns.get("share", np.full(1, np.nan))
        return training.scores["value"] if np.isnan(shares).any() else shares


def search(task: Task, trials: int, seed: int, tell: Callable[[int, Trial], None]) -> Trial:
    """Try the default settings, then the proposals of a tree-structured Parzen estimator.

    Args:
        task: The search.
        trials: Number of trials.
        seed: Seed of the proposals.
        tell: Called after each trial with its number, from 1.

    Returns:
        The trial with the best score.

    Raises:
        ImportError: If Optuna is not installed.
        ValueError: If the learner has no setting to search, or no trial finished.
    """
    optuna = _optuna()
    names, tried = task.searched(), list[Trial]()
    if not names:
        raise ValueError(f"{task.learner} has no settings to search.")

    shipped = task.shipped()

    def attempt(settings: dict[str, Any]) -> float:
        trial = _tried(task, {**shipped, **settings})
        tried.append(trial)
        tell(len(tried), trial)
        return trial.score if np.isfinite(trial.score) else -np.inf

    attempt({})
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True)
    )
    study.optimize(
        lambda proposal: attempt({name: _propose(proposal, task, name) for name in names}),
        n_trials=trials - 1,
    )
    if all(np.isneginf(trial.score) for trial in tried):
        raise ValueError(f"None of the {trials} trials of {task.learner} finished.")
    return max(tried, key=lambda trial: np.nan_to_num(trial.score, nan=-np.inf))


def _tried(task: Task, settings: dict[str, Any]) -> Trial:
    """Run a trial; settings that do not fit together, or that diverge, get the worst score."""
    try:
        return task.run(settings)
    except (ValueError, FloatingPointError):
        return Trial(settings, -np.inf, -np.inf)


def _propose(proposal: optuna.Trial, task: Task, name: str) -> object:
    if name in RANGES:
        return proposal.suggest_float(name, *RANGES[name], log=True)
    return proposal.suggest_categorical(name, task.choices(name))


def _optuna() -> ModuleType:
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise ImportError(
            "Searching needs Optuna, which is not installed: `pip install optuna` and try again."
        ) from error
    import warnings

    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


class Reached(NamedTuple):
    """The time at which a learner passed a threshold.

    Args:
        seconds: Seconds of learning, without evaluations; of the whole budget if it never passed.
        samples: Environment steps until then.
        passed: Whether the learner passed.
    """

    seconds: float
    samples: int
    passed: bool


def seconds_to(spec: RunSpec, threshold: float, every: int, by_share: bool = False) -> Reached:
    """Learn until an evaluation passes a threshold, or the budget is used up.

    Args:
        spec: Learner, source, seed, settings and budget.
        threshold: Mean return of 100 episodes of the greedy policy, or its exact value.
        every: Environment steps between two evaluations.
        by_share: Whether the threshold is a share of perfect.
    """
    training = Training(spec)
    with one_thread():
        training.learn(0)  # makes the arrays
        while training.samples < spec.samples:
            training.learn(min(every, spec.samples - training.samples))
            row = training.evaluator.row(training.learner)
            if row["share" if by_share else "value"] >= threshold:
                return Reached(training.seconds, training.samples, True)
    return Reached(training.seconds, training.samples, False)
