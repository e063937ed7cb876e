"""Learners whose function is a table: one value for each state and action."""

from agents.tabular.q_learning import QLearning, QLearningConfig

__all__ = ["QLearning", "QLearningConfig"]
