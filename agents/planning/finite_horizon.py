"""Finite-horizon planning: the best that can be earned in a given number of steps.

With n steps to go the best action may depend on n (a gamble pays only at the end), so each sweep
makes the values for one step more from those for one step less, never in place.

    v_0(s) = 0
    v_n(s) = max over a of [ r(s, a) + discount * sum over s' of p(s' | s, a) v_(n-1)(s') ]

Source: Sutton & Barto, 2nd edition, equation 4.10, read as backward induction (Puterman, 1994,
section 4.5).
"""

from __future__ import annotations

import numpy as np

from spielfeld import guard
from spielfeld.agents.planning.value_iteration import Lookahead, best_action_value, lookahead
from spielfeld.arrays import Floats
from spielfeld.compiled import compiled
from spielfeld.envs.tabular import TabularModel


def finite_horizon(model: TabularModel, horizon: int, discount: float = 1.0) -> Floats:
    """Compute the optimal return within a step limit, by a policy that knows the time left.

    Args:
        model: The world.
        horizon: Environment steps to go.
        discount: Factor on the return from the next step on, in [0, 1].

    Returns:
        Expected discounted return of each state. Shape [states].
    """
    discount = guard.number("discount", discount, 0, 1)
    horizon = guard.whole("horizon", horizon)
    return _back_up(lookahead(model), np.zeros(model.states), horizon, discount)


@compiled
def _back_up(world: Lookahead, values: Floats, horizon: int, discount: float) -> Floats:
    """Apply the equation `horizon` times, or until it changes nothing."""
    for _ in range(horizon):
        before, values = values, np.empty_like(values)
        changed = False
        for state in range(len(values)):
            values[state] = best_action_value(world, before, state, discount)
            changed |= values[state] != before[state]
        if not changed:
            break
    return values
