"""Policies as tables of probabilities: random, and softened by exploration.

Source: Sutton & Barto, 2nd edition, section 5.4 (epsilon-soft). The greedy policy stands in
`value_iteration.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Booleans, Floats
from spielfeld.envs.tabular import TabularModel


def random_policy(model: TabularModel) -> Floats:
    """Choose among the legal actions uniformly. Shape [states, actions]."""
    return _uniform(model.legal_actions)


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


def _uniform(allowed: Booleans) -> Floats:
    share: Floats = allowed / allowed.sum(axis=1, keepdims=True)
    return share
