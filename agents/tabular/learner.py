"""What all tabular learners share: learning from each step, by two walks.

The readable walk, `transitions`, goes through any Gymnasium environment with discrete spaces. Where
the environment is nothing but a `TabularModel`, `learn` runs the compiled walk instead; both call
the same rules on the same random streams and end with the same table, bit for bit.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from spielfeld import guard
from spielfeld.agents.tabular.acting import NEVER, TabularActor, refuse_misfit
from spielfeld.agents.tabular.saved import saved_episode, saved_memory
from spielfeld.agents.tabular.walk import Episodes, walk
from spielfeld.compiled import compiled
from spielfeld.envs.access import place, plain_model, time_limit
from spielfeld.envs.sampling import noisy_reward
from spielfeld.envs.tabular import TabularModel
from spielfeld.history import History

NAMES = {"table": "The saved table", "legal": "The saved list of what is legal"}
CHUNK = 1 << 16  # environment steps between two looks at the keyboard


class TabularLearner(TabularActor):
    """An agent that acts by a table and learns from each step; subclasses name their `update`.

    A subclass whose update needs more than the table overrides `make_memory`, and one whose update
    needs numbers besides `Rates` overrides `settings`; both return a NamedTuple of its own.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    update: ClassVar[Callable[..., None]]
    loop: ClassVar[Callable[..., tuple[int, int]]]
    noisy_loop: ClassVar[Callable[..., tuple[int, int]]]

    def __init_subclass__(cls) -> None:
        """Compile the walk with the subclass's own rules, for models without and with noise."""
        if hasattr(cls, "update"):
            rules = {**cls.rules, "update": cls.update}
            cls.loop = staticmethod(compiled(walk, allocates=False, **rules))
            noisy = {**rules, "mean_reward": noisy_reward}
            cls.noisy_loop = staticmethod(compiled(walk, allocates=False, **noisy))

    @property
    def settings(self) -> Any:
        """Return the numbers that the update needs besides `Rates`, as a NamedTuple."""
        return ()

    def learn(self, source: Any, samples: int) -> History:
        """Learn for `samples` more environment steps, compiled if `source` is a plain model.

        Returns:
            One row for each episode finished meanwhile: samples, episode_return, episode_length.

        Raises:
            ValueError: If `samples` is no whole number, or values have left the range of numbers.
        """
        samples = guard.whole("samples", samples)
        model = plain_model(source)
        if model is None:
            return self.learn_readably(source, samples)
        self._connect(source)
        while samples > 0:
            samples -= self._run_loop(source, model, min(samples, CHUNK), NEVER)
        return self.recorded()

    def learn_episodes(self, source: Any, episodes: int) -> History:
        """Learn as `learn` does, until so many more episodes are over, however long they take."""
        episodes = guard.whole("episodes", episodes)
        self._connect(source)
        model, history = plain_model(source), History()
        while len(history) < episodes:
            if model is None:
                history += self.learn_readably(source, 1)
            else:
                self._run_loop(source, model, CHUNK, episodes - len(history))
                history += self.recorded()
        return history

    def learn_readably(self, source: Any, samples: int) -> History:
        """Learn as `learn` does, with every step in plain Python, where a debugger can follow."""
        for transition in self.transitions(source, samples):
            self.reserve(self._episode.length.item())
            type(self).update(self.memory, self.settings, self.rates, transition, self.generator)
        return self.recorded()

    def reserve(self, steps: int) -> None:
        """Make room for an episode of `steps` environment steps, if the method remembers it."""

    def recorded(self) -> History:
        """Hand over the episodes finished since the last call.

        Raises:
            ValueError: If values have left the range of numbers meanwhile.
        """
        if not np.isfinite(self.action_values).all():
            raise ValueError("Values have grown beyond all numbers; a smaller learning_rate helps.")
        finished, self._finished = self._finished, []
        return History.of_episodes(finished)

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, as arrays and JSON values."""
        return {
            **{name: array.copy() for name, array in self.memory._asdict().items()},
            "samples": self.samples,
            "episode": {
                name: np.squeeze(array).tolist() for name, array in self._episode._asdict().items()
            },
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, in `source`, which stands where it stood then.

        Raises:
            ValueError: If an array is missing, does not fit the spaces of `source`, or holds an
                impossible number. Then nothing has changed.
        """
        fresh = copy.copy(self)
        fresh._measure(source)
        for name, what in NAMES.items():  # of arrays only: what else there is, `saved_memory` says
            if isinstance(guard.table("The saved state", state).get(name), np.ndarray):
                refuse_misfit(what, state[name], getattr(fresh.memory, name))
        memory = saved_memory(fresh.memory, state, NAMES)
        fresh._require_policy(memory.legal)
        episode = guard.entry(state, "episode")
        fresh._episode = saved_episode(fresh._episode, episode, len(memory.table), memory.legal)
        if hasattr(memory, "require_sound"):
            memory.require_sound(fresh._steps)
        generator = guard.generator_of(self.generator, state)
        fresh.samples, fresh._source = guard.whole("samples", guard.entry(state, "samples")), source
        fresh.memory, fresh.function.parameters["table"] = memory, memory.table
        vars(self).update(vars(fresh))
        self.generator.bit_generator.state = generator

    @property
    def _steps(self) -> int:
        """How many environment steps the episode under way has; 0 if there is none."""
        return int(self._episode.length[0]) if self._episode.state[0] >= 0 else 0

    def _require_policy(self, legal: Any) -> None:
        """Raise a ValueError if a saved list of what is legal is not this learner's policy."""

    def _allow_all(self, model: TabularModel) -> None:
        self.memory.legal[...] = model.legal_actions

    def _run_loop(self, source: Any, model: TabularModel, samples: int, episodes: int) -> int:
        """Run the compiled walk on the environment's own generator, and leave it where it ends."""
        episode, rates = self._episode, self.rates._replace(time_limit=time_limit(source) or NEVER)
        finished = Episodes(*np.empty((3, min(samples, episodes))))
        self.reserve(self._steps + samples)
        self._allow_all(model)
        loop = self.loop if model.reward_deviation is None else self.noisy_loop
        taken, count = loop(
            model.arrays, rates, self.settings, self.memory, episode, finished,
            source.unwrapped.np_random, self.generator, self.samples, samples, episodes,
        )  # fmt: skip
        self.samples += taken
        self._finished += zip(*(column[:count].tolist() for column in finished), strict=True)
        if episode.state[0] >= 0:
            place(source, int(episode.state[0]), int(episode.length[0]))
        return taken
