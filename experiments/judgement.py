"""How well a learner judges a policy: its state values beside the exact ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.agents.planning import policy_evaluation, visited_states
from spielfeld.arrays import Floats
from spielfeld.envs.tabular import TabularModel

STARTS = 100  # first observations, where no model names them all


def judges(learner: Any) -> bool:
    """Tell whether a learner predicts values of states, under a policy that it does not choose."""
    return hasattr(learner, "judged_policy")


def predicted_start(learner: Any, env: Any, values: Floats | None, seed: int = 1_000_003) -> float:
    """Return the predicted value of an episode's start, averaged over starts."""
    if values is not None:
        return float(env.unwrapped.model.start @ values)
    starts = [learner.predict(env.reset(seed=seed + k)[0]) for k in range(STARTS)]
    return float(np.mean(starts))


def prediction_error(learner: Any, model: TabularModel, values: Floats) -> float | None:
    """Return the root mean squared error over all states that the policy visits.

    Exact values are those of `policy_evaluation` with the learner's own discount, and without a
    time limit, since values bootstrap through it (Sutton & Barto, example 6.2).

    Returns:
        In units of return, each state counting the same; None if the returns have no limit.
    """
    policy = learner.judged_policy(model)
    try:
        exact = policy_evaluation(model, policy, learner.config.discount)
    except ValueError:  # an episode may go on for ever, and nothing is discounted
        return None
    visited = visited_states(model, policy) & ~model.terminal
    return float(np.sqrt(np.mean((values - exact)[visited] ** 2)))
