"""Share of perfect: an exact score of a policy, computed from the model without playing.

A random policy has the score 0 and an optimal policy 1: share = (v - random) / (optimum - random).
If the random policy is very bad, every share is high. So also look at the gap in units of return.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from spielfeld.agents.planning.finite_horizon import finite_horizon
from spielfeld.agents.planning.policies import random_policy
from spielfeld.agents.planning.policy_evaluation import reachable_part, start_value
from spielfeld.agents.planning.policy_iteration import policy_iteration
from spielfeld.agents.planning.value_iteration import value_iteration
from spielfeld.arrays import unit_of
from spielfeld.envs.tabular import TabularModel

EXACT_LIMIT = 10_000  # reachable states; with more states, the optimum comes from value iteration
TOLERANCE = 1e-8  # in units of return, or of the largest mean reward if that is below 1


@dataclass(frozen=True)
class Score:
    """Expected discounted returns from the start, and their comparison.

    Args:
        value: Return of the policy.
        optimum: Return of an optimal policy.
        random: Return of uniformly random legal actions.
        share: (value - random) / (optimum - random). If optimum and random are equal, 1 for an
            optimal policy and nan for any other.
        gap: optimum - value, in units of return.
    """

    value: float
    optimum: float
    random: float
    share: float
    gap: float


def share_of_perfect(
    model: TabularModel,
    policy: npt.NDArray[Any],
    discount: float = 1.0,
    horizon: int | None = None,
) -> Score:
    """Compare a policy with random and with optimal behaviour, all three from `model.start`.

    Args:
        model: The world.
        policy: Probabilities, shape [states, actions], or actions, shape [states].
        discount: Factor on the return from the next step on, in [0, 1].
        horizon: Time limit in environment steps; None for none. With a limit, the optimum is that
            of a policy which knows the remaining time.

    Raises:
        ValueError: If discount is 1, there is no horizon, and episodes may never end.
    """
    value = start_value(model, policy, discount, horizon)
    random = start_value(model, random_policy(model), discount, horizon)
    return compare(value, best_start_value(model, discount, horizon), random)


def compare(value: float, optimum: float, random: float) -> Score:
    """Return the score of a value between random and optimal behaviour."""
    return Score(value, optimum, random, _share(value, optimum, random), optimum - value)


def best_start_value(
    model: TabularModel, discount: float = 1.0, horizon: int | None = None
) -> float:
    """Compute the optimal expected discounted return from the start of an episode.

    Only states that can be reached from the start count. With discount 1 and no horizon, only
    policies under which every episode ends count. The result is exact for up to 10,000 such states.
    With more states it comes from value iteration, to 1e-8. If all rewards are below 1, this
    tolerance is relative to the largest reward.

    Raises:
        ValueError: If discount is 1, there is no horizon, and episodes from some reachable state
            never end, or have an unlimited return.
    """
    if horizon is not None:
        return float(model.start @ finite_horizon(model, horizon, discount))
    part = reachable_part(model)
    if part.states <= EXACT_LIMIT:
        return float(part.start @ policy_iteration(part, discount).values)
    tolerance = TOLERANCE * (unit_of(part.expected_reward) or 1.0)
    return float(part.start @ value_iteration(part, discount, tolerance).values)


def _share(value: float, optimum: float, random: float) -> float:
    if not math.isclose(optimum, random, rel_tol=1e-9, abs_tol=1e-12):
        return (value - random) / (optimum - random)
    return 1.0 if math.isclose(value, optimum, rel_tol=1e-9, abs_tol=1e-12) else math.nan
