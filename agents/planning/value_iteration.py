"""Value iteration: repeat "the best action's look-ahead" until nothing changes.

Each state's new value is used at once by the next ones (in place, Gauss-Seidel), and sweeps run
forwards and backwards in turn, so that news travels through a whole grid in a few sweeps.

    v(s) <- max over a of [ r(s, a) + discount * sum over s' of p(s' | s, a) v(s') ]

Source: Sutton & Barto, 2nd edition, section 4.4, equation 4.10; in place: section 4.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.planning.policy_evaluation import policy_evaluation, proper_policy
from spielfeld.arrays import Booleans, Floats, Integers, unit_of
from spielfeld.compiled import compiled
from spielfeld.envs.tabular import TabularModel

TIE_TOLERANCE = 1e-9


def value_iteration(
    model: TabularModel,
    discount: float = 1.0,
    tolerance: float = 1e-8,
    max_sweeps: int = 100_000,
) -> Plan:
    """Solve a world for the optimal values.

    With discount below 1 a sweep is a contraction, so after a sweep that changed no value by more
    than `residual`, |v - v*| <= discount / (1 - discount) * residual; `tolerance` is on that bound.
    With discount 1 there is no such bound: `tolerance` is then on the residual, and `error_bound`
    is nan. Values are then optimal among the policies that always end, as in policy iteration: to
    wait for ever in a loop that costs nothing is no way to avoid a costly end.

    Args:
        model: The world.
        discount: Factor on the return from the next step on, in [0, 1].
        tolerance: How far a value may be from the optimal one, in units of return.
        max_sweeps: When to give up.

    Raises:
        ValueError: If discount is 1 and from some state no policy ends, or if `max_sweeps` did not
            suffice; names the state.
    """
    discount = guard.number("discount", discount, 0, 1)
    max_sweeps = guard.whole("max_sweeps", max_sweeps)
    tolerance = guard.number("tolerance", tolerance)
    world = lookahead(model)
    values = _secured(model, world.reward, discount, tolerance)
    # Indices that cannot be negative need no check for it in the compiled loop: a third less time.
    world = world._replace(next_state=world.next_state.view(np.uint32))
    allowed = tolerance if discount == 1 else tolerance * (1 - discount) / max(discount, 1e-300)
    residual, sweeps, worst = _sweep(world, values, discount, allowed, max_sweeps)
    if residual > allowed:
        raise ValueError(
            f"State {worst}: its value still changes by {residual:.3g} after {sweeps} sweeps; "
            "is there a loop that pays for ever? Else allow more sweeps or a larger tolerance."
        )
    bound = residual * discount / (1 - discount) if discount < 1 else math.nan
    return make_plan(model, values, discount, residual, bound, sweeps)


def _secured(model: TabularModel, reward: Floats, discount: float, tolerance: float) -> Floats:
    """Return attainable values [states]; from below, only good news has to travel.

    With discount 1, from above, a loop that costs nothing would keep its first value for ever, be
    it out of reach (Bertsekas & Yu, 2016, "Stochastic shortest path problems under weak
    conditions"). So values begin at those of a policy that ends, and at 0 where that is attainable
    or every step costs more than `tolerance`.
    """
    if discount < 1:
        worst = min(0.0, float(reward.max(axis=1).min()))
        return np.full(model.states, worst / (1 - discount))
    policy = proper_policy(model)
    paid = reward[model.legal_actions & ~model.terminal[:, None]]
    if (paid >= 0).all() or (paid < -tolerance).all():
        return np.zeros(model.states)
    return np.minimum(0.0, policy_evaluation(model, policy))


class Lookahead(NamedTuple):
    """A model as planners take it, with everything folded in that does not depend on values."""

    reward: Floats  # mean reward, -inf where the action is illegal; [states, actions]
    going_on: Floats  # probability of this outcome, 0 if it ends; [states, actions, outcomes]
    next_state: Integers  # [states, actions, outcomes]


def lookahead(model: TabularModel) -> Lookahead:
    """Fold ends and legality of a model into what planners sum over."""
    reward = np.where(model.legal_actions, model.expected_reward, -np.inf)
    return Lookahead(reward, model.probability * ~model.terminated, model.next_state)


@compiled
def _sweep(
    world: Lookahead, values: Floats, discount: float, tolerance: float, max_sweeps: int
) -> tuple[float, int, int]:
    """Update `values` in place; return the last sweep's largest change, sweeps, and where."""
    states = len(values)
    residual, worst, sweeps = np.inf, 0, 0
    while sweeps < max_sweeps:
        residual = 0.0
        for step in range(states):
            state = step if sweeps % 2 == 0 else states - 1 - step
            value = best_action_value(world, values, state, discount)
            change = abs(value - values[state])
            if change > residual:
                residual, worst = change, state
            values[state] = value
        sweeps += 1
        if residual <= tolerance:
            break
    return residual, sweeps, worst


def best_action_value(world: Lookahead, values: Floats, state: int, discount: float) -> float:
    """Return the largest q(s, a) over the legal actions of a state."""
    best = -np.inf
    for action in range(world.reward.shape[1]):
        best = max(best, action_value(world, values, state, action, discount))
    return best


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


def greedy_policy(
    action_values: Floats, legal: Booleans | None = None, tolerance: float = TIE_TOLERANCE
) -> Floats:
    """Choose uniformly among the best actions of each state.

    Args:
        action_values: Discounted returns. Shape [states, actions].
        legal: Which actions may be chosen, all by default. Shape [states, actions].
        tolerance: Actions this close to the best one tie with it: in units of return, relative to
            the best value where that is larger than 1, and to the largest where all are smaller.

    Returns:
        Probabilities. Shape [states, actions].
    """
    allowed = action_values if legal is None else np.where(legal, action_values, -np.inf)
    best = allowed.max(axis=1, keepdims=True)
    tied = allowed >= best - tolerance * np.maximum(unit_of(allowed), np.abs(best))
    share: Floats = tied / tied.sum(axis=1, keepdims=True)
    return share
