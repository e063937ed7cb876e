"""Policies as tables of probabilities: the random policy and soft policies.

Source: Sutton & Barto, 2nd edition, section 5.4 (epsilon-soft). The greedy policy is in
`value_iteration.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Booleans, Floats
from spielfeld.envs.tabular import TabularModel


def random_policy(model: TabularModel) -> Floats:
    """Return the uniform policy over the legal actions. Shape [states, actions]."""
    return _uniform(model.legal_actions)


def soft_policy(policy: Floats, exploration_rate: float, legal: Booleans | None = None) -> Floats:
    """Return a policy that takes a random legal action with probability `exploration_rate`.

    Args:
        policy: Probabilities. Shape [states, actions].
        exploration_rate: Share of random actions, in [0, 1].
        legal: Legal actions, all by default. Shape [states, actions].
    """
    allowed = np.ones(policy.shape, bool) if legal is None else legal
    return (1 - exploration_rate) * policy + exploration_rate * _uniform(allowed)


def soft_model(model: TabularModel, exploration_rate: float) -> TabularModel:
    """Return a world that itself replaces each action by a random one with `exploration_rate`.

    A policy in this world has the same return as its soft version in `model`. So the soft version
    of the best policy here is the best soft policy there (Sutton & Barto, section 5.4).

    Args:
        model: The world.
        exploration_rate: Probability with which an action is replaced, in [0, 1].

    Returns:
        A world with `actions` times as many outcomes in each row.
    """
    states, actions, outcomes = model.probability.shape
    taken = (1 - exploration_rate) * np.eye(actions) + (
        exploration_rate * random_policy(model)[:, None, :]
    )  # [states, action chosen, action taken]
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
