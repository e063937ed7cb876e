"""What all bandit learners share: memory, acting, and the two loops.

Learners with pure update functions, not gradient learners (but see `gradient.py`). The readable
loop walks through any Gymnasium environment of one state. Where that is a plain `BanditEnv`,
`learn` runs the compiled loop instead; both call the same functions on the same random streams.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from spielfeld import guard
from spielfeld.agents.bandit.loop import Memory, Numbers, bandit_loop, new_memory
from spielfeld.agents.tabular.spaces import DiscreteCode
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.access import is_plain, place, time_limit
from spielfeld.envs.bandit.model import BanditModel
from spielfeld.history import History

CHUNK = 1 << 16  # environment steps between two looks at the keyboard


class BanditLearner:
    """An estimate, a preference or a belief for each arm; subclasses choose and update.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the learner's generator, and of the environment's first reset.
    """

    config_class: ClassVar[type[Any]]
    choose: ClassVar[Callable[..., int]]  # (memory, numbers, agent) -> arm
    update: ClassVar[Callable[..., None]]  # (memory, numbers, arm, reward)
    loop: ClassVar[Callable[..., None]]

    def __init_subclass__(cls) -> None:
        """Compile the loop with the subclass's own choice and update."""
        rules = {"choose": cls.choose, "update": cls.update}
        cls.loop = staticmethod(compiled(bandit_loop, allocates=False, **rules))

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config = config or self.config_class()
        self.seed = seed
        self.generator = np.random.default_rng([seed, 1])  # the world's is seeded with seed alone
        self.samples = 0
        self.numbers = Numbers(*(float(getattr(self.config, name, 0)) for name in Numbers._fields))
        self._source: Any = None
        self._length, self._total = -1, 0.0  # of the episode; -1 when the next sample begins one
        self._finished: list[tuple[float, float, float]] = []

    def new_memory(self, runs: int, arms: int) -> Memory:
        """Return what is known before the first pull, for many runs."""
        return new_memory(runs, arms, getattr(self.config, "initial_value", 0.0))

    @property
    def action_values(self) -> Array:
        """What the greedy policy goes by. Shape [1, arms]."""
        return self.memory.values

    def predict(self, inputs: Any) -> Array:
        """Return action values, [arms] for one observation or [rows, arms] for many."""
        return self.action_values[self.observations.encode(inputs)]

    def act(self, observation: Any) -> Any:
        """Pick an action for the environment, as while learning."""
        return self.actions.decode(type(self).choose(self._own(), self.numbers, self.generator))

    def learn(self, source: Any, samples: int) -> History:
        """Learn for `samples` more environment steps, compiled if `source` is a plain bandit.

        Returns:
            One row for each episode finished meanwhile: samples, episode_return, episode_length.

        Raises:
            ValueError: If `source` has more than one state, or pays what is no number, or `samples`
                is no whole number.
        """
        samples = guard.whole("samples", samples)
        self._connect(source)
        plain = isinstance(getattr(source.unwrapped, "bandit", None), BanditModel)
        if not plain or not is_plain(source):
            return self.learn_readably(source, samples)
        while samples > 0:
            self._begin_episode_if_due(source)
            left = (time_limit(source) or CHUNK + self._length) - self._length
            steps = min(samples, left, CHUNK)
            self._run_loop(source, steps, over=steps == left and time_limit(source) is not None)
            samples -= steps
        return self._recorded()

    def learn_readably(self, source: Any, samples: int) -> History:
        """Do what `learn` does, step by step, in any environment of one state."""
        self._connect(source)
        own, numbers = self._own(), self.numbers
        for _ in range(samples):
            self._begin_episode_if_due(source)
            arm = type(self).choose(own, numbers, self.generator)
            _, reward, terminated, truncated, _ = source.step(self.actions.decode(arm))
            if not math.isfinite(reward):
                raise ValueError(f"The environment paid {reward} for action {arm}.")
            type(self).update(own, numbers, arm, reward)
            self._book(1, self._total + float(reward), terminated or truncated)
        return self._recorded()

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, as arrays and JSON values."""
        return {
            **{name: array.copy() for name, array in self.memory._asdict().items()},
            "samples": self.samples,
            "length": self._length,
            "total": self._total,
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, in `source`, which stands where it stood then.

        Raises:
            ValueError: If `source` has another number of arms, or a saved number is an impossible
                one. Then nothing has changed.
        """
        fresh = copy.copy(self)
        fresh._measure(source)
        saved, needed = np.shape(guard.entry(state, "values")), fresh.memory.values.shape
        if len(saved) == 2 and saved != needed:
            raise ValueError(f"The saved learner has {saved[1]} arms, this world {needed[1]}.")
        samples = guard.whole("samples", guard.entry(state, "samples"))
        fresh.memory = self._saved_memory(fresh.memory, state, samples)
        most = (time_limit(source) or guard.MOST) - 1
        fresh._length = guard.whole("length", guard.entry(state, "length"), -1, most + 1)
        fresh._total = guard.number("total", guard.entry(state, "total"))
        fresh._source, fresh.samples = source, samples
        generator = guard.generator_of(self.generator, state)
        vars(self).update(vars(fresh))
        self.generator.bit_generator.state = generator

    def _saved_memory(self, fresh: Memory, state: Any, samples: int) -> Memory:
        """Return what is known in a saved state; `scores` may be infinite."""
        memory = Memory(**{
            name: guard.like(f"The saved {name!r}", guard.entry(state, name), array,
                             0 if name == "counts" else None, finite=name != "scores")
            for name, array in fresh._asdict().items()
        })  # fmt: skip
        pulls = sum(memory.counts.ravel().tolist())
        guard.require(pulls <= samples, f"The saved 'counts' are {pulls}; {samples} were drawn.")
        return memory

    def _connect(self, source: Any) -> None:
        """Prepare for a source; another one than last time begins a new episode."""
        if source is self._source:
            return
        if not hasattr(self, "memory"):
            self._measure(source)
            source.reset(seed=self.seed)
        self._source, self._length = source, -1

    def _measure(self, source: Any) -> None:
        """Make room for the arms of `source`, after a look at how many states it has."""
        self.observations = DiscreteCode(source.observation_space, "observations")
        self.actions = DiscreteCode(source.action_space, "actions")
        if self.observations.size != 1:
            raise ValueError(
                f"A bandit learner needs a world of one state, but this one has "
                f"{self.observations.size}; q-learning can learn it."
            )
        self.memory = self.new_memory(1, self.actions.size)

    def _own(self) -> Memory:
        """The memory as rules see it, without rows."""
        return Memory(*(array[0] for array in self.memory))

    def _begin_episode_if_due(self, source: Any) -> None:
        if self._length < 0:
            source.reset()
            self._length, self._total = 0, 0.0

    def _run_loop(self, source: Any, steps: int, over: bool) -> None:
        """Run the compiled loop on the environment's own generator, and leave it where it ends."""
        world = source.unwrapped
        rewards, optimal = np.empty((1, steps)), np.empty((1, steps), np.bool_)
        type(self).loop(
            world.means[None], world.bandit.deviation, world.bandit.drift, self.memory,
            self.numbers, world.np_random, self.generator, rewards, optimal,
        )  # fmt: skip
        place(source, 0, self._length + steps)
        total = np.cumsum(np.append(self._total, rewards))[-1].item()  # in the order of the steps
        self._book(steps, total, over)

    def _book(self, steps: int, total: float, over: bool) -> None:
        self.samples += steps
        self._length += steps
        self._total = total
        if over:
            self._finished.append((self.samples, total, self._length))
            self._length = -1

    def _recorded(self) -> History:
        """Hand over the episodes finished since the last call."""
        finished, self._finished = self._finished, []
        return History.of_episodes(finished)
