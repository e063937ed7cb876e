"""Finite-horizon planning: the optimal return in a given number of steps.

The best action may depend on n, the number of remaining steps: some risks are only good at the end.
So each sweep computes the values for n steps from those for n - 1 steps, never in place.

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
    """Compute the optimal return within a time limit, by a policy that knows the remaining time.

    Args:
        model: The world.
        horizon: Remaining environment steps.
        discount: Factor on the return from the next step on, in [0, 1].

    Returns:
        Expected discounted return of each state. Shape [states].
    """
    discount = guard.number("discount", discount, 0, 1)
    horizon = guard.whole("horizon", horizon)
    return _back_up(lookahead(model), np.zeros(model.states), horizon, discount)


@compiled
def _back_up(world: Lookahead, values: Floats, horizon: int, discount: float) -> Floats:
    """Apply the equation `horizon` times, or until the values stop changing."""
    for _ in range(horizon):
        before, values = values, np.empty_like(values)
        changed = False
        for state in range(len(values)):
            values[state] = best_action_value(world, before, state, discount)
            changed |= values[state] != before[state]
        if not changed:
            break
    return values
