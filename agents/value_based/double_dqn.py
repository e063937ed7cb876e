"""Double DQN: one network chooses the next action, the other one evaluates it.

This file provides functions of `agents/deep_loop.py`, as DQN does. The maximum of several noisy
estimates is too high on average: this is the maximisation bias. DQN already has a second network,
the target network. Double DQN uses it to evaluate the action that the first network chooses. This
removes most of the bias.

    a* = argmax over a' of Q(next observation, a')
    target = reward + discount * Q_target(next observation, a*), at the end the reward

Differs from DQN by the value of the next observation; if both networks are equal it is DQN. The
tables of Double Q-learning learn from different steps. The two networks do not: the target network
is an earlier copy of the first one.

Source: van Hasselt, Guez & Silver (2016), equation 4.
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.arrays import Array
from spielfeld.settings import settings


@settings
class DoubleDQNConfig(DQNConfig):
    """Settings of Double DQN."""


def double_values(values: Array, still_values: Array, legal: Array) -> Array:
    """Return the target network's values of the first network's best actions. Shape [rows].

    Args:
        values: Action values of the first network. Shape [rows, actions].
        still_values: Action values of the target network. Shape [rows, actions].
        legal: Legal actions. Shape [rows, actions].
    """
    best = np.where(legal, values, -np.inf).argmax(axis=1)
    judged: Array = still_values[np.arange(len(best)), best]
    return judged


def chosen_values(learner: DQN, inputs: Array, legal: Array) -> Array:
    """Return the values of next observations, given as features. Shape [rows]."""
    return double_values(learner.function(inputs), learner.still(inputs), legal)


class DoubleDQN(DQN):
    """Double DQN: one network chooses the next action, the other one evaluates it.

    Args:
        config: Settings; see `DoubleDQNConfig`.
        seed: Seed of the agent and of the first reset of the worlds.
    """

    config_class = DoubleDQNConfig
    next_values = staticmethod(chosen_values)
    foresees = False  # the first network changes in each step
