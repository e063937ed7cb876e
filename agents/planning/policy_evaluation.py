"""Policy evaluation: the state values of a given policy.

Under a fixed policy the world is a Markov chain, and the Bellman equation is linear:
v = r + discount * P v. This file solves it exactly, or applies it a given number of times.

Without a discount, values are finite only if episodes end. A policy is called proper if every
episode ends with probability 1 (Bertsekas & Tsitsiklis, 1991, "An analysis of stochastic shortest
path problems"). In a finite world this means: an end can be reached from every state. The functions
at the bottom find such a policy.

Source: Sutton & Barto, 2nd edition, section 4.1, equations 4.3 to 4.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld import guard
from spielfeld.arrays import Booleans, Floats, unit_of
from spielfeld.compiled import compiled
from spielfeld.envs.tabular import TabularModel

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Indices = npt.NDArray[Any]

DIRECT_LIMIT = 100_000  # states; larger systems are solved by sweeps
RESIDUAL = 1e-10  # accuracy of the sweeps, relative to the values; see `unit_of`
SMALLEST = 1e-300  # avoids a division by 0 if all rewards are 0


class Chain(NamedTuple):
    """Markov chain of a world under a fixed policy."""

    reward: Floats  # mean reward of the next step; [states]
    going_on: csr_array  # sparse probability of the next state, without ends; [states, states]
    ending: Booleans  # whether the next step may end the episode; [states]


def policy_evaluation(
    model: TabularModel,
    policy: npt.NDArray[Any],
    discount: float = 1.0,
    horizon: int | None = None,
) -> Floats:
    """Compute the state values of a policy: v(s) = sum over a of policy(a | s) q(s, a).

    Args:
        model: The world.
        policy: Probabilities, shape [states, actions], or actions, shape [states].
        discount: Factor on the return from the next step on, in [0, 1].
        horizon: Environment steps until a time limit; None for none. Without a limit the equations
            are solved exactly, above 100,000 states to a relative residual of 1e-10.

    Returns:
        Expected discounted return of each state, to the horizon if there is one. Shape [states].

    Raises:
        ValueError: If the policy does not fit the world. Also if discount is 1, there is no
            horizon, and episodes from some state never end; names the state.
    """
    discount = guard.number("discount", discount, 0, 1)
    return chain_values(markov_chain(model, policy), discount, horizon)


def expected_steps(model: TabularModel, policy: npt.NDArray[Any]) -> Floats:
    """Compute the mean number of environment steps of an episode under a policy.

    Returns:
        Environment steps from each state, 0 where an episode has ended. Shape [states].

    Raises:
        ValueError: If episodes from some state never end; names the state.
    """
    chain = markov_chain(model, policy)
    return chain_values(chain._replace(reward=(~model.terminal).astype(np.float64)), 1.0, None)


def start_value(
    model: TabularModel,
    policy: npt.NDArray[Any],
    discount: float = 1.0,
    horizon: int | None = None,
) -> float:
    """Compute a policy's return from the start of an episode; see `policy_evaluation`.

    Only the states that the policy can enter count. In other states, the policy may never end.
    """
    discount = guard.number("discount", discount, 0, 1)
    chain = _visited_part(markov_chain(model, policy), model.start)
    return float(model.start @ chain_values(chain, discount, horizon))


def visited_states(model: TabularModel, policy: npt.NDArray[Any]) -> Booleans:
    """Return the states that a policy can enter from the start. Shape [states]."""
    return _visited(markov_chain(model, policy), model.start)


def markov_chain(model: TabularModel, policy: npt.NDArray[Any]) -> Chain:
    """Return the Markov chain of a world under a policy."""
    from scipy.sparse import csr_array

    chosen = as_probabilities(model, policy)
    taken = np.nonzero(chosen)  # only the actions that the policy can take
    weight = chosen[taken][:, None] * model.probability[taken]
    terminated = model.terminated[taken]
    ending = np.zeros(model.states, bool)
    ending[taken[0][np.any((weight > 0) & terminated, axis=1)]] = True
    row, outcome = np.nonzero((weight > 0) & ~terminated)
    entries = taken[0][row], model.next_state[taken][row, outcome]
    shape = (model.states, model.states)
    return Chain(
        reward=np.einsum("sa,sa->s", chosen, np.where(chosen > 0, model.expected_reward, 0)),
        going_on=csr_array((weight[row, outcome], entries), shape=shape),
        ending=ending,
    )


def as_probabilities(model: TabularModel, policy: npt.NDArray[Any]) -> Floats:
    """Turn action indices into probabilities, and refuse an array that is no policy of this world.

    Raises:
        ValueError: If the shape is wrong, a row is no distribution, or an action is illegal; names
            the state.
    """
    given = guard.as_array("The policy", policy)
    if given.shape == (model.states,):
        given = _one_hot(given, model.actions)
    if given.shape != (model.states, model.actions):
        raise ValueError(
            f"A policy must have shape ({model.states},) or ({model.states}, {model.actions}), "
            f"not {np.shape(policy)}."
        )
    wrong = ~((given >= 0).all(axis=1) & (np.abs(given.sum(axis=1) - 1) <= 1e-9))
    if wrong.any():
        raise ValueError(f"State {wrong.argmax()}: the policy is no distribution over actions.")
    illegal = np.argwhere((given > 0) & ~model.legal_actions)
    if len(illegal):
        state, action = illegal[0]
        raise ValueError(f"State {state}: the policy takes action {action}, which is not legal.")
    return given.astype(np.float64)


def _one_hot(chosen: npt.NDArray[Any], actions: int) -> Floats:
    """Return rows of zeros with a single 1; an index out of range leaves its row empty."""
    rows: Floats = (chosen[:, None] == np.arange(actions)).astype(np.float64)
    return rows


def chain_values(chain: Chain, discount: float, horizon: int | None) -> Floats:
    """Return the discounted return of each state of a chain. Shape [states]."""
    if horizon is not None:
        return _backed_up(chain, discount, guard.whole("horizon", horizon))
    if discount == 1:
        source, target = chain.going_on.nonzero()
        endless = breadth_first(target, source, chain.ending) < 0  # backwards from the ends
        refuse_endless(endless, "the policy never ends")
    return _solved(chain, discount)


def _backed_up(chain: Chain, discount: float, horizon: int) -> Floats:
    rows = chain.going_on
    return _back_up(rows.indptr, rows.indices, rows.data, chain.reward, discount, horizon)


@compiled
def _back_up(
    first: npt.NDArray[Any],
    target: npt.NDArray[Any],
    probability: Floats,
    reward: Floats,
    discount: float,
    horizon: int,
) -> Floats:
    """Apply the Bellman equation to values of 0 `horizon` times, or until they stop changing."""
    values = np.zeros(len(reward))
    for _ in range(horizon):
        before, values = values, np.empty_like(values)
        changed = False
        for state in range(len(values)):
            values[state] = reward[state] + discount * following(
                first, target, probability, before, state
            )
            changed |= values[state] != before[state]
        if not changed:
            break
    return values


def following(
    first: npt.NDArray[Any],
    target: npt.NDArray[Any],
    probability: Floats,
    values: Floats,
    state: int,
) -> float:
    """Return the mean value of the next state, the sum over one sparse row."""
    mean = 0.0
    for k in range(first[state], first[state + 1]):
        mean += probability[k] * values[target[k]]
    return mean


def _solved(chain: Chain, discount: float) -> Floats:
    """Solve (1 - discount * P) v = r."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import spsolve

    states = len(chain.reward)
    if states > DIRECT_LIMIT:
        rows = chain.going_on
        values = np.zeros(states)
        unit = unit_of(chain.reward)
        _sweep(rows.indptr, rows.indices, rows.data, chain.reward, values, discount, unit)
        return values
    system = eye_array(states, format="csc") - discount * chain.going_on.tocsc()
    solution: Floats = np.asarray(spsolve(system, chain.reward)).reshape(states)
    return solution


@compiled
def _sweep(
    first: npt.NDArray[Any],
    target: npt.NDArray[Any],
    probability: Floats,
    reward: Floats,
    values: Floats,
    discount: float,
    unit: float,
) -> None:
    """Update values in place, forwards and backwards in turn, until changes are small."""
    states, forwards, change = len(values), True, np.inf
    while change > RESIDUAL:
        change = 0.0
        for step in range(states):
            state = step if forwards else states - 1 - step
            ahead = following(first, target, probability, values, state)
            value = reward[state] + discount * ahead
            change = max(change, abs(value - values[state]) / max(unit, abs(value), SMALLEST))
            values[state] = value
        forwards = not forwards


def _visited_part(chain: Chain, start: Floats) -> Chain:
    """Make episodes end in all states that the chain never enters."""
    from scipy.sparse import diags_array

    visited = _visited(chain, start)
    kept = visited.astype(np.float64)
    return Chain(chain.reward * kept, diags_array(kept) @ chain.going_on, chain.ending | ~visited)


def _visited(chain: Chain, start: Floats) -> Booleans:
    source, target = chain.going_on.nonzero()
    visited: Booleans = breadth_first(source, target, start > 0) >= 0
    return visited


def breadth_first(source: Indices, target: Indices, roots: Booleans) -> Indices:
    """Search all states that can be reached from some states, the nearest first.

    Args:
        source: First state of each possible transition. Shape [transitions].
        target: Second state of each possible transition. Shape [transitions].
        roots: States where the search begins. Shape [states].

    Returns:
        The state before each reached state on a shortest way. It is `states` at the roots, and
        negative at states that were not reached. Shape [states].
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    states = len(roots)
    begin = np.flatnonzero(roots)
    rows = np.concatenate([source, np.full(len(begin), states)])
    columns = np.concatenate([target, begin])
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(states + 1,) * 2)
    _, before = breadth_first_order(graph, states, return_predecessors=True)
    result: Indices = before[:states]
    return result


def shortest_ways(model: TabularModel) -> tuple[Indices, Booleans]:
    """Choose in each state an action that may lead one step nearer to an end.

    Returns:
        Actions, shape [states], and the states from which no way leads to an end, shape [states].
        In these states the action is any legal one.
    """
    ends: Booleans = model.possible & model.terminated
    source, target = transitions(model)
    towards = breadth_first(target, source, np.any(ends, axis=(1, 2)))  # backwards from the ends
    endless: Booleans = towards < 0
    nearer = ends | (model.possible & (model.next_state == towards[:, None, None]))
    useful = np.where(endless[:, None], model.legal_actions, np.any(nearer, axis=2))
    return useful.argmax(axis=1), endless


def proper_policy(model: TabularModel) -> Indices:
    """Choose actions by which every episode can end in the smallest number of steps.

    Returns:
        Actions. Shape [states].

    Raises:
        ValueError: If episodes from some state never end; names the state.
    """
    policy, endless = shortest_ways(model)
    refuse_endless(endless, "no policy ends")
    return policy


def reachable_part(model: TabularModel) -> TabularModel:
    """Remove the states that no policy can reach from the start."""
    reached = breadth_first(*transitions(model), model.start > 0) >= 0
    number = np.cumsum(reached) - 1
    return TabularModel(
        model.probability[reached],
        np.where(model.possible, number[model.next_state], 0)[reached],
        model.reward[reached],
        model.terminated[reached],
        model.start[reached],
        model.legal_actions[reached],
    )


def transitions(model: TabularModel) -> tuple[Indices, Indices]:
    """Return the first and second state of each possible outcome. Shapes [transitions]."""
    source, action, outcome = np.nonzero(model.possible)
    return source, model.next_state[source, action, outcome]


def refuse_endless(endless: npt.NDArray[Any], who: str) -> None:
    """Refuse a model from which episodes never end; name the first such state."""
    if endless.any():
        raise ValueError(
            f"State {endless.argmax()}: {who} an episode from here, so its return has "
            "no limit; give a discount below 1 or a horizon."
        )
