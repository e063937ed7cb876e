"""Policy iteration: evaluate a policy exactly, act greedily on its values, repeat.

Differs from value iteration by solving for a policy's values at each turn instead of taking one
step towards them; it needs few turns, and it ends with exact values.

Source: Sutton & Barto, 2nd edition, section 4.3, page 80. An action is changed only for one that
is strictly better, which makes it end in spite of ties (exercise 4.4) and keeps a policy that
always ends one that always ends.
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.planning.policy_evaluation import (
    Indices,
    policy_evaluation,
    proper_policy,
    shortest_ways,
)
from spielfeld.agents.planning.value_iteration import Plan, action_values, make_plan
from spielfeld.arrays import Floats, unit_of
from spielfeld.envs.tabular import TabularModel

STRICTLY_BETTER = 1e-10  # relative; see `unit_of`


def policy_iteration(model: TabularModel, discount: float = 1.0) -> Plan:
    """Solve a world for the optimal values; with discount 1, among the policies that always end.

    Args:
        model: The world.
        discount: Factor on the return from the next step on, in [0, 1].

    Returns:
        The plan; its `sweeps` counts evaluated policies. `error_bound` is residual /
        (1 - discount), and nan with discount 1.

    Raises:
        ValueError: If discount is 1 and from some state no policy ends, or never ending pays
            without limit; names the state.
    """
    policy = proper_policy(model) if discount == 1 else shortest_ways(model)[0]
    improved, turns = policy, 0
    while turns == 0 or not np.array_equal(improved, policy):
        policy, turns = improved, turns + 1
        values = policy_evaluation(model, policy, discount)
        ahead = action_values(model, values, discount)
        improved = improve(policy, ahead)
    residual = float(np.abs(ahead.max(axis=1) - values).max())
    bound = residual / (1 - discount) if discount < 1 else np.nan
    return make_plan(model, values, discount, residual, bound, turns)


def improve(policy: Indices, ahead: Floats) -> Indices:
    """Change an action only for a strictly better one: argmax over a of q(s, a).

    Args:
        policy: Actions. Shape [states].
        ahead: What each action is worth. Shape [states, actions].
    """
    current = ahead[np.arange(len(policy)), policy]
    best = ahead.max(axis=1)
    better = best > current + STRICTLY_BETTER * np.maximum(unit_of(ahead), np.abs(best))
    return np.where(better, ahead.argmax(axis=1), policy)
