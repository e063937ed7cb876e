"""Learners that make their own data, by acting or by planning."""

from agents.tabular import QLearning, QLearningConfig

__all__ = ["QLearning", "QLearningConfig"]
