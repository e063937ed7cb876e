"""Algorithms of Stable-Baselines3 as learners, each with its class there and its settings."""

from __future__ import annotations

from spielfeld.agents.baselines.config import (
    SB3A2CConfig,
    SB3DQNConfig,
    SB3MaskablePPOConfig,
    SB3PPOConfig,
)
from spielfeld.agents.baselines.learner import Baseline


class SB3PPO(Baseline):
    """Proximal policy optimisation, for discrete and continuous actions."""

    place = "stable_baselines3:PPO"
    config_class = SB3PPOConfig


class SB3A2C(Baseline):
    """Advantage actor-critic, for discrete and continuous actions."""

    place = "stable_baselines3:A2C"
    config_class = SB3A2CConfig


class SB3DQN(Baseline):
    """Deep Q-learning, for discrete actions."""

    place = "stable_baselines3:DQN"
    config_class = SB3DQNConfig
    continuous = False


class SB3MaskablePPO(Baseline):
    """PPO that never takes an illegal action; without masks, all actions are legal."""

    place = "sb3_contrib:MaskablePPO"
    config_class = SB3MaskablePPOConfig
    continuous = False
    masked = True
