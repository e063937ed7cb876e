"""What a planner hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spielfeld.agents.planning.backup import action_values
from spielfeld.agents.planning.policies import TIE_TOLERANCE, greedy_policy, unit_of
from spielfeld.arrays import Floats
from spielfeld.envs.tabular import TabularModel


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved world.

    Args:
        values: Optimal discounted return of each state. Shape [states].
        action_values: The same for each action taken first; -inf if illegal.
            Shape [states, actions].
        policy: Uniform over the optimal actions of each state. Shape [states, actions].
        residual: Largest change that the last sweep made, or one more would make, in units of
            return.
        error_bound: No value is further than this from the optimal one, apart from rounding; nan
            if nothing is known (value iteration with discount 1).
        sweeps: How often all states were updated, or how many policies were evaluated.
    """

    values: Floats
    action_values: Floats
    policy: Floats
    residual: float
    error_bound: float
    sweeps: int


def make_plan(
    model: TabularModel,
    values: Floats,
    discount: float,
    residual: float,
    error_bound: float,
    sweeps: int,
) -> Plan:
    """Add to the values of a world what one step of looking ahead says."""
    ahead = action_values(model, values, discount)
    slack = 2 * error_bound if np.isfinite(error_bound) else 0.0
    # greedy_policy scales it up again
    relative = slack / (max(unit_of(values), np.abs(values).max()) or 1.0)
    policy = greedy_policy(ahead, tolerance=max(TIE_TOLERANCE, relative))
    return Plan(values, ahead, policy, residual, error_bound, sweeps)
