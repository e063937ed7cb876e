"""Planners: they know the world and compute what can be earned in it, exactly."""

from spielfeld.agents.planning.backup import action_values
from spielfeld.agents.planning.finite_horizon import finite_horizon
from spielfeld.agents.planning.perfect import Score, best_start_value, compare, share_of_perfect
from spielfeld.agents.planning.plan import Plan
from spielfeld.agents.planning.policies import greedy_policy, random_policy, soft_model, soft_policy
from spielfeld.agents.planning.policy_evaluation import (
    expected_steps,
    policy_evaluation,
    start_value,
    visited_states,
)
from spielfeld.agents.planning.policy_iteration import policy_iteration
from spielfeld.agents.planning.value_iteration import value_iteration
from spielfeld.agents.planning.ways_to_end import proper_policy

__all__ = [
    "Plan",
    "Score",
    "action_values",
    "best_start_value",
    "compare",
    "expected_steps",
    "finite_horizon",
    "greedy_policy",
    "policy_evaluation",
    "policy_iteration",
    "proper_policy",
    "random_policy",
    "share_of_perfect",
    "soft_model",
    "soft_policy",
    "start_value",
    "value_iteration",
    "visited_states",
]
