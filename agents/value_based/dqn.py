"""DQN: Q-learning with a network in the place of the table, taught from memory.

Act as Q-learning does, and remember every step. Now and then draw some of them from the memory, and
move the values of their actions towards what Q-learning aims at. Two things keep this from running
away: steps drawn from a large memory are not all alike, and what is aimed at comes from a copy of
the network that stands still for a while.

    target = reward + discount * max over a' of Q_still(next observation, a'), at the end the reward
    J = (1/rows) sum of huber(Q(observation, action) - target)

Act once in every world and remember it (`ReplayLearner.act_and_remember`); every `train_every`
steps, `gradient_steps` times: draw `batch_size` of what is remembered (`drawn`), work out their
targets (`dqn_target`), and take one step of Adam on J (`batches`). Every `target_every` such steps
the still copy becomes equal to the network again (`stand_still`). At a time limit the target keeps
its second term, since only an episode that terminated has nothing more to come.

Differs from Q-learning by its function, a network, and by its batches, which come from a memory and
not from the last step alone.

Source: Mnih et al. (2015), "Human-level control through deep reinforcement learning", algorithm 1;
Sutton & Barto, 2nd edition, section 16.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from spielfeld.agents.networks import NetworkConfig, at_least, make_network, within
from spielfeld.agents.value_based.learner import ReplayLearner
from spielfeld.agents.value_based.memory import Transitions
from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Function


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


class DQN(ReplayLearner):
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
    foresees: ClassVar[bool] = True  # whether an update leaves what others draw and aim at alone

    def make_function(
        self, features: int, actions: int, generator: np.random.Generator
    ) -> Function:
        """Return a network for the values [rows, actions] of features [rows, features]."""
        return make_network(self.config, features, actions, generator, scale=1.0)

    def batches(self, count: int) -> Iterator[Batch]:
        """Yield so many batches, for the learner to take a step on each.

        Until the copy changes, no step changes a target: so all that are due before that are drawn
        and worked out at once, which is faster and, but for rounding, the same as one by one.
        """
        rows, every = self.config.batch_size, self.config.target_every
        while count > 0:
            if self.updates[0] % every == 0:
                self.stand_still()
            some = min(count, every - int(self.updates[0]) % every) if self.foresees else 1
            inputs, targets, select = self.drawn(some * rows)
            for begin in range(0, some * rows, rows):
                part = slice(begin, begin + rows)
                self.updates += 1
                yield Batch(inputs[part], targets[part], select=select[part])
            count -= some

    def stand_still(self) -> None:
        """Make the copy that aims equal to the network."""
        for name, parameter in self.still.parameters.items():
            parameter[...] = self.function.parameters[name]

    def drawn(self, rows: int) -> tuple[Array, Array, Array]:
        """Draw steps from the memory; return their features, targets and actions."""
        self.places = self.replay.draw(self.generator, rows)
        steps, discount = self.look_back(self.places)
        next_values = self.next_values(self.features(steps.next_observation), steps.next_legal)
        targets = dqn_target(steps.reward, discount, steps.terminated, next_values)
        return self.features(steps.observation), targets, steps.action

    def look_back(self, places: Array) -> tuple[Transitions, Array | float]:
        """Return remembered steps, and the weight of what came after them."""
        return self.replay.at(places), self.config.discount

    def next_values(self, inputs: Array, legal: Array) -> Array:
        """Return what is to be expected from observations, given as features. Shape [rows]."""
        return best_values(self.still(inputs), legal)
