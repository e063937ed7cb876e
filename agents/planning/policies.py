"""Policies as tables of probabilities: random, greedy, and softened by exploration.

Source: Sutton & Barto, 2nd edition, sections 4.2 (greedy) and 5.4 (epsilon-soft).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spielfeld import guard
from spielfeld.arrays import Booleans, Floats
from spielfeld.envs.tabular import TabularModel

TIE_TOLERANCE = 1e-9


def random_policy(model: TabularModel) -> Floats:
    """Choose among the legal actions uniformly. Shape [states, actions]."""
    return _uniform(model.legal_actions)


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
    return _uniform(allowed >= best - tolerance * np.maximum(unit_of(allowed), np.abs(best)))


def unit_of(values: Floats) -> float:
    """Return what tolerances of values are relative to, so that small rewards do not vanish in one.

    It is 1, or the largest size of a value where all are smaller.
    """
    size = np.abs(np.where(np.isfinite(values), values, 0.0)).max()
    return min(1.0, float(size))


def soft_policy(policy: Floats, exploration_rate: float, legal: Booleans | None = None) -> Floats:
    """Follow a policy, but take a random legal action with probability `exploration_rate`.

    Args:
        policy: Probabilities. Shape [states, actions].
        exploration_rate: Share of random actions, in [0, 1].
        legal: Which actions may be chosen, all by default. Shape [states, actions].
    """
    allowed = np.ones(policy.shape, bool) if legal is None else legal
    return (1 - exploration_rate) * policy + exploration_rate * _uniform(allowed)


def soft_model(model: TabularModel, exploration_rate: float) -> TabularModel:
    """Move the exploration into the world: each action is replaced by a random legal one at times.

    A policy in this world earns what its softened version earns in `model`, so the best policy
    here, softened, is the best among all soft policies there (Sutton & Barto, section 5.4).

    Args:
        model: The world.
        exploration_rate: Probability with which an action is replaced, in [0, 1].

    Returns:
        A world with `actions` times as many outcomes in each row.
    """
    states, actions, outcomes = model.probability.shape
    taken = (1 - exploration_rate) * np.eye(actions) + (
        exploration_rate * random_policy(model)[:, None, :]
    )  # [states, action meant, action taken]
    probability = taken[:, :, :, None] * model.probability[:, None]
    probability *= model.legal_actions[:, None, :, None]
    shape = (states, actions, actions * outcomes)

    def repeated(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.broadcast_to(array[:, None], (states, actions, actions, outcomes)).reshape(shape)

    noise = model.reward_deviation
    return TabularModel(
        probability.reshape(shape),
        repeated(model.next_state),
        repeated(model.reward),
        repeated(model.terminated),
        model.start,
        model.legal,
        None if noise is None else repeated(noise),
    )


def as_probabilities(model: TabularModel, policy: npt.NDArray[Any]) -> Floats:
    """Turn action indices into probabilities, and refuse what is no policy of this world.

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
    """Rows of zeros with a single 1; an index out of range leaves its row empty."""
    rows: Floats = (chosen[:, None] == np.arange(actions)).astype(np.float64)
    return rows


def _uniform(allowed: Booleans) -> Floats:
    share: Floats = allowed / allowed.sum(axis=1, keepdims=True)
    return share
