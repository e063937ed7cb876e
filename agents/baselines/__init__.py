"""Stable-Baselines3 beside our own agents: the same words, the same worlds, the same files."""

from spielfeld.agents.baselines.algorithms import SB3A2C, SB3DQN, SB3PPO, SB3MaskablePPO
from spielfeld.agents.baselines.config import (
    SB3A2CConfig,
    SB3DQNConfig,
    SB3MaskablePPOConfig,
    SB3PPOConfig,
)
from spielfeld.agents.baselines.learner import Baseline

__all__ = [
    "SB3A2C",
    "SB3DQN",
    "SB3PPO",
    "Baseline",
    "SB3A2CConfig",
    "SB3DQNConfig",
    "SB3MaskablePPO",
    "SB3MaskablePPOConfig",
    "SB3PPOConfig",
]
