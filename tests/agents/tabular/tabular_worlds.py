"""Small worlds that the tests of tabular learners share."""

import numpy as np

from envs import TabularModel


def corridor(cells: int = 4, noise: float | None = None) -> TabularModel:
    """Left and right; the last cell is the end, reaching it pays 1."""
    states, last = np.arange(cells), cells - 1
    next_state = np.stack([np.maximum(states - 1, 0), np.minimum(states + 1, last)], 1)
    next_state[last] = last
    reward = ((next_state == last) & (states != last)[:, None]).astype(float)
    arrays = (np.ones((cells, 2)), next_state, reward, next_state == last)
    deviation = (
        None if noise is None else np.full((cells, 2, 1), noise) * (states != last)[:, None, None]
    )
    return TabularModel(
        *(array[:, :, None] for array in arrays), np.eye(cells)[0], reward_deviation=deviation
    )


def masked(seed: int = 0) -> TabularModel:
    """A random world of six states in which not everything is allowed everywhere."""
    random = np.random.default_rng(seed)
    legal = random.random((6, 3)) < 0.6
    legal[np.arange(6), random.integers(3, size=6)] = True
    next_state = random.integers(6, size=(6, 3, 2))
    probability = np.tile([0.25, 0.75], (6, 3, 1))
    next_state[5], terminated = 5, next_state == 5
    terminated[5] = True
    reward = random.integers(-3, 4, size=(6, 3, 2)) * (np.arange(6) != 5)[:, None, None]
    return TabularModel(probability, next_state, reward, terminated, np.eye(6)[0], legal)
