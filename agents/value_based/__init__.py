"""Learners of action values by a network, and a memory to learn from: DQN and its kin."""

from spielfeld.agents.value_based.double_dqn import DoubleDQN, DoubleDQNConfig
from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.agents.value_based.dueling_dqn import DuelingDQN, DuelingDQNConfig
from spielfeld.agents.value_based.n_step_dqn import NStepDQN, NStepDQNConfig
from spielfeld.agents.value_based.prioritized_dqn import PrioritizedDQN, PrioritizedDQNConfig

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
