"""Learners that make their own data, by acting or by planning."""

from agents.tabular import (
    ExpectedSarsa,
    ExpectedSarsaConfig,
    QLearning,
    QLearningConfig,
    Sarsa,
    SarsaConfig,
)

__all__ = [
    "ExpectedSarsa",
    "ExpectedSarsaConfig",
    "QLearning",
    "QLearningConfig",
    "Sarsa",
    "SarsaConfig",
]
