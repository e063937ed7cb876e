"""Duelling DQN: a network with separate outputs for state value and advantages.

This file provides functions of `agents/deep_loop.py`, as DQN does. In many states all actions have
similar values, but DQN learns each action value only from steps with that action. Here the
actions share one output, the state value, which learns from every step. The other outputs are
advantages: differences of the action values from their mean.

    Q(observation, a) = value + advantage_a - mean over a' of advantage_a'

Differs from DQN by the last layer of its function.

Source: Wang, Schaul, Hessel, van Hasselt, Lanctot & de Freitas (2016), equation 9. In the paper
value and advantages also have separate hidden layers; here they share all hidden layers.
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
    """Return a network for value and advantages, added to action values [rows, actions]."""
    return Duelling(plain_network(config, features, 1 + actions, generator))


class DuelingDQN(DQN):
    """Duelling DQN: a network with separate outputs for state value and advantages.

    Args:
        config: Settings; see `DuelingDQNConfig`.
        seed: Seed of the agent and of the first reset of the worlds.
    """

    config_class = DuelingDQNConfig
    make_function = staticmethod(duelling_network)
