"""How a draw from [0, 1) becomes a start or an outcome: once, for every reader of a model.

Plain functions, called as they are by single environments and compiled inside vector environments
and training loops, so that the same draws give the same episodes everywhere.
"""

from __future__ import annotations

import numpy as np

from envs.normal import normal_quantile
from envs.tabular import ModelArrays


def sample_start(model: ModelArrays, draw: float) -> int:
    """Return the first state s whose cumulative start probability exceeds `draw`."""
    return int(np.searchsorted(model.start_cumulative, draw, side="right"))


def sample_outcome(model: ModelArrays, state: int, action: int, draw: float) -> int:
    """Return the first outcome whose cumulative probability exceeds `draw`."""
    outcome = 0
    while model.cumulative[state, action, outcome] <= draw:
        outcome += 1
    return outcome


def sample_reward(model: ModelArrays, state: int, action: int, outcome: int, draw: float) -> float:
    """Return the reward of an outcome, with its normal noise where the model has any.

    One draw serves both: given the outcome, `draw` is uniform on the outcome's share of [0, 1), so
    its relative position there is a fresh uniform number, which the normal quantile turns into noise.
    """
    reward = model.reward[state, action, outcome]
    if model.reward_deviation.size == 0 or model.reward_deviation[state, action, outcome] == 0.0:
        return reward
    low = model.cumulative[state, action, outcome - 1] if outcome > 0 else 0.0
    position = (draw - low) / (model.cumulative[state, action, outcome] - low)
    noise = normal_quantile(max(position, 1e-16))
    return reward + model.reward_deviation[state, action, outcome] * noise
