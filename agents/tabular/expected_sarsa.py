"""Expected SARSA: learn what each action is worth if one goes on behaving as one does, on average.

Differs from SARSA by the mean over all next actions in the place of the one that happens to be
picked: the noise of that pick goes, and larger steps can be taken. Differs from Q-learning by that
mean in the place of the maximum; without exploration the two are the same.

    target = reward + discount * sum over a' of policy(a' | next state) * Q(next state, a')
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

Source: van Seijen et al. (2009); Sutton & Barto, 2nd edition, section 6.6, equation 6.9.
"""

from __future__ import annotations

from dataclasses import dataclass

from spielfeld.agents.tabular.config import OnPolicyConfig, TileConfig
from spielfeld.agents.tabular.control import ControlLearner
from spielfeld.arrays import Array


@dataclass(frozen=True)
class ExpectedSarsaConfig(TileConfig, OnPolicyConfig):
    """Settings of Expected SARSA: exploration fades to nothing, as an on-policy method needs."""


def expected_sarsa_target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Return reward + discount * mean value of the next action (Sutton & Barto, equation 6.9).

    The agent takes a random legal action with probability `exploration_rate` and a best one
    otherwise, so the mean is (1 - exploration_rate) * maximum + exploration_rate * plain mean.

    Args:
        reward: Of the step just taken.
        discount: Weight of the next state's value.
        terminated: Whether the step ended the episode; a truncated one keeps its bootstrap.
        next_values: Action values of the next state. Shape [actions].
        next_legal: Which actions the next state allows. Shape [actions].
        next_action: Of no interest to this method.
        exploration_rate: Probability of a random action there.
    """
    if terminated:
        return reward
    best, total, count = -float("inf"), 0.0, 0
    for action in range(next_values.size):
        if next_legal[action]:
            best = max(best, next_values[action])
            total += next_values[action]
            count += 1
    mean = (1.0 - exploration_rate) * best + exploration_rate * (total / count)
    return reward + discount * mean


class ExpectedSarsa(ControlLearner):
    """Expected SARSA on any environment with discrete actions; compiled on a `TabularModel`.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `ExpectedSarsaConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = ExpectedSarsaConfig
    target = staticmethod(expected_sarsa_target)
