"""Learners of action values by a network, and a memory to learn from: DQN and its kin."""

from agents.value_based.double_dqn import DoubleDQN, DoubleDQNConfig
from agents.value_based.dqn import DQN, DQNConfig
from agents.value_based.dueling_dqn import DuelingDQN, DuelingDQNConfig
from agents.value_based.n_step_dqn import NStepDQN, NStepDQNConfig
from agents.value_based.prioritized_dqn import PrioritizedDQN, PrioritizedDQNConfig

__all__ = [
    "DQN",
    "DQNConfig",
    "DoubleDQN",
    "DoubleDQNConfig",
    "DuelingDQN",
    "DuelingDQNConfig",
    "NStepDQN",
    "NStepDQNConfig",
    "PrioritizedDQN",
    "PrioritizedDQNConfig",
]
