"""How far a policy is from perfect, measured exactly instead of by rolling dice.

Random behaviour counts as 0 and the optimum as 1: share = (v - random) / (optimum - random). A bad
random policy flatters everyone, so the gap in units of return belongs beside it.
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

EXACT_LIMIT = 10_000  # states that can be reached; above, the optimum comes from value iteration
TOLERANCE = 1e-8  # in units of return, or of the largest mean reward where that is below 1


@dataclass(frozen=True)
class Score:
    """Expected discounted returns from the start, and how they compare.

    Args:
        value: What the policy earns.
        optimum: What the best policy earns.
        random: What uniformly random legal actions earn.
        share: (value - random) / (optimum - random); if there is nothing to gain over random
            behaviour, 1 for a policy that earns the optimum and nan for one that does not.
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
        horizon: The step limit in environment steps; None for none. With one, the optimum is that
            of a policy which knows the time left.

    Raises:
        ValueError: If discount is 1, there is no horizon, and the policy may go on for ever.
    """
    value = start_value(model, policy, discount, horizon)
    random = start_value(model, random_policy(model), discount, horizon)
    return compare(value, best_start_value(model, discount, horizon), random)


def compare(value: float, optimum: float, random: float) -> Score:
    """Place a value between those of random and of optimal behaviour."""
    return Score(value, optimum, random, _share(value, optimum, random), optimum - value)


def best_start_value(
    model: TabularModel, discount: float = 1.0, horizon: int | None = None
) -> float:
    """Compute the optimal expected discounted return from the start of an episode.

    Only states that can be reached from the start count. With discount 1 and no horizon it is the
    best among the policies that always end: staying for ever where that costs nothing is none.
    Exact up to 10,000 such states; above, from value iteration to 1e-8, or to 1e-8 of the
    largest reward where all are below 1.

    Raises:
        ValueError: If discount is 1, there is no horizon, and from some state that can be reached
            no policy ends, or never ending pays without limit.
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
