"""Learners whose function is a table: one value for each state and action."""

from agents.tabular.expected_sarsa import ExpectedSarsa, ExpectedSarsaConfig
from agents.tabular.q_learning import QLearning, QLearningConfig
from agents.tabular.sarsa import Sarsa, SarsaConfig

__all__ = [
    "ExpectedSarsa",
    "ExpectedSarsaConfig",
    "QLearning",
    "QLearningConfig",
    "Sarsa",
    "SarsaConfig",
]
