"""Deep Q-network (DQN): Q-learning with a neural network, replay and a target network.

This file provides the functions of `agents/deep_loop.py`. The agent acts as in Q-learning, and
stores every step in a replay buffer. Regularly it draws a batch of steps and moves the values of
their actions towards the targets of Q-learning. Two parts make learning stable. Steps from a large
replay buffer differ more than the latest steps do. The targets come from the target network, a copy
of the network that is updated rarely.

    target = reward + discount * max over a' of Q_target(next observation, a'), or reward at the end
    J = (1/rows) sum of huber(Q(observation, action) - target)

The order of events in `deep_loop`:

    act       once in every world, with exploration (`EpsilonGreedy`).
    keep      the step in the replay buffer. The next two events follow every `train_every` steps.
    targets   `gradient_steps` times, draw `batch_size` steps and compute their targets
              (`DQN.drawn`, `dqn_target`). A truncated step keeps the second term of its target.
              The target of a terminated step is the reward.
    step      On each batch, take one step of Adam on J. Every `target_every` such steps, copy the
              network to the target network.

Differs from Q-learning by its function, a network, and by its batches from a replay buffer.

Source: Mnih et al. (2015), "Human-level control through deep reinforcement learning", algorithm 1;
Sutton & Barto, 2nd edition, section 16.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld.agents.deep_loop import Acted, DeepLearner, NetworkConfig, make_network
from spielfeld.agents.value_based.memory import Lookout, ReplayMemory, Sampler, Transitions
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import require_seen
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Huber
from spielfeld.learning.network import ActivationName
from spielfeld.learning.optimizer import linear_schedule
from spielfeld.settings import Amount, Count, Positive, Share, Sound, Whole, settings
from spielfeld.snapshot import Counter


@settings
class DQNConfig(NetworkConfig):
    """Settings of DQN."""

    gradient_clip: Amount = 10.0
    """Longest gradient of all parameters together; 0 turns gradient clipping off."""
    activation: ActivationName = "relu"
    """Activation function: relu, tanh or sigmoid."""
    batch_size: Count = 64
    """Number of steps of the replay buffer in each batch."""
    buffer_size: Count = 50_000
    """Size of the replay buffer, in environment steps."""
    learning_starts: Whole = 1_000
    """Environment steps before the first update."""
    train_every: Count = 16
    """Environment steps from one group of updates to the next."""
    gradient_steps: Count = 4
    """Number of updates in a group."""
    target_every: Count = 100
    """Updates after which the network is copied to the target network."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.05
    """Probability of a random action at the end."""
    exploration_samples: Whole = 10_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""
    huber_threshold: Positive = 1.0
    """Error above which the Huber loss is a straight line."""

    def require_sound(self) -> None:
        """Refuse a replay buffer that is too small for one step of each world."""
        if self.buffer_size < self.num_envs:
            raise ValueError(
                f"buffer_size must be {self.num_envs} or more, one step for each of num_envs, "
                f"not {self.buffer_size}."
            )

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return max(self.learning_starts, self.train_every)


def best_values(values: Array, legal: Array) -> Array:
    """Return the value of the best legal action, -inf if no action is legal. Shape [rows].

    Args:
        values: Action values. Shape [rows, actions].
        legal: Legal actions. Shape [rows, actions].
    """
    best: Array = np.where(legal, values, -np.inf).max(axis=1)
    return best


def dqn_target(
    reward: Array, discount: Array | float, terminated: Array, next_values: Array
) -> Array:
    """Return reward + discount * next value, or the reward at the end (Mnih et al., 2015).

    Args:
        reward: Reward of each step. Shape [rows].
        discount: Weight of the next value, one number or one for each row.
        terminated: Whether the step terminated the episode; a truncated step keeps its next
            value. Shape [rows].
        next_values: Values of the next observations. Shape [rows].
    """
    target: Array = reward + discount * np.where(terminated, 0, next_values)
    return target.astype(reward.dtype, copy=False)


class EpsilonGreedy:
    """Epsilon-greedy policy: a best action, or a random one with the exploration rate.

    Args:
        values: Action values. Shape [rows, actions].
        legal: Legal actions, one or more in each row; None if all are legal.
        exploration_rate: Probability of a random action.
    """

    def __init__(self, values: Array, legal: Array | None, exploration_rate: float) -> None:
        self.values, self.exploration_rate = values, exploration_rate
        self.legal = np.ones(values.shape, bool) if legal is None else legal

    def draw(self, generator: np.random.Generator) -> Array:
        """Return actions [rows]; draws 1 + actions numbers for each row."""
        draws = generator.random((len(self.values), 1 + self.values.shape[1]))
        allowed = np.where(self.legal, self.values, -np.inf)
        best = allowed == allowed.max(axis=1, keepdims=True)  # several best actions in a tie
        candidates = np.where(draws[:, :1] < self.exploration_rate, self.legal, best)
        chosen: Array = np.where(candidates, draws[:, 1:], -1.0).argmax(axis=1)
        return chosen

    def best(self) -> Array:
        """Return the action values [rows, actions]."""
        return self.values


class Uniform:
    """Uniform sampler: all steps in the replay buffer are equally likely."""

    saved: ClassVar[tuple[str, ...]] = ()
    changes: ClassVar[bool] = False  # whether an update changes the probabilities

    def __init__(self, config: DQNConfig) -> None:
        """Take the settings of the learner."""

    def added(self, places: Array) -> None:
        """See `Sampler`."""

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return places, each with the same probability."""
        return (generator.random(count) * steps).astype(np.int64)

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return 1 for each step: all steps have the same weight."""
        return np.ones(len(places), np.float32)

    def surprised(self, places: Array, error: Array) -> None:
        """See `Sampler`."""


class OneStep:
    """Lookout for one step: the target uses one reward and the next observation."""

    saved: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: DQNConfig, worlds: int) -> None:
        self.discount: float = config.discount

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """See `Lookout`."""

    def begin_episodes(self) -> None:
        """See `Lookout`."""

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array | float]:
        """Return the steps unchanged, and the discount."""
        return memory.at(places), self.discount


def plain_network(
    config: NetworkConfig, features: int, actions: int, generator: np.random.Generator
) -> Function:
    """Return a network for the action values [rows, actions] of features [rows, features]."""
    return make_network(config, features, actions, generator, scale=1.0)


def still_values(learner: DQN, inputs: Array, legal: Array) -> Array:
    """Return the target network's value of the best action. Shape [rows]."""
    return best_values(learner.still(inputs), legal)


class DQN(DeepLearner):
    """Deep Q-network (DQN): Q-learning with a neural network, replay and a target network.

    Each variant replaces one part; your own class can combine them:

        class Both(DQN):
            make_function = staticmethod(duelling_network)
            next_values = staticmethod(chosen_values)
            foresees = False

    Args:
        config: Settings; see `DQNConfig`.
        seed: Seed of the agent and of the first reset of the worlds.

    Attributes:
        make_function: (config, features, actions, generator) -> the network.
        next_values: (learner, inputs, legal) -> the values of next observations. Shape [rows].
        sampler_class: Draws steps from the replay buffer.
        lookout_class: Adds up the rewards of a target.
        foresees: Whether `next_values` changes only when the target network changes.

    >>> import gymnasium
    >>> learner = DQN(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict(np.zeros((3, 4))).shape
    (3, 2)
    """

    config_class = DQNConfig
    config: DQNConfig
    loss: Huber
    measures = ("loss", "mean_action_value", "exploration_rate")
    make_function = staticmethod(plain_network)
    next_values = staticmethod(still_values)
    sampler_class: ClassVar[type[Any]] = Uniform
    lookout_class: ClassVar[type[Any]] = OneStep
    foresees: ClassVar[bool] = True
    saved = (*DeepLearner.saved, "still", "replay", "sampler", "lookout", "updates")
    sampler: Sampler
    lookout: Lookout
    updates: Counter

    def build(self) -> None:
        """Make the network, the target network and an empty replay buffer.

        Raises:
            ValueError: If actions are not discrete.
        """
        space, config = self.worlds.action_space, self.config
        if not isinstance(space, Discrete):
            raise ValueError(f"{type(self).__name__} needs Discrete actions, not {space}.")
        self.function, self.still = (
            self.make_function(
                config, self.features.size, int(space.n), np.random.default_rng([self.seed, 2])
            )
            for _ in range(2)
        )
        self.loss = Huber(config.huber_threshold)
        self.replay = ReplayMemory(config.buffer_size, self.worlds, int(space.n))
        self.sampler = self.sampler_class(config)
        self.lookout = self.lookout_class(config, self.worlds.rows)
        self.updates = self.trainings = 0  # finished updates; groups of updates to do now

    def policy(self, prediction: Array, legal: Array | None = None) -> EpsilonGreedy:
        """Return the epsilon-greedy policy with the current exploration rate."""
        return EpsilonGreedy(prediction, legal, self.exploration_rate)

    @property
    def exploration_rate(self) -> float:
        """Current probability of a random action."""
        config = self.config
        return linear_schedule(
            config.exploration_rate, config.final_exploration_rate,
            config.exploration_samples, self.samples,
        )  # fmt: skip

    def require_sound(self) -> None:
        """Refuse stored observations that are invalid, and invalid arrays of the sampler.

        Raises:
            ValueError: If an array is invalid; names the error.
        """
        columns, space = self.replay.columns, self.worlds.observation_space
        for name in ("observation", "next_observation"):
            used = columns._asdict()[name][: len(self.replay)]
            require_seen(f"The saved 'replay.columns.{name}'", space, used)
        if isinstance(self.sampler, Sound):
            self.sampler.require_sound()

    def keep(self, acted: Acted) -> bool:
        """Store a step of every world, without resets; return whether to learn now."""
        step, legal = acted.step, acted.step.next_legal
        steps = Transitions(
            acted.observation, acted.action, step.reward, step.terminated, step.next_observation,
            np.ones(acted.prediction.shape, bool) if legal is None else legal,
        )  # fmt: skip
        taken = np.flatnonzero(step.taken)
        places = self.replay.add(Transitions(*(column[taken] for column in steps)))
        self.sampler.added(places)
        self.lookout.added(places, taken, (step.terminated | step.truncated)[taken])
        every, before = self.config.train_every, self.samples - len(taken)
        self.trainings = self.samples // every - before // every
        return self.trainings > 0 and self.samples >= self.config.learning_starts

    def batches(self) -> Iterator[Batch]:
        """Yield `gradient_steps` batches for each group of updates.

        Targets do not change until the target network changes. So all batches until then are drawn
        together. This is faster, and except for rounding the result is the same.
        """
        rows, every = self.config.batch_size, self.config.target_every
        at_once = self.foresees and not self.sampler_class.changes
        count = self.trainings * self.config.gradient_steps
        while count > 0:
            if self.updates % every == 0:  # copy the network to the target network
                for name, parameter in self.still.parameters.items():
                    parameter[...] = self.function.parameters[name]
            some = min(count, every - self.updates % every) if at_once else 1
            inputs, targets, weights, select = self.drawn(some * rows)
            for begin in range(0, some * rows, rows):
                part = slice(begin, begin + rows)
                self.updates += 1
                yield Batch(inputs[part], targets[part], weights[part], select[part])
            count -= some

    def drawn(self, rows: int) -> tuple[Array, Array, Array, Array]:
        """Draw steps from the replay buffer; return their inputs, targets, weights and actions."""
        self.places = self.sampler.draw(self.generator, rows, len(self.replay))
        steps, discount = self.lookout.look(self.replay, self.places)
        values = self.next_values(self, self.features(steps.next_observation), steps.next_legal)
        targets = dqn_target(steps.reward, discount, steps.terminated, values)
        weights = self.sampler.weights(self.places, len(self.replay), self.samples)
        return self.features(steps.observation), targets, weights, steps.action

    def record(self, batch: Batch, prediction: Array) -> None:
        """Store a batch and the error of each step."""
        super().record(batch, prediction)
        self.sampler.surprised(self.places, prediction - batch.targets)

    def measure(self) -> dict[str, float]:
        """Return numbers that describe the latest update."""
        assert self.latest is not None
        batch, prediction = self.latest
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        latest = (loss, float(prediction.mean()), self.exploration_rate)
        return dict(zip(self.measures, latest, strict=True))

    def forget(self) -> None:
        """Mark the latest steps, so that no step follows them."""
        self.lookout.begin_episodes()
