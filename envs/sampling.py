"""How a draw from [0, 1) becomes a start or an outcome: once, for every reader of a model.

Plain functions, called as they are by single environments and compiled inside vector environments
and training loops, so that the same draws give the same episodes everywhere.
"""

from __future__ import annotations

import numpy as np

from spielfeld.envs.normal import normal_draw
from spielfeld.envs.tabular import ModelArrays


def sample_start(model: ModelArrays, draw: float) -> int:
    """Return the first state s whose cumulative start probability exceeds `draw`."""
    return int(np.searchsorted(model.start_cumulative, draw, side="right"))


def sample_outcome(model: ModelArrays, state: int, action: int, draw: float) -> int:
    """Return the first outcome whose cumulative probability exceeds `draw`."""
    outcome = 0
    for k in range(model.cumulative.shape[2] - 1):  # a sum, not a search: no branch to mispredict
        outcome += model.cumulative[state, action, k] <= draw
    return outcome


def mean_reward(model: ModelArrays, state: int, action: int, outcome: int, draw: float) -> float:
    """Return the reward of an outcome in a model without noise."""
    reward: float = model.reward[state, action, outcome]
    return reward


def noisy_reward(model: ModelArrays, state: int, action: int, outcome: int, draw: float) -> float:
    """Return the reward of an outcome with its normal noise.

    One draw serves both: given the outcome, `draw` is uniform on the outcome's share of [0, 1), so
    its relative position there is a fresh uniform number, whose normal quantile is the noise.
    """
    low = model.cumulative[state, action, outcome - 1] if outcome > 0 else 0.0
    position = (draw - low) / (model.cumulative[state, action, outcome] - low)
    deviation: float = model.reward_deviation[state, action, outcome]
    mean: float = model.reward[state, action, outcome]
    return normal_draw(mean, deviation, position)
