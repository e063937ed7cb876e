"""Planning methods, which compute exact values and policies from a model of the world."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.agents.planning.finite_horizon import finite_horizon
    from spielfeld.agents.planning.perfect import Score, best_start_value, compare, share_of_perfect
    from spielfeld.agents.planning.policies import (
        random_policy,
        soft_model,
        soft_policy,
    )
    from spielfeld.agents.planning.policy_evaluation import (
        expected_steps,
        policy_evaluation,
        proper_policy,
        start_value,
        visited_states,
    )
    from spielfeld.agents.planning.policy_iteration import policy_iteration
    from spielfeld.agents.planning.value_iteration import (
        Plan,
        action_values,
        greedy_policy,
        value_iteration,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
