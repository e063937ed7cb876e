"""What DQN and its kin share: acting by values, remembering each step, training now and then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete, Space

from spielfeld.agents.many_learner import ManyLearner
from spielfeld.agents.tabular.exploration import linear_schedule
from spielfeld.agents.value_based.exploration import soft_actions
from spielfeld.agents.value_based.memory import ReplayMemory, Transitions
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import require_seen
from spielfeld.guard import MOST
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Huber
from spielfeld.learning.named import prefixed


class ReplayLearner(ManyLearner):
    """An agent that acts by action values and learns from memory; subclasses say what it aims at.

    They write `make_function` and `batches`.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    measures = ("loss", "mean_action_value", "exploration_rate")
    actions: Discrete

    def make_function(
        self, features: int, actions: int, generator: np.random.Generator
    ) -> Function:
        """Return a network for the values [rows, actions] of features [rows, features]."""
        raise NotImplementedError

    def batches(self, count: int) -> Iterator[Batch]:
        """Yield so many batches of remembered steps, with what their values are to become."""
        raise NotImplementedError

    def build(self, features: int, actions: Space[Any]) -> None:
        """Make the network, its copy and an empty memory.

        Raises:
            ValueError: If actions are not discrete.
        """
        if not isinstance(actions, Discrete):
            raise ValueError(f"{type(self).__name__} needs Discrete actions, not {actions}.")
        self.actions = actions
        self.function, self.still = (
            self.make_function(features, int(actions.n), np.random.default_rng([self.seed, 2]))
            for _ in range(2)
        )
        self.loss = Huber(self.config.huber_threshold)
        self.replay = self.make_memory()
        self.updates = np.zeros(1, np.int64)

    def make_memory(self) -> ReplayMemory:
        """Return an empty memory."""
        return ReplayMemory(self.config.buffer_size, self.worlds, int(self.actions.n))

    def memory(self) -> dict[str, Array]:
        """Return what is remembered: steps, the copy that aims, and the number of updates."""
        still = prefixed("still", self.still.parameters)
        return {**self.replay.arrays(), **still, "updates": self.updates}

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the limits of what is remembered, of numbers that stand for something."""
        return {**self.replay.limits(), "action": (0, int(self.actions.n)), "updates": (0, MOST)}

    def require_sound(self, memory: dict[str, Array]) -> None:
        """Refuse remembered observations that are none, and what the memory itself refuses."""
        for name in ("observation", "next_observation"):
            used = memory[name][: min(int(memory["written"][0]), self.replay.capacity)]
            require_seen(f"The saved 'memory.{name}'", self.worlds.observation_space, used)
        self.replay.require_sound(memory)

    def forget(self) -> None:
        """Let no step follow those that are the latest now."""
        self.replay.begin_episodes()

    @property
    def exploration_rate(self) -> float:
        """Probability of a random action now."""
        config = self.config
        return linear_schedule(
            config.exploration_rate, config.final_exploration_rate,
            config.exploration_samples, self.samples,
        )  # fmt: skip

    def predict(self, inputs: Any) -> Array:
        """Return action values, [rows, actions] of many observations or [actions] of one."""
        values = self.function(self.features(inputs))
        return values[0] if np.ndim(inputs) == self.features.dimensions else values

    def act(self, observation: Any, action_mask: Array | None = None) -> int:
        """Pick an action for the environment, exploring at the current rate.

        Args:
            observation: One observation of the environment that was learned from.
            action_mask: Which actions are legal, all by default. Shape [actions].
        """
        legal = None if action_mask is None else np.asarray(action_mask, bool)[None]
        return int(self.choose(np.asarray(observation)[None], legal)[0])

    def choose(self, observations: Any, legal: Array | None) -> Array:
        """Pick an action for each observation, exploring at the current rate. Shape [rows]."""
        values = self.predict(observations)
        legal = np.ones(values.shape, bool) if legal is None else legal
        chosen = soft_actions(values, legal, self.exploration_rate, self.generator)
        return chosen + int(self.actions.start)

    def live(self) -> Iterator[Batch]:
        """Act once in every world, remember it, and train if it is time to."""
        before, config = self.samples, self.config
        self.act_and_remember()
        trainings = self.samples // config.train_every - before // config.train_every
        if trainings == 0 or self.samples < config.learning_starts:
            return
        yield from self.batches(trainings * config.gradient_steps)
        self.measure()

    def act_and_remember(self) -> None:
        """Act once in every world; a row that was only reset is no step, and not remembered."""
        observation = self.worlds.observation
        actions = self.choose(observation, self.worlds.legal)
        step = self.act_in_worlds(actions)
        all_legal = np.ones((len(actions), int(self.actions.n)), bool)
        steps = Transitions(
            observation, actions - int(self.actions.start), step.reward, step.terminated,
            step.next_observation, all_legal if step.next_legal is None else step.next_legal,
        )  # fmt: skip
        taken = np.flatnonzero(step.taken)
        over = (step.terminated | step.truncated)[taken]
        self.replay.add(Transitions(*(column[taken] for column in steps)), taken, over)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Keep the latest batch, to be measured if anybody asks."""
        self._latest = batch, prediction

    def measure(self) -> None:
        """Write down what the history tells of the latest update."""
        batch, prediction = self._latest
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        latest = (loss, float(prediction.mean()), self.exploration_rate)
        self.measured = dict(zip(self.measures, latest, strict=True))
