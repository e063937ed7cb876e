"""Learners of a policy, by climbing the return: a ladder with small steps."""

from spielfeld.agents.policy_gradient.a2c import A2C, A2CConfig
from spielfeld.agents.policy_gradient.ppo import PPO, PPOConfig
from spielfeld.agents.policy_gradient.reinforce import Reinforce, ReinforceConfig
from spielfeld.agents.policy_gradient.reinforce_with_baseline import (
    ReinforceWithBaseline,
    ReinforceWithBaselineConfig,
)

__all__ = [
    "A2C",
    "PPO",
    "A2CConfig",
    "PPOConfig",
    "Reinforce",
    "ReinforceConfig",
    "ReinforceWithBaseline",
    "ReinforceWithBaselineConfig",
]
