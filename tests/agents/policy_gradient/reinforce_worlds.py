"""Worlds of one to three states whose best policy is known without learning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spielfeld.agents.policy_gradient.reinforce import Reinforce
from spielfeld.envs.env import TabularEnv
from spielfeld.envs.tabular import TabularModel

Moves = Sequence[Sequence[tuple[int, float]]]  # [state][action]: next state and reward; last: end


def world(moves: Moves, limit: int = 20, start: Sequence[float] = ()) -> Any:
    """Return the environment of a deterministic table; the state after the last one is the end."""
    states, actions = len(moves) + 1, len(moves[0])
    table = [*moves, [(states - 1, 0.0)] * actions]
    next_state = np.array([[[place] for place, _ in row] for row in table])
    reward = np.array([[[paid] for _, paid in row] for row in table])
    model = TabularModel(
        np.ones(next_state.shape), next_state, reward, next_state == states - 1,
        np.array([*(start or np.eye(len(moves))[0]), 0.0]),
    )  # fmt: skip
    return TabularEnv(model, limit)


def one_step() -> Any:
    """Two states to start in, each with another right action; one step."""
    return world([[(2, 0.0), (2, 1.0)], [(2, 1.0), (2, 0.0)]], start=[0.5, 0.5])


def delayed_reward() -> Any:
    """The first of three steps decides what the last one pays; what it pays itself misleads."""
    return world([[(1, 0.2), (2, 0.0)], [(3, 0.0), (3, 0.0)], [(4, 0.0), (4, 0.0)],
                  [(5, 0.0), (5, 0.0)], [(5, 1.0), (5, 1.0)]])  # fmt: skip


def memoryless() -> Any:
    """Two states in turn, for ten steps, with another right action in each."""
    return world([[(1, 0.0), (1, 1.0)], [(0, 1.0), (0, 0.0)]], limit=10)


def truncation() -> Any:
    """Work pays 1 a step for ever; a way out pays 3 once. Cut after one step, it looks better.

    Only who bootstraps at the time limit sees that the work is worth 1 / (1 - discount).
    """
    return world([[(0, 1.0), (1, 3.0)]], limit=1)


def chosen(learner: Reinforce, states: Sequence[int]) -> list[int]:
    """Return the most probable action in each state."""
    return [int(action) for action in learner.predict(np.array(states)).argmax(axis=1)]
