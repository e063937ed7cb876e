"""Contestants of a comparison: learners with settings, their runs, and a metric for all."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spielfeld.experiments.commands.words import name_and_values
from spielfeld.experiments.data_metrics import METRICS, names
from spielfeld.experiments.registry import LEARNERS, find_learner
from spielfeld.experiments.sources import default_budget, fits, settings_for
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import config_class_of, tasks_of

OWN = {"label", "samples", "first_seed"}  # set for one learner, besides the settings of its class


@dataclass(frozen=True)
class Contestant:
    """A learner as it takes part.

    Args:
        label: Name in tables.
        learner: Its registered name, or "module:Class".
        config: Settings in place of its defaults and of those that ship for a world.
        samples: Budget in environment steps; None for the one that ships for a world.
        first_seed: The first of its seeds; two learners with others are not paired.
    """

    label: str
    learner: str
    config: Mapping[str, Any] = field(default_factory=dict)
    samples: int | None = None
    first_seed: int = 0

    def specs(
        self, source: str, options: Mapping[str, Any], seeds: int, own: Sequence[str] = ()
    ) -> list[RunSpec]:
        """Return the runs that it needs in a source, one a seed.

        Raises:
            ValueError: If a setting does not fit.
        """
        settings = {**settings_for(self.learner, source)}
        samples = settings.pop("samples")
        config_class = config_class_of(find_learner(self.learner))
        try:
            made = config_class(**{**settings, **self.config}) if config_class else None
        except ValueError as error:
            raise ValueError(f"{self.label}: {error}") from error
        except TypeError as error:
            raise ValueError(f"{self.label}: a setting is of the wrong kind ({error}).") from error
        config = {} if made is None else dataclasses.asdict(made)
        budget = samples if self.samples is None else self.samples
        budget = default_budget(self.learner, source, options) if budget is None else budget
        range_ = range(self.first_seed, self.first_seed + seeds)
        return [
            RunSpec(self.learner, source, budget, k, config, {**options}, own=own) for k in range_
        ]


def contestants(
    words: Sequence[str], common: Mapping[str, Any], samples: int | None = None
) -> list[Contestant]:
    """Read LEARNER or LEARNER:NAME=VALUE,NAME=VALUE; `all` stands for every registered learner.

    Args:
        words: One a contestant.
        common: Settings of all of them, which those of a contestant replace.
        samples: Budget of all of them, likewise.

    Raises:
        ValueError: If a learner or a setting is unknown, or two would have the same label.
    """
    words = [name for word in words for name in (LEARNERS if word == "all" else [word])]
    found = [_contestant(word, common, samples) for word in words]
    labels = [contestant.label for contestant in found]
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"{label} is named twice; {label}:first_seed=100 has other seeds.")
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
    """Return a metric for each data set in which all learners that fit have one in common.

    Args:
        contestants: Learners, of which some may not fit.
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
    """Return the first metric of the first learner that all others have as well."""
    tasks = [tasks_of(find_learner(one.learner)) or () for one in contestants]
    found = [names([task for task in each if fits(task, data)], data) for each in tasks]
    found = [each for each in found if each]
    first, *others = found or [[]]
    return next((name for name in first if all(name in each for each in others)), None)
