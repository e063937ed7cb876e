"""Bandit learners: an estimate for each arm, and the rules for `agents/loop.py`.

A bandit is a world of one state, so the state of the loop is always 0. `learn` runs the compiled
loop if the environment is a plain `BanditEnv`. In any other Gymnasium environment of one state it
runs the loop in plain Python. Only the method in `gradient.py` uses gradients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from gymnasium import Env

from spielfeld import guard, snapshot
from spielfeld.agents.loop import Step, loop
from spielfeld.agents.progress import CHUNK, NEVER, NO_RATES, Progress
from spielfeld.agents.tabular.spaces import DiscreteCode
from spielfeld.agents.tabular.worlds import GYM, GymWorld
from spielfeld.arrays import Array
from spielfeld.compiled import compiled, filled
from spielfeld.envs.access import is_plain, place, time_limit
from spielfeld.envs.bandit.dynamics import drift_means, pull
from spielfeld.envs.bandit.model import BanditModel
from spielfeld.history import History
from spielfeld.settings import settings_of
from spielfeld.snapshot import Counts, Values


class Memory(NamedTuple):
    """Arrays of every bandit learner, changed in place."""

    values: Values  # [arms] estimated means, or preferences
    counts: Counts  # [arms] pulls of each arm
    scores: Array  # [arms] numbers that determined the last choice, if these are not the values
    baseline: Values  # [1] mean of all rewards


class Numbers(NamedTuple):
    """Settings of all methods; each method uses its own, the others are 0."""

    learning_rate: float
    learning_rate_decay: float
    exploration_rate: float
    confidence: float
    baseline: float  # 1 for yes, 0 for no
    prior_deviation: float
    reward_deviation: float


class BanditWorld(NamedTuple):
    """Bandit as the compiled loop uses it; stores the first pulls of an episode."""

    means: Array  # current true means, changed in place [arms]
    first: Array  # true means at the start of an episode [arms]
    spread: float  # standard deviation of the means in `first`
    deviation: float  # standard deviation of a reward
    drift: float  # standard deviation of the change of each mean after every pull
    best: Array  # highest current mean, one number
    limit: int  # pulls of an episode
    rewards: Array  # reward of each pull [room]
    optimal: Array  # whether each pull was of the best arm [room]


def begin_in_bandit(world: BanditWorld, memory: object, random: np.random.Generator) -> int:
    """Start an episode; one draw, and one for each arm if the means are drawn again."""
    random.random()
    for arm in range(world.means.size):
        world.means[arm] = world.first[arm]
    if world.spread > 0.0:
        drift_means(world.means, world.spread, random)
    world.best[0] = highest(world.means)
    return 0


def step_in_bandit(
    world: BanditWorld, memory: object, random: np.random.Generator, state: int, action: int,
    elapsed: int,
) -> Step:  # fmt: skip
    """Pull an arm; one draw, and one for each arm if the means drift."""
    reward = pull(world.means, world.deviation, action, random.random())
    if elapsed <= world.rewards.size:
        world.rewards[elapsed - 1] = reward
        world.optimal[elapsed - 1] = world.means[action] == world.best[0]
    if world.drift > 0.0:
        drift_means(world.means, world.drift, random)
        world.best[0] = highest(world.means)
    return Step(0, reward, False, elapsed >= world.limit)


def highest(means: Array) -> float:
    """Return the largest of some numbers."""
    best = -float("inf")
    for mean in means:
        best = max(best, mean)
    return best


BANDIT: dict[str, Callable[..., Any]] = {"begin": begin_in_bandit, "step": step_in_bandit}


@runtime_checkable
class BanditHolder(Protocol):
    """Environment of one state with known arms, such as `BanditEnv`."""

    bandit: BanditModel
    means: Array  # current true means [arms]

    @property
    def np_random(self) -> np.random.Generator:
        """The environment's generator."""
        ...


class BanditLearner:
    """Learner with a value for each arm; subclasses define `pick` and `update`.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    saved: ClassVar = ("memory", "progress")
    state, restore = snapshot.state, snapshot.restore
    memory: Memory
    config: object
    config_class: ClassVar[type[Any]]
    pick: ClassVar[Callable[..., int]]  # (memory, settings, state, rate, agent) -> arm
    update: ClassVar[Callable[..., None]]  # (memory, settings, rates, transition, agent)
    bandit_loop: ClassVar[Callable[..., None]]
    gym_loop: ClassVar[Callable[..., None]]

    def __init_subclass__(cls) -> None:
        """Put the rules of the subclass into the loop."""
        rules: dict[str, Callable[..., Any]] = {"pick": cls.pick, "update": cls.update}
        cls.bandit_loop = staticmethod(compiled(loop, allocates=False, **rules, **BANDIT))
        cls.gym_loop = staticmethod(filled(loop, **rules, **GYM))

    def __init__(self, config: object = None, seed: int = 0, **settings: object) -> None:
        self.config = made = settings_of(self.config_class, config, settings)
        self.seed = seed
        self.progress = Progress(seed)
        self._settings = dataclasses.asdict(made)
        self.numbers = Numbers(*(float(self._settings.get(name, 0)) for name in Numbers._fields))
        self._source: Env[Any, Any] | None = None

    @property
    def samples(self) -> int:
        """Environment steps learned from so far."""
        return self.progress.samples

    @property
    def action_values(self) -> Array:
        """Values that the greedy policy uses. Shape [1, arms]."""
        return self.memory.values[None]

    def new_memory(self, arms: int) -> Memory:
        """Return the memory before the first pull."""
        values = np.full(arms, float(self._settings.get("initial_value", 0.0)))
        return Memory(values, np.zeros(arms, np.int64), np.zeros(arms), np.zeros(1))

    def predict(self, inputs: object) -> Array:
        """Return action values, [arms] for one observation or [rows, arms] for many."""
        return self.action_values[self.observations.encode(inputs)]

    def act(self, observation: object) -> int | Array:
        """Pick an action for the environment, as during learning."""
        arm = type(self).pick(self.memory, self.numbers, 0, 0.0, self.progress.generator)
        return self.actions.decode(arm)

    def learn(self, source: Env[Any, Any], samples: int) -> History:
        """Learn for `samples` more environment steps; compiled if `source` is a plain bandit.

        Returns:
            One row for each finished episode: samples, episode_return, episode_length.

        Raises:
            ValueError: If `source` has more than one state, or a reward is not finite.
        """
        world = source.unwrapped
        bandit = isinstance(world, BanditHolder) and isinstance(world.bandit, BanditModel)
        return self._learn(source, samples, compiles=bandit and is_plain(source))

    def learn_readably(self, source: Env[Any, Any], samples: int) -> History:
        """Learn as `learn` does, with every step in plain Python, in any world of one state."""
        return self._learn(source, samples, compiles=False)

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        return {"states": 1, "actions": self.memory.values.size}

    def require_sound(self) -> None:
        """Refuse a restored state with more pulls than environment steps.

        Raises:
            ValueError: If there are more pulls; names both numbers.
        """
        pulls = sum(self.memory.counts.tolist())
        sentence = f"The saved 'memory.counts' are {pulls}; {self.samples} were drawn."
        guard.require(pulls <= self.samples, sentence)

    def prepare(self, source: Env[Any, Any]) -> None:
        """Make the arrays for the arms of `source`, without learning.

        Raises:
            ValueError: If `source` has more than one state.
        """
        self.observations = DiscreteCode(source.observation_space, "observations")
        self.actions = DiscreteCode(source.action_space, "actions")
        if self.observations.size != 1:
            raise ValueError(
                f"A bandit learner needs a world of one state, but this one has "
                f"{self.observations.size}; q-learning can learn it."
            )
        self.memory = self.new_memory(self.actions.size)
        self._source = source

    def _learn(self, source: Env[Any, Any], samples: int, compiles: bool) -> History:
        if source is not self._source:
            if self._source is None:
                self.prepare(source)
                source.reset(seed=self.seed)
            self._source = source
            self.progress.begin_anew()
        goal = self.samples + guard.whole("samples", samples)
        while self.samples < goal:
            self._learn_some(source, min(goal - self.samples, CHUNK), compiles)
        return self.progress.recorded()

    def _learn_some(self, source: Env[Any, Any], samples: int, compiles: bool) -> None:
        numbers = (self.memory, self.numbers, NO_RATES)
        env, position = source.unwrapped, self.progress.position
        if not compiles or not isinstance(env, BanditHolder):
            world = GymWorld(source, self.observations, self.actions, masked=False)
            self.progress.advance(self.gym_loop, world, *numbers, None, samples)
            return
        model, best, unrecorded = env.bandit, env.means.max(), np.empty(0)
        bandit = BanditWorld(
            env.means, model.means, model.spread, model.deviation, model.drift, np.full(1, best),
            time_limit(source) or NEVER, unrecorded, unrecorded,
        )  # fmt: skip
        self.progress.advance(self.bandit_loop, bandit, *numbers, env.np_random, samples)
        if position.state[0] >= 0:
            place(source, 0, position.length.item())
