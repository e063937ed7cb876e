"""DQN: Q-learning with a network in the place of the table, taught from memory.

Act as Q-learning does, and remember every step. Now and then draw some of them from the memory, and
move the values of their actions towards what Q-learning aims at. Two things keep this from running
away: steps drawn from a large memory are not all alike, and what is aimed at comes from a copy of
the network that stands still for a while.

    target = reward + discount * max over a' of Q_still(next observation, a'), at the end the reward
    J = (1/rows) sum of huber(Q(observation, action) - target)

Differs from Q-learning by its function, a network, and by its batches, which come from a memory and
not from the last step alone.

Source: Mnih et al. (2015), "Human-level control through deep reinforcement learning", algorithm 1;
Sutton & Barto, 2nd edition, section 16.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete, Space

from agents.many_learner import ManyLearner
from agents.networks import NetworkConfig, at_least, make_network, within
from agents.tabular.exploration import linear_schedule
from agents.value_based.exploration import soft_actions
from agents.value_based.memory import ReplayMemory, Transitions
from learning.batch import Array, Batch
from learning.function import Function
from learning.loss import Huber
from learning.named import prefixed, section


@dataclass(frozen=True)
class DQNConfig(NetworkConfig):
    """Settings of DQN.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    activation: str = "relu"
    """relu, tanh or sigmoid."""
    gradient_clip: float = 10.0
    """Longest gradient allowed, over all parameters together; 0 for any."""
    batch_size: int = 64
    """Remembered steps in an update."""
    buffer_size: int = 50_000
    """Environment steps that are remembered."""
    learning_starts: int = 1_000
    """Environment steps before the first update."""
    train_every: int = 16
    """Environment steps from one training to the next."""
    gradient_steps: int = 4
    """Updates in a training."""
    target_every: int = 100
    """Updates after which the copy that aims becomes equal to the network again."""
    exploration_rate: float = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: float = 0.05
    """Probability of a random action in the end."""
    exploration_samples: int = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""
    huber_threshold: float = 1.0
    """Error from which on the loss is a straight line and no longer a square."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("batch_size", "train_every", "gradient_steps", "target_every"):
            at_least(name, getattr(self, name), 1)
        at_least("buffer_size", self.buffer_size, self.num_envs)
        at_least("learning_starts", self.learning_starts, 0)
        at_least("exploration_samples", self.exploration_samples, 0)
        within("exploration_rate", self.exploration_rate, 0, 1)
        within("final_exploration_rate", self.final_exploration_rate, 0, 1)
        within("huber_threshold", self.huber_threshold, 1e-12, inf)


def best_values(values: Array, legal: Array) -> Array:
    """Return the value of the best legal action, -inf where nothing is legal. Shape [rows].

    Args:
        values: Action values. Shape [rows, actions].
        legal: Which actions are allowed. Shape [rows, actions].
    """
    best: Array = np.where(legal, values, -np.inf).max(axis=1)
    return best


def dqn_target(
    reward: Array, discount: Array | float, terminated: Array, next_values: Array
) -> Array:
    """Return reward + discount * next value, and the reward alone at the end (Mnih et al., 2015).

    Args:
        reward: Of each step. Shape [rows].
        discount: Weight of the next value, one for all or one a row.
        terminated: Whether the step ended the world; one that was cut off by a time limit keeps its
            next value. Shape [rows].
        next_values: What the next observation is worth. Shape [rows].
    """
    target: Array = reward + discount * np.where(terminated, 0, next_values)
    return target.astype(reward.dtype, copy=False)


class DQN(ManyLearner):
    """DQN in any environment with discrete actions.

    Args:
        config: Settings; see `DQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

    >>> import gymnasium
    >>> learner = DQN(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict(np.zeros((3, 4))).shape
    (3, 2)
    """

    config_class = DQNConfig
    measures = ("loss", "mean_action_value", "exploration_rate")
    actions: Discrete

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

    def make_function(
        self, features: int, actions: int, generator: np.random.Generator
    ) -> Function:
        """Return a network for the values [rows, actions] of features [rows, features]."""
        return make_network(self.config, features, actions, generator, scale=1.0)

    def make_memory(self) -> ReplayMemory:
        """Return an empty memory."""
        return ReplayMemory(self.config.buffer_size, self.worlds, int(self.actions.n))

    def memory(self) -> dict[str, Array]:
        """Return what is remembered: steps, the copy that aims, and the number of updates."""
        still = prefixed("still", self.still.parameters)
        return {**self.replay.arrays(), **still, "updates": self.updates}

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned; see `ManyLearner.restore`."""
        super().restore(state, source)
        if not section(state, "worlds"):  # nobody knew where they stood
            self.replay.begin_episodes()

    def _connect(self, source: Any) -> None:
        if self._source is not None and source is not self._source:
            self.replay.begin_episodes()
        super()._connect(source)

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
        for _ in range(trainings * config.gradient_steps):
            yield self.drawn()
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

    def drawn(self) -> Batch:
        """Return a batch of remembered steps, with what their values are to become."""
        if self.updates[0] % self.config.target_every == 0:
            for name, parameter in self.still.parameters.items():
                parameter[...] = self.function.parameters[name]
        self.updates += 1
        self.places = self.replay.draw(self.generator, self.config.batch_size)
        steps, discount = self.look_back(self.places)
        next_values = self.next_values(self.features(steps.next_observation), steps.next_legal)
        target = dqn_target(steps.reward, discount, steps.terminated, next_values)
        return Batch(self.features(steps.observation), target, select=steps.action)

    def look_back(self, places: Array) -> tuple[Transitions, Array | float]:
        """Return remembered steps, and the weight of what came after them."""
        return self.replay.at(places), self.config.discount

    def next_values(self, inputs: Array, legal: Array) -> Array:
        """Return what is to be expected from observations, given as features. Shape [rows]."""
        return best_values(self.still(inputs), legal)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Keep the latest batch, to be measured if anybody asks."""
        self._latest = batch, prediction

    def measure(self) -> None:
        """Write down what the history tells of the latest update."""
        batch, prediction = self._latest
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        latest = (loss, float(prediction.mean()), self.exploration_rate)
        self.measured = dict(zip(self.measures, latest, strict=True))
