"""How agents with one row for each world pick actions: all rows at once."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array


def soft_actions(
    values: Array, legal: Array, exploration_rate: float, generator: np.random.Generator
) -> Array:
    """Pick a random legal action with probability `exploration_rate`, else a best legal one.

    Args:
        values: Action values. Shape [rows, actions].
        legal: Which actions are allowed, one or more in each row. Shape [rows, actions].
        exploration_rate: Probability of a random action.
        generator: Draws 1 + actions numbers for each row.

    Returns:
        Actions. Shape [rows].
    """
    draws = generator.random((len(values), 1 + values.shape[1]))
    allowed = np.where(legal, values, -np.inf)
    best = allowed == allowed.max(axis=1, keepdims=True)  # more than one: a tie
    candidates = np.where(draws[:, :1] < exploration_rate, legal, best)
    chosen: Array = np.where(candidates, draws[:, 1:], -1.0).argmax(axis=1)
    return chosen
