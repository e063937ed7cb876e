"""Learners for worlds of one state: which arm to pull, and how to find out."""

from agents.bandit.exploration import ExplorationBandit, ExplorationConfig
from agents.bandit.gradient import GradientBandit, GradientConfig
from agents.bandit.greedy import GreedyBandit, GreedyConfig
from agents.bandit.many_runs import Curves, testbed
from agents.bandit.optimistic import OptimisticBandit, OptimisticConfig
from agents.bandit.thompson import ThompsonBandit, ThompsonConfig
from agents.bandit.ucb import UpperConfidenceBandit, UpperConfidenceConfig

__all__ = [
    "Curves",
    "ExplorationBandit",
    "ExplorationConfig",
    "GradientBandit",
    "GradientConfig",
    "GreedyBandit",
    "GreedyConfig",
    "OptimisticBandit",
    "OptimisticConfig",
    "ThompsonBandit",
    "ThompsonConfig",
    "UpperConfidenceBandit",
    "UpperConfidenceConfig",
    "testbed",
]
