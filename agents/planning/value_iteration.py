"""Value iteration: improve all state values again and again until they stop changing.

The new value of a state is used at once for the next states (in place, Gauss-Seidel). Sweeps run
forwards and backwards in turn, so that a change reaches the whole grid in a few sweeps.

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
    """Compute the optimal values of a world.

    With discount below 1 a sweep is a contraction. If the last sweep changed no value by more than
    `residual`, then |v - v*| <= discount / (1 - discount) * residual. `tolerance` limits this
    bound. With discount 1 there is no such bound: `tolerance` limits the residual, and
    `error_bound` is nan. Values are then optimal among the policies whose episodes always end, as
    in policy iteration. To wait for ever in a free loop does not avoid a costly end.

    Args:
        model: The world.
        discount: Factor on the return from the next step on, in [0, 1].
        tolerance: Largest allowed error of a value, in units of return.
        max_sweeps: Largest number of sweeps.

    Raises:
        ValueError: If discount is 1 and episodes from some state never end, or if `max_sweeps` did
            not suffice; names the state.
    """
    discount = guard.number("discount", discount, 0, 1)
    max_sweeps = guard.whole("max_sweeps", max_sweeps)
    tolerance = guard.number("tolerance", tolerance)
    world = lookahead(model)
    values = _secured(model, world.reward, discount, tolerance)
    # Unsigned indices need no check for negative numbers, which saves a third of the time.
    world = world._replace(next_state=world.next_state.view(np.uint32))
    allowed = tolerance if discount == 1 else tolerance * (1 - discount) / max(discount, 1e-300)
    residual, sweeps, worst = _sweep(world, values, discount, allowed, max_sweeps)
    if residual > allowed:
        raise ValueError(
            f"State {worst}: its value still changes by {residual:.3g} after {sweeps} sweeps. "
            "Allow more sweeps or a larger tolerance, or check for a loop of endless reward."
        )
    bound = residual * discount / (1 - discount) if discount < 1 else math.nan
    return make_plan(model, values, discount, residual, bound, sweeps)


def _secured(model: TabularModel, reward: Floats, discount: float, tolerance: float) -> Floats:
    """Return attainable first values [states], from which the sweeps only raise values.

    With discount 1, values that begin too high could stay too high in a loop without costs. See
    Bertsekas & Yu, 2016, "Stochastic shortest path problems under weak conditions". So values begin
    at those of a policy whose episodes end. They begin at 0 if that is attainable, or if every step
    costs more than `tolerance`.
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
    """Model for planning, with all sums that do not depend on the values."""

    reward: Floats  # mean reward, -inf if the action is illegal; [states, actions]
    going_on: Floats  # probability of this outcome, 0 if it ends; [states, actions, outcomes]
    next_state: Integers  # [states, actions, outcomes]


def lookahead(model: TabularModel) -> Lookahead:
    """Return the sums of a model that planning uses, with its ends and legal actions."""
    reward = np.where(model.legal_actions, model.expected_reward, -np.inf)
    return Lookahead(reward, model.probability * ~model.terminated, model.next_state)


@compiled
def _sweep(
    world: Lookahead, values: Floats, discount: float, tolerance: float, max_sweeps: int
) -> tuple[float, int, int]:
    """Update `values` in place; return the last largest change, the sweeps, and its state."""
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
    """Result of planning in a world.

    Args:
        values: Optimal discounted return of each state. Shape [states].
        action_values: Optimal discounted return after each action; -inf if illegal.
            Shape [states, actions].
        policy: Uniform over the optimal actions of each state. Shape [states, actions].
        residual: Largest change in the last sweep, or in one more sweep, in units of return.
        error_bound: Largest possible error of a value, apart from rounding; nan if it is unknown
            (value iteration with discount 1).
        sweeps: Number of sweeps through all states, or of evaluated policies.
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
    """Return a plan: the values, and the action values and the policy that follow from them."""
    ahead = action_values(model, values, discount)
    slack = 2 * error_bound if np.isfinite(error_bound) else 0.0
    # greedy_policy multiplies it again
    relative = slack / (max(unit_of(values), np.abs(values).max()) or 1.0)
    policy = greedy_policy(ahead, tolerance=max(TIE_TOLERANCE, relative))
    return Plan(values, ahead, policy, residual, error_bound, sweeps)


def action_values(model: TabularModel, values: Floats, discount: float = 1.0) -> Floats:
    """Compute action values from state values: q(s, a) = r(s, a) + discount * E[v(next state)].

    Args:
        model: The world.
        values: Discounted return of each state. Shape [states].
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
    """Return the uniform policy over the best actions of each state.

    Args:
        action_values: Discounted returns. Shape [states, actions].
        legal: Legal actions, all by default. Shape [states, actions].
        tolerance: Actions this close to the best one count as equal. The unit is
            the best value if it is above 1, otherwise the largest value, at most 1.

    Returns:
        Probabilities. Shape [states, actions].
    """
    allowed = action_values if legal is None else np.where(legal, action_values, -np.inf)
    best = allowed.max(axis=1, keepdims=True)
    tied = allowed >= best - tolerance * np.maximum(unit_of(allowed), np.abs(best))
    share: Floats = tied / tied.sum(axis=1, keepdims=True)
    return share
