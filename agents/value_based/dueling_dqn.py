"""Duelling DQN: learn how good it is to be here apart from which action is better.

Fills `agents/deep_loop.py`, as DQN does. In many states it hardly matters what one does; yet DQN
learns the value of each action from that action alone. Here every step teaches one number that all
actions share, and on top of it how much better or worse than the average the action was.

    Q(observation, a) = value + advantage_a - mean over a' of advantage_a'

Differs from DQN by the last layer of its function.

Source: Wang, Schaul, Hessel, van Hasselt, Lanctot & de Freitas (2016), equation 9. There the two
streams have a hidden layer each of their own as well; here they share all hidden layers.
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.deep_loop import NetworkConfig
from spielfeld.agents.value_based.dqn import DQN, DQNConfig, plain_network
from spielfeld.learning.duelling import Duelling
from spielfeld.learning.function import Function
from spielfeld.settings import settings


@settings
class DuelingDQNConfig(DQNConfig):
    """Settings of Duelling DQN."""


def duelling_network(
    config: NetworkConfig, features: int, actions: int, generator: np.random.Generator
) -> Function:
    """Return a network for value and advantages, joined to action values [rows, actions]."""
    return Duelling(plain_network(config, features, 1 + actions, generator))


class DuelingDQN(DQN):
    """Duelling DQN: a network with separate outputs for state value and advantages.

    Args:
        config: Settings; see `DuelingDQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class = DuelingDQNConfig
    make_function = staticmethod(duelling_network)
