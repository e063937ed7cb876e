"""Double DQN: one network names the best next action, the other says what it is worth.

Fills `agents/deep_loop.py`, as DQN does. The maximum over noisy values is too high on average:
whichever action was luckiest looks best, and is then believed. DQN has a second network anyway, the
copy that stands still; asking it about the action that the other one would choose takes most of the
excess away.

    a* = argmax over a' of Q(next observation, a')
    target = reward + discount * Q_still(next observation, a*), at the end the reward

Differs from DQN by what the next observation is worth; where both networks are equal it is DQN.
Unlike the two tables of Double Q-learning, the networks do not learn from different steps: one is
what the other was a while ago.

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
    """Return what one network says of the best legal action of the other. Shape [rows].

    Args:
        values: Of the network that chooses. Shape [rows, actions].
        still_values: Of the network that judges. Shape [rows, actions].
        legal: Which actions are allowed. Shape [rows, actions].
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
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class = DoubleDQNConfig
    next_values = staticmethod(chosen_values)
    foresees = False  # the network that learns chooses
