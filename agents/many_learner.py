"""What agents with networks share: acting in many worlds at once, and remembering all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete, Space

from spielfeld import guard
from spielfeld.agents.features import Features
from spielfeld.agents.networks import NetworkConfig, make_adam
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds, many_worlds, rows_seed
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.learner import GradientLearner
from spielfeld.learning.named import prefixed, section
from spielfeld.learning.saved import require_moments
from spielfeld.learning.schedule import SCHEDULES

EPISODE = ("samples", "episode_return", "episode_length")


class ManyLearner(GradientLearner):
    """An agent in `num_envs` worlds at once; subclasses say what a step teaches.

    They write `build` (function and loss), `live` (one step in every world, then the batches that
    there are to learn from), `act`, and `memory`.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class: ClassVar[type[Any]] = NetworkConfig
    measures: ClassVar[tuple[str, ...]] = ()  # what an update measures, columns of the history
    many = True
    worlds: ManyWorlds
    features: Features

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config: Any = config or self.config_class()
        self.seed = seed
        self.generator = np.random.default_rng([seed, 1])
        self.samples = 0
        self.measured: dict[str, float] = dict.fromkeys(self.measures, np.nan)
        self._owed = 0  # samples asked for that do not fill a step of all worlds yet
        self._source: Any = None
        self._finished: list[tuple[float, ...]] = []

    def build(self, features: int, actions: Space[Any]) -> None:
        """Make `function`, `loss` and what else depends on the spaces."""
        raise NotImplementedError

    def live(self) -> Iterator[Batch]:
        """Act once in every world; then yield what there is to learn from, if anything."""
        raise NotImplementedError

    def memory(self) -> dict[str, Array]:
        """Return what is remembered between batches; `restore` changes these arrays in place."""
        return {}

    def learn(self, source: Any, samples: int) -> History:
        """Act for `samples` more environment steps, and learn from them; see `GradientLearner`.

        Raises:
            ValueError: If there is no learning in this environment, or what is learned grows beyond
                all numbers, or `samples` is no whole number; says why.
        """
        samples = guard.whole("samples", samples)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # the optimizer tells
            history = super().learn(source, samples)
        if not all(np.isfinite(each).all() for each in self.function.parameters.values()):
            raise ValueError(
                "What is learned has grown beyond all numbers; a smaller learning_rate helps."
            )
        return history

    def forget(self) -> None:
        """Drop what belongs to episodes that will not be gone on with."""

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps in all worlds together.

        What does not fill a step of all worlds is left for the next call.
        """
        self._connect(source)
        self._owed += samples
        while self._owed >= self.worlds.rows:
            yield from self.live()

    def act_in_worlds(self, actions: Array) -> Any:
        """Step every world, book what it cost and which episodes are over; return the `Step`."""
        step = self.worlds.step(actions)
        taken = int(step.taken.sum())
        self.samples += taken
        self._owed -= taken
        latest = self.measured.values()
        self._finished += [(self.samples, *episode, *latest) for episode in self.worlds.finished]
        self.worlds.finished.clear()
        return step

    def step_size(self, batch: Batch) -> float:
        """Return the learning rate that the schedule has come to."""
        schedule = SCHEDULES[self.config.schedule]
        return schedule(self.samples, self.config.schedule_samples, self.config.learning_rate)

    def recorded(self) -> History:
        """Hand over the episodes finished since the last call, a row each."""
        columns = (*EPISODE, *self.measures)
        table = np.array(self._finished, np.float64).reshape(-1, len(columns))
        self._finished = []
        return History(**dict(zip(columns, table.T, strict=True)))

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, as arrays and JSON values."""
        return {
            **prefixed("parameters", {k: v.copy() for k, v in self.function.parameters.items()}),
            **prefixed("optimizer", self.optimizer.state()),
            **prefixed("memory", {k: v.copy() for k, v in self.memory().items()}),
            **prefixed("worlds", self.worlds.state()),
            **prefixed("measured", self.measured),
            "generator": self.generator.bit_generator.state,
            "samples": self.samples,
            "owed": self._owed,
        }

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, in copies of `source`.

        Raises:
            ValueError: If an array does not fit the settings or the spaces, or holds an impossible
                number; names it. Then this learner has not changed.
        """
        state = dict(guard.table("The saved state", state))
        self._connect(source)
        present = {**prefixed("parameters", self.function.parameters),
                   **prefixed("memory", self.memory())}  # fmt: skip
        saved = {name: _saved(name, array, state, self.limits()) for name, array in present.items()}
        self.require_sound(section(saved, "memory"))
        samples = guard.whole("samples", guard.entry(state, "samples"))
        owed = guard.whole("owed", guard.entry(state, "owed"), 0, self.worlds.rows)
        measured = {name: _measured(name, state) for name in self.measures}
        generator = guard.generator_of(self.generator, state)
        require_moments(section(state, "optimizer"), self.function.parameters)
        self.worlds.restore(section(state, "worlds"), rows_seed(self.seed, samples))
        self.optimizer.restore(section(state, "optimizer"))
        for name, array in present.items():
            array[...] = saved[name]
        self.measured, self.samples, self._owed = measured, samples, owed
        self.generator.bit_generator.state = generator
        if not section(state, "worlds"):  # nobody could tell where they stood: they begin anew
            self.forget()

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the least number, and the one that all stay below, of arrays of `memory`."""
        return {}

    def require_sound(self, memory: dict[str, Array]) -> None:
        """Raise a ValueError if saved arrays of `memory` contradict each other."""

    def _connect(self, source: Any) -> None:
        """Prepare for a source; another one than last time begins new episodes there."""
        if source is self._source:
            return
        worlds = many_worlds(source, self.config.num_envs)
        features = Features(worlds.observation_space)
        if self._source is None:
            self.worlds, self.features = worlds, features
            require_actions(worlds.action_space)
            self.optimizer = make_adam(self.config)
            self.build(features.size, worlds.action_space)
        elif (features.size, worlds.action_space, worlds.rows) != (
            self.features.size, self.worlds.action_space, self.worlds.rows,
        ):  # fmt: skip
            raise ValueError("The new environment has other spaces than the one learned from.")
        self.forget()
        self._source, self.worlds = source, worlds
        worlds.reset(rows_seed(self.seed, self.samples))


def require_actions(space: Space[Any]) -> None:
    """Raise a ValueError if actions are neither `Discrete` nor bounded numbers in one row."""
    box = isinstance(space, Box) and len(space.shape) == 1
    if not box and not isinstance(space, Discrete):
        raise ValueError(f"Expected Discrete actions, or a Box with one dimension, not {space}.")


def require_actions_in(what: str, space: Any, actions: Array) -> None:
    """Refuse saved actions, counted from 0, that a `Discrete` space does not have.

    Raises:
        ValueError: If there is one; names it.
    """
    if isinstance(space, Discrete):
        guard.within(what, actions, 0, int(space.n))


def _saved(
    name: str, array: Array, state: Any, limits: dict[str, tuple[float, float | None]]
) -> Array:
    """Return a saved array that fits; observations alone may be infinite."""
    low, high = limits.get(name.removeprefix("memory."), (None, None))
    finite = not name.endswith("observation")
    saved = guard.entry(state, name)
    return guard.like(f"The saved {name!r}", saved, array, low, high, finite=finite)


def _measured(name: str, state: Any) -> float:
    """Return a saved measure of the latest update, which may be NaN."""
    value = guard.entry(state, f"measured.{name}")
    guard.require(
        isinstance(value, int | float), f"The saved {name!r} must be a number, not {value!r}."
    )
    return float(value)
