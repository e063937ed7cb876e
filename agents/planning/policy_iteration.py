"""Policy iteration: evaluate a policy exactly, act greedily on its values, repeat.

Differs from value iteration by the exact values of a policy in each iteration. It needs few
iterations, and its final values are exact.

Source: Sutton & Barto, 2nd edition, section 4.3, page 80. An action changes only if another action
is strictly better. So the method stops in spite of ties (exercise 4.4). If all episodes end under
the first policy, they also end under the later ones.
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
    """Compute the optimal values; with discount 1, among the policies whose episodes always end.

    Args:
        model: The world.
        discount: Factor on the return from the next step on, in [0, 1].

    Returns:
        The plan; its `sweeps` counts evaluated policies. `error_bound` is residual /
        (1 - discount), and nan with discount 1.

    Raises:
        ValueError: If discount is 1 and episodes from some state never end, or have an unlimited
            return; names the state.
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
        ahead: Action values. Shape [states, actions].
    """
    current = ahead[np.arange(len(policy)), policy]
    best = ahead.max(axis=1)
    better = best > current + STRICTLY_BETTER * np.maximum(unit_of(ahead), np.abs(best))
    return np.where(better, ahead.argmax(axis=1), policy)
