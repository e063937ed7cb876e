"""DQN: Q-learning with a network in the place of the table, taught from memory.

Fills `agents/deep_loop.py`. Act as Q-learning does, and remember every step. Now and then draw some
of them from the memory, and move the values of their actions towards the target of Q-learning. Two
things keep this from running away: steps drawn from a large memory are not all alike, and the
target comes from a copy of the network that stands still for a while.

    target = reward + discount * max over a' of Q_still(next observation, a'), at the end the reward
    J = (1/rows) sum of huber(Q(observation, action) - target)

The order of events in `deep_loop`:

    act       once in every world, exploring (`EpsilonGreedy`).
    keep      the step in the replay memory. Every `train_every` steps, a training is due:
    targets   `gradient_steps` times, draw `batch_size` remembered steps, and work out their targets
              (`DQN.drawn`, `dqn_target`). At a time limit the target keeps its second term, since
              only an episode that terminated has nothing more to come.
    step      On each batch, take one step of Adam on J. Every `target_every` such steps the still
              copy becomes equal to the network again.

Differs from Q-learning by its function, a network, and by its batches, which come from a memory and
not from the last step alone.

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
    """Longest gradient allowed, over all parameters together; 0 for any."""
    activation: ActivationName = "relu"
    """relu, tanh or sigmoid."""
    batch_size: Count = 64
    """Remembered steps in an update."""
    buffer_size: Count = 50_000
    """Environment steps that are remembered."""
    learning_starts: Whole = 1_000
    """Environment steps before the first update."""
    train_every: Count = 16
    """Environment steps from one training to the next."""
    gradient_steps: Count = 4
    """Updates in a training."""
    target_every: Count = 100
    """Updates after which the copy that aims becomes equal to the network again."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.05
    """Probability of a random action in the end."""
    exploration_samples: Whole = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""
    huber_threshold: Positive = 1.0
    """Error from which on the loss is a straight line and no longer a square."""

    def require_sound(self) -> None:
        """Refuse a memory too small for a step of each world."""
        if self.buffer_size < self.num_envs:
            raise ValueError(
                f"buffer_size must be {self.num_envs} or more, a step of each of num_envs, "
                f"not {self.buffer_size}."
            )

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return max(self.learning_starts, self.train_every)


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


class EpsilonGreedy:
    """The policy of action values: a best action, or a random one at the exploration rate.

    Args:
        values: Action values. Shape [rows, actions].
        legal: Which actions are allowed, one or more in each row; None for all.
        exploration_rate: Probability of a random action.
    """

    def __init__(self, values: Array, legal: Array | None, exploration_rate: float) -> None:
        self.values, self.exploration_rate = values, exploration_rate
        self.legal = np.ones(values.shape, bool) if legal is None else legal

    def draw(self, generator: np.random.Generator) -> Array:
        """Return actions [rows]; draws 1 + actions numbers for each row."""
        draws = generator.random((len(self.values), 1 + self.values.shape[1]))
        allowed = np.where(self.legal, self.values, -np.inf)
        best = allowed == allowed.max(axis=1, keepdims=True)  # more than one: a tie
        candidates = np.where(draws[:, :1] < self.exploration_rate, self.legal, best)
        chosen: Array = np.where(candidates, draws[:, 1:], -1.0).argmax(axis=1)
        return chosen

    def best(self) -> Array:
        """Return the action values [rows, actions]."""
        return self.values


class Uniform:
    """The sampler that draws every remembered step equally often."""

    saved: ClassVar[tuple[str, ...]] = ()
    changes: ClassVar[bool] = False  # whether an update changes what is drawn next

    def __init__(self, config: DQNConfig) -> None:
        """Take the settings of the learner."""

    def added(self, places: Array) -> None:
        """See `Sampler`."""

    def draw(self, generator: np.random.Generator, count: int, steps: int) -> Array:
        """Return places, each with the same probability."""
        return (generator.random(count) * steps).astype(np.int64)

    def weights(self, places: Array, steps: int, samples: int) -> Array:
        """Return 1 for each step: all count the same."""
        return np.ones(len(places), np.float32)

    def surprised(self, places: Array, error: Array) -> None:
        """See `Sampler`."""


class OneStep:
    """The lookout that follows no step: its own next observation gives the next value."""

    saved: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: DQNConfig, worlds: int) -> None:
        self.discount: float = config.discount

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """See `Lookout`."""

    def begin_episodes(self) -> None:
        """See `Lookout`."""

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array | float]:
        """Return the steps as they are, and the discount."""
        return memory.at(places), self.discount


def plain_network(
    config: NetworkConfig, features: int, actions: int, generator: np.random.Generator
) -> Function:
    """Return a network for the values [rows, actions] of features [rows, features]."""
    return make_network(config, features, actions, generator, scale=1.0)


def still_values(learner: DQN, inputs: Array, legal: Array) -> Array:
    """Return the value of the best action by the copy that stands still. Shape [rows]."""
    return best_values(learner.still(inputs), legal)


class DQN(DeepLearner):
    """Deep Q-network (DQN): Q-learning with a neural network, replay and a target network.

    Its variants replace one of its parts each; a class of one's own may combine them:

        class Both(DQN):
            make_function = staticmethod(duelling_network)
            next_values = staticmethod(chosen_values)
            foresees = False

    Args:
        config: Settings; see `DQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

    Attributes:
        make_function: (config, features, actions, generator) -> the network.
        next_values: (learner, inputs, legal) -> the values of next observations. Shape [rows].
        sampler_class: How steps are drawn from the memory.
        lookout_class: How many rewards a target holds.
        foresees: Whether `next_values` stays the same until the still copy changes.

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
        """Make the network, its copy and an empty memory.

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
        self.updates = self.trainings = 0  # done; due now

    def policy(self, prediction: Array, legal: Array | None = None) -> EpsilonGreedy:
        """Return the policy of action values, with the exploration rate of now."""
        return EpsilonGreedy(prediction, legal, self.exploration_rate)

    @property
    def exploration_rate(self) -> float:
        """Probability of a random action now."""
        config = self.config
        return linear_schedule(
            config.exploration_rate, config.final_exploration_rate,
            config.exploration_samples, self.samples,
        )  # fmt: skip

    def require_sound(self) -> None:
        """Refuse remembered observations that are none, and what the sampler itself refuses.

        Raises:
            ValueError: Says what is wrong.
        """
        columns, space = self.replay.columns, self.worlds.observation_space
        for name in ("observation", "next_observation"):
            used = columns._asdict()[name][: len(self.replay)]
            require_seen(f"The saved 'replay.columns.{name}'", space, used)
        if isinstance(self.sampler, Sound):
            self.sampler.require_sound()

    def keep(self, acted: Acted) -> bool:
        """Remember a step of every world, but for resets; return whether a training is due."""
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
        """Yield `gradient_steps` batches for each training that is due.

        Until the copy changes, no step changes a target: so all that are due before that are drawn
        and worked out at once, which is faster and, but for rounding, the same as one by one.
        """
        rows, every = self.config.batch_size, self.config.target_every
        at_once = self.foresees and not self.sampler_class.changes
        count = self.trainings * self.config.gradient_steps
        while count > 0:
            if self.updates % every == 0:  # the copy that aims becomes equal to the network
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
        """Draw steps from the memory; return their inputs, targets, weights and actions."""
        self.places = self.sampler.draw(self.generator, rows, len(self.replay))
        steps, discount = self.lookout.look(self.replay, self.places)
        values = self.next_values(self, self.features(steps.next_observation), steps.next_legal)
        targets = dqn_target(steps.reward, discount, steps.terminated, values)
        weights = self.sampler.weights(self.places, len(self.replay), self.samples)
        return self.features(steps.observation), targets, weights, steps.action

    def record(self, batch: Batch, prediction: Array) -> None:
        """Take note of a batch and of the error of each step."""
        super().record(batch, prediction)
        self.sampler.surprised(self.places, prediction - batch.targets)

    def measure(self) -> dict[str, float]:
        """Return numbers about the latest update."""
        assert self.latest is not None
        batch, prediction = self.latest
        loss = self.loss.value(prediction, batch.targets, batch.weights)
        latest = (loss, float(prediction.mean()), self.exploration_rate)
        return dict(zip(self.measures, latest, strict=True))

    def forget(self) -> None:
        """Let no step follow those that are the latest now."""
        self.lookout.begin_episodes()
