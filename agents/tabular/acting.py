"""Acting by a table: the readable walk through any Gymnasium environment with discrete spaces."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np

from spielfeld.agents.tabular.config import ControlConfig
from spielfeld.agents.tabular.exploration import choose_action
from spielfeld.agents.tabular.spaces import DiscreteCode
from spielfeld.agents.tabular.walk import Episode, Rates, Transition, exploration
from spielfeld.arrays import Array
from spielfeld.learning.function import Table

NEVER = 2**62  # environment steps


class Memory(NamedTuple):
    """What every method keeps; those that need more name these first, then their own."""

    table: Array  # action values [states, actions]
    visits: Array  # updates of each cell [states, actions]
    legal: Array  # actions known to be allowed [states, actions]


def soft_action(
    memory: Any, state: int, exploration_rate: float, explore_draw: float, choice_draw: float
) -> int:
    """Pick a random action with probability `exploration_rate`, else a best one of the table."""
    return choose_action(
        memory.table[state], memory.legal[state], exploration_rate, explore_draw, choice_draw
    )


def own_column(action: int) -> int:
    """Give each action a column of the table."""
    return action


def refuse_misfit(what: str, array: Array, needed: Array) -> None:
    """Refuse an array of another shape than a world needs.

    Raises:
        ValueError: If the shapes differ; names `what` it is and both of them.
    """
    if array.shape != needed.shape:
        raise ValueError(
            f"{what} has shape {array.shape}, but this environment needs {needed.shape}."
        )


class TabularActor:
    """A table of values, and an agent that acts by it; `TabularLearner` learns as well.

    A subclass whose update needs more than the table overrides `make_memory`.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class: ClassVar[type[Any]] = ControlConfig
    rules: ClassVar[dict[str, Callable[..., Any]]] = {"pick": soft_action, "column": own_column}
    on_policy: ClassVar[bool] = False  # whether the next action is picked before the update
    of_episode: ClassVar[tuple[str, ...]] = ()  # what the memory holds of the present episode
    function: Any
    observations: Any
    memory: Any

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config = config or self.config_class()
        self.seed = seed
        self.generator = np.random.default_rng([seed, 1])  # the world's is seeded with seed alone
        self.samples = 0
        shared = {name: float(getattr(self.config, name, 0)) for name in Rates._fields[:-2]}
        self.rates = Rates(**shared, time_limit=NEVER, on_policy=self.on_policy)
        self._source: Any = None
        self._episode = Episode(np.full(1, -1), np.full(1, -1), np.zeros(1, np.int64), np.zeros(1))
        self._finished: list[tuple[float, float, float]] = []

    @property
    def action_values(self) -> Array:
        """The table itself. Shape [states, actions]."""
        table: Array = self.function.parameters["table"]
        return table

    @property
    def visits(self) -> Array:
        """How often each cell was updated. Shape [states, actions]."""
        visits: Array = self.memory.visits
        return visits

    def predict(self, inputs: Any) -> Array:
        """Return action values, [actions] for one observation or [rows, actions] for many."""
        values: Array = self.function(self.observations.encode(inputs))
        return values

    def act(self, observation: Any, action_mask: Array | None = None) -> Any:
        """Pick an action for the environment, exploring at the current rate.

        Args:
            observation: One observation of the environment that was learned from.
            action_mask: Which actions are legal, all by default. Shape [actions].
        """
        state, memory = self.observations.encode(observation).tolist(), self.memory
        if action_mask is not None:
            allowed = np.asarray(action_mask, bool)
            memory = memory._replace(legal=np.broadcast_to(allowed, memory.legal.shape))
        rate = exploration(self.rates, self.samples)
        return self.actions.decode(self._pick(memory, state, rate))

    def transitions(self, source: Any, samples: int) -> Iterator[Transition]:
        """Act for `samples` environment steps; yield each, to be learned from before the next."""
        self._connect(source)
        episode = self._episode
        for sample in range(self.samples, self.samples + samples):
            if episode.state[0] < 0:
                self._begin_episode(source)
            state, action = self._standing(), int(episode.action[0])
            rate, next_rate = (exploration(self.rates, sample + k) for k in (0, 1))
            if action < 0:
                action = self._pick(self.memory, state, rate)
            observation, reward, terminated, truncated, info = source.step(
                self.actions.decode(action)
            )
            if not math.isfinite(reward):
                raise ValueError(f"The environment paid {reward} for action {action}.")
            next_state, next_action = self.observations.encode(observation).tolist(), -1
            self._allow(next_state, info)
            if self.on_policy and not terminated:
                next_action = self._pick(self.memory, next_state, next_rate)
            over, column = terminated or truncated, self.rules["column"]
            reward = float(reward)
            self._move(next_state, next_action, reward, over)
            next_column = column(next_action) if next_action >= 0 else -1
            yield Transition(
                state, column(action), reward, next_state, next_column, terminated, over, rate,
                next_rate,
            )  # fmt: skip

    def make_memory(self, table: Array, legal: Array) -> Any:
        """Return the arrays that the update works on: a NamedTuple that begins as `Memory` does."""
        return Memory(table, np.zeros(table.shape, np.int64), legal)

    def _connect(self, source: Any) -> None:
        """Prepare for a source; another one than last time begins a new episode."""
        if source is self._source:
            return
        if hasattr(self, "function"):
            self._change_world(source)
        else:
            self._measure(source)
            source.reset(seed=self.seed)
        self._source = source
        self._episode.state[0], self._episode.action[0] = -1, -1

    def _change_world(self, source: Any) -> None:
        """Keep what was learned and forget the episode that the old world was left in."""
        fresh = copy.copy(self)
        fresh._measure(source)
        refuse_misfit("The table", self.memory.table, fresh.memory.table)
        refuse_misfit("The list of what is legal", self.memory.legal, fresh.memory.legal)
        for name in self.of_episode:
            getattr(self.memory, name)[...] = getattr(fresh.memory, name)

    def _measure(self, source: Any) -> None:
        """Make a table of the size that the spaces of `source` ask for."""
        self.observations = DiscreteCode(source.observation_space, "observations")
        self.actions = DiscreteCode(source.action_space, "actions")
        shape = (self.observations.size, self.actions.size)
        columns = 1 + max(map(self.rules["column"], range(self.actions.size)))
        self.function = Table(self.observations.size, columns, self.config.initial_value)
        self.memory = self.make_memory(self.action_values, np.ones(shape, bool))

    def _begin_episode(self, source: Any) -> None:
        observation, info = source.reset()
        state = self.observations.encode(observation).tolist()
        self._allow(state, info)
        self._episode.state[...] = state
        self._episode.length[0], self._episode.total[0] = 0, 0.0

    def _standing(self) -> Any:
        """Return the state where the agent stands, as `observations` encodes it."""
        return self._episode.state.reshape(self.observations.form).tolist()

    def _allow(self, state: Any, info: dict[str, Any]) -> None:
        self.memory.legal[state] = info.get("action_mask", True)

    def _pick(self, memory: Any, state: Any, rate: float) -> int:
        draws = self.generator.random(), self.generator.random()
        action = int(self.rules["pick"](memory, state, rate, *draws))
        if action < 0:
            raise ValueError(f"No legal action of state {state} has a value that is a number.")
        return action

    def _move(self, next_state: Any, next_action: int, reward: float, over: bool) -> None:
        """Book a step before it is handed out, so that a checkpoint misses nothing."""
        episode = self._episode
        self.samples += 1
        episode.length[0] += 1
        episode.total[0] += reward
        episode.state[...], episode.action[0] = next_state, next_action
        if over:
            self._finished.append((self.samples, episode.total.item(), episode.length.item()))
            episode.state[0], episode.action[0] = -1, -1
