"""One-step look-ahead: the value of an action from the values of the next states; and plans.

Every planner here repeats this one equation. It is written twice, once for a single action, which
the compiled sweeps call, and once vectorised over all of them; a test holds that both agree.

Source: Sutton & Barto, 2nd edition, equation 4.2 (the sum inside).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spielfeld.agents.planning.policies import TIE_TOLERANCE, greedy_policy, unit_of
from spielfeld.arrays import Floats, Integers
from spielfeld.envs.tabular import TabularModel


class Lookahead(NamedTuple):
    """A model as planners take it, with everything folded in that does not depend on values."""

    reward: Floats  # mean reward, -inf where the action is illegal; [states, actions]
    going_on: (
        Floats  # probability of this outcome, 0 if it ends the episode; [states, actions, outcomes]
    )
    next_state: Integers  # [states, actions, outcomes]


def lookahead(model: TabularModel) -> Lookahead:
    """Fold ends and legality of a model into what planners sum over."""
    reward = np.where(model.legal_actions, model.expected_reward, -np.inf)
    return Lookahead(reward, model.probability * ~model.terminated, model.next_state)


def action_value(
    world: Lookahead, values: Floats, state: int, action: int, discount: float
) -> float:
    """Return q(s, a) = r(s, a) + discount * sum over s' of p(s' | s, a) v(s')."""
    following = 0.0
    for outcome in range(world.next_state.shape[2]):
        target = world.next_state[state, action, outcome]
        following += world.going_on[state, action, outcome] * values[target]
    value: float = world.reward[state, action] + discount * following
    return value


def action_values(model: TabularModel, values: Floats, discount: float = 1.0) -> Floats:
    """Look one step ahead from every state: q(s, a) = r(s, a) + discount * E[v(next state)].

    Args:
        model: The world.
        values: What each state is worth, as a discounted return. Shape [states].
        discount: Factor on the return from the next step on, in [0, 1].

    Returns:
        Discounted returns, -inf where an action is illegal. Shape [states, actions].
    """
    world = lookahead(model)
    following = np.einsum("sak,sak->sa", world.going_on, values[world.next_state])
    result: Floats = world.reward + discount * following
    return result


def check_discount(discount: float) -> None:
    """Refuse a discount that is no factor between 0 and 1."""
    if not (isinstance(discount, int | float | np.number) and 0 <= discount <= 1):
        raise ValueError(f"discount must lie between 0 and 1, not {discount}.")


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
