"""Tabular learners: a table of values, the rules for `agents/loop.py`, and the two kinds of worlds.

`learn` runs the compiled loop if the environment is only a `TabularModel`. In any other Gymnasium
environment it runs the loop in plain Python. The shared rules are in `rules.py` and `descent.py`.

For continuous observations, a method with a `target` uses tile coding: an action value is a sum
over tiles. See Sutton & Barto, 2nd edition, sections 9.5.4 and 10.1. A state is
then 0 or 1, the place of one of the two latest observations.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, ClassVar

import numpy as np
from gymnasium import Env
from gymnasium.spaces import Box

from spielfeld import guard, snapshot
from spielfeld.agents.loop import Rates, Transition, exploration, loop, one_by_one
from spielfeld.agents.progress import CHUNK, NEVER, Progress
from spielfeld.agents.tabular.descent import (
    GradientConfig,
    TileMemory,
    aim_of,
    descend_to_target,
    require_target,
    values_of_tiles,
)
from spielfeld.agents.tabular.rules import (
    ControlConfig,
    Memory,
    SoundMemory,
    Tabular,
    TabularConfig,
    soft_pick,
)
from spielfeld.agents.tabular.spaces import DiscreteCode, tile_coder
from spielfeld.agents.tabular.worlds import GYM, MODEL, GymWorld, ModelWorld
from spielfeld.arrays import Array
from spielfeld.compiled import compiled, filled
from spielfeld.envs.access import place, plain_model, time_limit
from spielfeld.envs.tabular import TabularModel, noisy_reward
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Table
from spielfeld.learning.loss import SquaredError
from spielfeld.learning.optimizer import SGD, decayed_rate
from spielfeld.learning.tile_coding import TileCoder, TileSum
from spielfeld.settings import settings_of

Rule = Callable[..., Any]


class TabularLearner:
    """Learner that acts by a table and learns from each step; see `agents/loop.py`.

    A subclass defines its `target`, or an `update` that needs no `target`. A method whose update
    needs more arrays than `Memory` overrides `make_memory`. A method whose update needs numbers
    besides `Rates` overrides `settings`. Both return a named tuple.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Seed of the agent and of the first reset of the environment.
        **settings: Settings to change in `config`, such as `learning_rate=0.1`.

    Raises:
        ValueError: If there is no such setting, or a target takes other arguments than
            `(transition, following, discount)`.
    """

    config_class: ClassVar[type[Any]] = ControlConfig
    pick: ClassVar[Callable[..., int]] = staticmethod(soft_pick)
    update: ClassVar[Callable[..., None]] = staticmethod(descend_to_target)
    target: ClassVar[Callable[..., float] | None] = None  # (transition, following, discount)
    on_policy: ClassVar[bool] = False  # whether the next action is picked before the update
    judges: ClassVar[bool] = False  # whether the method is a prediction
    masked: bool = True  # whether the worlds have an action mask
    of_episode: ClassVar[tuple[str, ...]] = ()  # arrays of the memory about the current episode
    rules: ClassVar[dict[str, Rule]]
    model_loop: ClassVar[Callable[..., None]]
    noisy_model_loop: ClassVar[Callable[..., None]]
    gym_loop: ClassVar[Callable[..., None]]
    saved: ClassVar = ("memory", "progress")
    state, restore = snapshot.state, snapshot.restore
    config: TabularConfig
    function: Table
    observations: DiscreteCode | TileCoder
    memory: Any  # a named tuple of arrays; the first ones are those of `Memory`

    def __init_subclass__(cls) -> None:
        """Put the rules of the subclass into the loop."""
        for name in ("target", "update", "pick"):
            rule = inspect.getattr_static(cls, name)
            if isinstance(rule, FunctionType):
                setattr(cls, name, staticmethod(rule))
        rules: dict[str, Rule] = {"pick": cls.pick, "update": cls.update}
        if cls.target is not None:
            require_target(cls.target)
            rules["target"] = cls.target
        noisy = {**rules, **MODEL, "mean_reward": noisy_reward}
        cls.model_loop = staticmethod(compiled(loop, allocates=False, **rules, **MODEL))
        cls.noisy_model_loop = staticmethod(compiled(loop, allocates=False, **noisy))
        cls.gym_loop = staticmethod(filled(loop, **rules, **GYM))
        cls.rules = rules

    def __init__(self, config: object = None, seed: int = 0, **settings: object) -> None:
        self.config = made = settings_of(self.config_class, config, settings)
        self.seed = seed
        self.progress = Progress(seed)
        numbers = dataclasses.asdict(made)
        shared = {name: float(numbers.get(name, 0)) for name in Rates._fields[:-2]}
        self.rates = Rates(**shared, on_policy=self.on_policy, judges=self.judges)
        self.loss, self.optimizer = SquaredError(), SGD(self.rates.learning_rate)
        self._source: Env[Any, Any] | None = None

    @property
    def samples(self) -> int:
        """Environment steps learned from so far."""
        return self.progress.samples

    @property
    def action_values(self) -> Array:
        """Action values: the table itself. Shape [states, actions]."""
        return self.function.parameters["table"]

    @property
    def visits(self) -> Array:
        """Number of updates of each cell. Shape [states, actions]."""
        visits: Array = self.memory.visits
        return visits

    @property
    def tiled(self) -> bool:
        """Whether the table has a row for each tile, not for each state."""
        return isinstance(self.function, TileSum)

    @property
    def settings(self) -> tuple[float, ...]:
        """Numbers that the update needs besides `Rates`, as a named tuple."""
        return ()

    def predict(self, inputs: object) -> Array:
        """Return action values, [actions] for one observation or [rows, actions] for many."""
        return self.function(self.observations.encode(inputs))

    def act(self, observation: object, action_mask: Array | None = None) -> int | Array:
        """Pick an action for the environment, with the current exploration rate.

        Args:
            observation: One observation of the environment of the last `learn`.
            action_mask: Legal actions; all actions by default. Shape [actions].
        """
        code, memory, state = self.observations.encode(observation), self.memory, 0
        if self.tiled:
            memory = memory._replace(tiles=code[None])
        else:
            state = code.tolist()
        if action_mask is not None:
            allowed = np.asarray(action_mask, bool)
            memory = memory._replace(legal=np.broadcast_to(allowed, memory.legal.shape))
        rate = exploration(self.rates, self.samples)
        action = self._pick(memory, self.settings, state, rate, self.progress.generator)
        if action < 0:
            raise ValueError(f"No legal action of state {state} has a value that is a number.")
        return self.actions.decode(action)

    def learn(self, source: Env[Any, Any], samples: int) -> History:
        """Learn for `samples` more environment steps; compiled if `source` is a plain model.

        Returns:
            One row for each finished episode: samples, episode_return, episode_length.

        Raises:
            ValueError: If the table does not fit the spaces of `source`, or values are no
                longer finite.
        """
        samples = guard.whole("samples", samples)
        self._connect(source)
        goal, model = self.samples + samples, plain_model(source)
        while self.samples < goal:
            self._learn_some(source, model, min(goal - self.samples, CHUNK))
        return self.recorded()

    def learn_readably(self, source: Env[Any, Any], samples: int) -> History:
        """Learn as `learn` does, with every step in plain Python, which a debugger can follow."""
        samples = guard.whole("samples", samples)
        self._connect(source)
        goal = self.samples + samples
        while self.samples < goal:
            self._learn_some(source, None, min(goal - self.samples, CHUNK))
        return self.recorded()

    def learn_episodes(self, source: Env[Any, Any], episodes: int) -> History:
        """Learn as `learn` does, until `episodes` more episodes are over."""
        episodes = guard.whole("episodes", episodes)
        self._connect(source)
        model, history = plain_model(source), History()
        while len(history) < episodes:
            self._learn_some(source, model, CHUNK, episodes - len(history))
            history += self.recorded()
        return history

    def experience(self, source: Env[Any, Any], samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps; yield each as one cell and its target.

        Raises:
            ValueError: If the method has no `target`: it is no gradient descent on one cell.
        """
        if self.target is None:
            raise ValueError(f"{type(self).__name__} has no target, but an update of its own.")
        for transition in self.transitions(source, samples):
            yield self.batch_of(transition)

    def step(self, batch: Batch) -> None:
        """Take one step of gradient descent on the squared error of the cell in `batch`."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        self.optimizer.step(self.function.parameters, backward(upstream), self.step_size(batch))

    def batch_of(self, transition: Transition) -> Batch:
        """Return a transition as the cell of its action, with its target; count the visit."""
        aim = self._aim_of(self.memory, self.rates, transition)
        state, action = np.array([transition.state]), np.array([transition.action])
        inputs = self.memory.tiles[state] if self.tiled else state
        self.visits[self.function.cells(inputs, action)] += 1
        return Batch(inputs, np.array([aim]), select=action)

    def step_size(self, batch: Batch) -> Array:
        """Return the step size of each cell, which falls with its visits if there is a decay.

        The active tiles of one prediction share a step (Sutton & Barto, section 9.6).
        """
        visits = self.visits[self.function.cells(batch.inputs, batch.select)].tolist()
        rate, decay = self.rates.learning_rate, self.rates.learning_rate_decay
        rates = np.array([decayed_rate(rate, decay, count) for count in visits])
        return rates * (len(batch) / len(rates))

    def transitions(self, source: Env[Any, Any], samples: int) -> Iterator[Transition]:
        """Act for `samples` environment steps; yield each transition before the next step."""
        self._connect(source)
        seen: list[Transition] = []

        def keep(
            memory: Tabular, settings: object, rates: Rates, transition: Transition,
            agent: np.random.Generator,
        ) -> None:  # fmt: skip
            seen.append(transition)

        acting = {**self._rules, **GYM, "update": keep}
        act_once = filled(loop, **acting)
        world = GymWorld(source, self.observations, self.actions, self.masked)

        def take() -> Transition:
            self.progress.advance(act_once, world, self.memory, (), self.rates, None, 1)
            return seen.pop()

        yield from one_by_one(take, samples)

    def make_memory(self, table: Array, legal: Array) -> Any:
        """Return the arrays of the update: a named tuple that begins as `Memory` does."""
        return Memory(table, np.zeros(table.shape, np.int64), legal)

    def reserve(self, steps: int) -> None:
        """Make room for an episode of `steps` environment steps, if the method stores episodes."""

    def prepare(self, source: Env[Any, Any]) -> None:
        """Make the table and all other arrays for the spaces of `source`, without learning.

        Raises:
            ValueError: If a table cannot have these spaces.
        """
        self.actions = DiscreteCode(source.action_space, "actions")
        space, config = source.observation_space, self.config
        if (
            isinstance(config, GradientConfig)
            and isinstance(space, Box)
            and self.target is not None
        ):
            self._prepare_tiles(tile_coder(space, config.tilings, config.tiles, config.tile_limit))
            self._source = source
            return
        self.observations = DiscreteCode(space, "observations")
        states, actions = self.observations.size, self.actions.size
        self.function = Table(states, 1 if self.judges else actions, config.initial_value)
        self.memory = self.make_memory(self.action_values, np.ones((states, actions), bool))
        if self.rules["update"] is descend_to_target and "target" not in self.rules:
            raise ValueError(f"{type(self).__name__} defines neither a target nor an update.")
        self._fill({}, self.gym_loop)
        self._source = source

    def _prepare_tiles(self, coder: TileCoder) -> None:
        share = self.config.initial_value / coder.tilings  # an action value is a sum of tiles
        self.function = TileSum(coder.size, self.actions.size, share)
        self.observations, table = coder, self.action_values
        legal, tiles = np.ones((2, self.actions.size), bool), np.zeros((2, coder.tilings), np.int64)
        self.memory = TileMemory(table, np.zeros(table.shape, np.int64), legal, tiles)

        def descend_on_tiles(
            memory: TileMemory, settings: object, rates: Rates, transition: Transition,
            agent: np.random.Generator,
        ) -> None:  # fmt: skip
            self.step(self.batch_of(transition))

        tiled: dict[str, Rule] = {"values_of": values_of_tiles}
        rules = {**self.rules, **GYM, **tiled, "update": descend_on_tiles}
        self._fill(tiled, filled(loop, **rules))

    def _fill(self, rules: dict[str, Rule], gym_loop: Callable[..., None]) -> None:
        """Use the rules of a table, or the rules of tile coding."""
        self._rules, self._gym_loop = {**self.rules, **rules}, gym_loop
        self._pick, self._aim_of = filled(self.pick, **rules), filled(aim_of, **self._rules)

    def _connect(self, source: Env[Any, Any]) -> None:
        """Prepare for a source; a new source starts a new episode."""
        if source is self._source:
            return
        if self._source is None:
            self.prepare(source)
            source.reset(seed=self.seed)
        else:
            self._change_world(source)
        self._source = source
        self.progress.begin_anew()

    def _change_world(self, source: Env[Any, Any]) -> None:
        """Keep the learned values and delete the unfinished episode of the old world."""
        fresh = copy.copy(self)
        fresh.prepare(source)
        refuse_misfit("The table", self.memory.table, fresh.memory.table)
        refuse_misfit("The list of what is legal", self.memory.legal, fresh.memory.legal)
        mine, begun = self.memory._asdict(), fresh.memory._asdict()
        for name in self.of_episode:
            mine[name][...] = begun[name]

    def _learn_some(
        self, source: Env[Any, Any], model: TabularModel | None, samples: int, episodes: int = NEVER
    ) -> None:
        """Run the loop once, on the model if there is one, and set the environment to its end."""
        length = self.progress.position.length
        self.reserve(length.item() + samples)
        numbers = (self.memory, self.settings, self.rates)
        if model is None:
            world = GymWorld(source, self.observations, self.actions, self.masked)
            self.progress.advance(self._gym_loop, world, *numbers, None, samples, episodes)
            return
        if self.masked:
            self.memory.legal[...] = model.legal_actions
        run = self.model_loop if model.reward_deviation is None else self.noisy_model_loop
        limited = ModelWorld(model.arrays, time_limit(source) or NEVER)
        random = source.unwrapped.np_random
        self.progress.advance(run, limited, *numbers, random, samples, episodes)
        if (state := self.progress.position.state.item()) >= 0:
            place(source, state, length.item())

    def recorded(self) -> History:
        """Return the episodes that ended since the last call.

        Raises:
            ValueError: If values are no longer finite.
        """
        if not np.isfinite(self.action_values).all():
            raise ValueError("Values are no longer finite; choose a smaller learning_rate.")
        return self.progress.recorded()

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        cells = self.action_values.size
        states, actions = self.memory.legal.shape
        return {
            "states": states, "actions": actions, "columns": self.action_values.shape[1],
            "cells": cells, "cell_counts": cells + 1, "tiles": len(self.action_values),
        }  # fmt: skip

    def require_sound(self) -> None:
        """Refuse a restored state whose arrays contradict each other.

        Raises:
            ValueError: If the next action is not legal, or the memory contradicts itself.
        """
        state, action, length, _, _ = (array.item() for array in self.progress.position)
        allowed = action < 0 or (state >= 0 and self.memory.legal[state, action] > 0)
        guard.require(bool(allowed), f"The saved action {action} is not legal in its state.")
        if isinstance(self.memory, SoundMemory):
            self.memory.require_sound(length if state >= 0 else 0)


def refuse_misfit(what: str, array: Array, needed: Array) -> None:
    """Refuse an array whose shape does not fit the world.

    Raises:
        ValueError: If the shapes differ; names the array and both shapes.
    """
    if array.shape != needed.shape:
        raise ValueError(
            f"{what} has shape {array.shape}, but this environment needs {needed.shape}."
        )
