"""Benchmark of value iteration in a slippery maze against NumPy."""

from __future__ import annotations

import numpy as np

from spielfeld.agents.planning import value_iteration
from spielfeld.arrays import Floats
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds
from spielfeld.envs import TabularModel, maze_layout
from spielfeld.envs.grid_world.dynamics import grid_model

DISCOUNT, TOLERANCE, SLIP = 0.99, 1e-6, 0.2


def prepare(quick: bool) -> Sides:
    """Build one maze for both sides, and check that both find the same values."""
    side = 21 if quick else 201
    model = slippery_maze(side)
    ours, peer = value_iteration(model, DISCOUNT, TOLERANCE).values, plain_value_iteration(model)
    if np.abs(ours - peer).max() > 2 * TOLERANCE:
        raise RuntimeError("Ours and NumPy's values differ by more than both promise.")
    size = f"{side} x {side} maze"
    return Sides(
        Side(size, lambda: seconds(lambda: value_iteration(model, DISCOUNT, TOLERANCE))),
        Side(f"NumPy, {size}", lambda: seconds(lambda: plain_value_iteration(model))),
    )


def plain_value_iteration(model: TabularModel) -> Floats:
    """Solve a world by sweeps over whole arrays, with the error bound of our method."""
    going_on = DISCOUNT * model.probability * ~model.terminated
    values: Floats = np.zeros(model.states)
    while True:
        following = np.einsum("sak,sak->sa", going_on, values[model.next_state])
        ahead = model.expected_reward + following
        before, values = values, ahead.max(axis=1)
        if np.abs(values - before).max() * DISCOUNT / (1 - DISCOUNT) <= TOLERANCE:
            return values


def slippery_maze(side: int) -> TabularModel:
    """Return the model of a maze of `side` x `side` cells; half of them are walls."""
    return grid_model(maze_layout(side, side, seed=0, slip=SLIP))[0]


COMPARISON = Comparison(
    "value-iteration",
    "value iteration, slippery maze",
    "s",
    10,
    prepare,
    less_is_better=True,
)
