"""How much better an action was than expected: equations of returns and advantages."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.compiled import compiled


@compiled
def discounted_returns(rewards: Array, after: float, discount: float) -> Array:
    """Return G_t = reward_(t+1) + discount * G_(t+1) (Sutton & Barto, equation 3.9).

    Args:
        rewards: Of the steps of one episode. Shape [steps].
        after: Value of where the last step led: 0 where the episode has terminated.
        discount: Weight of the next state's value.

    Returns:
        float64 [steps].
    """
    returns = np.empty(rewards.size)
    for t in range(rewards.size - 1, -1, -1):
        after = rewards[t] + discount * after
        returns[t] = after
    return returns


@compiled
def generalised_advantages(
    reward: Array, value: Array, next_value: Array, ended: Array, discount: float,
    trace_decay: float,
) -> Array:  # fmt: skip
    """Return advantages by generalised estimation (Schulman et al., 2016, equation 16).

        error_t = reward_t + discount * next_value_t - value_t
        advantage_t = error_t + discount * trace_decay * advantage_(t+1),
            or error_t at an end, and in the last row

    With trace_decay 0 this is the one-step error, with 1 the whole return minus the value.

    Args:
        reward: Shape [steps, worlds].
        value: Expected return before each step. Shape [steps, worlds].
        next_value: The same of where the step led, and 0 if it terminated: a truncated step keeps
            its bootstrap. Shape [steps, worlds].
        ended: Whether the episode ended with this step, either way. Shape [steps, worlds].
        discount: Weight of the next state's value.
        trace_decay: How far later errors count, in [0, 1].

    Returns:
        float32 [steps, worlds].
    """
    steps, worlds = reward.shape
    advantage = np.empty((steps, worlds), np.float32)
    for world in range(worlds):
        after = 0.0
        for t in range(steps - 1, -1, -1):
            error = reward[t, world] + discount * next_value[t, world] - value[t, world]
            if ended[t, world]:
                after = 0.0
            after = error + discount * trace_decay * after
            advantage[t, world] = after
    return advantage
