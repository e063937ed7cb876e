"""Expected SARSA: the target uses the mean value of the next action under the policy.

Differs from SARSA by this mean over all next actions; SARSA uses the one action that is picked. The
mean has less noise than one action, so larger step sizes work. Differs from Q-learning by the mean
in place of the maximum; without exploration the two are the same.

    target = reward + discount * sum over a' of policy(a' | next state) * Q(next state, a')
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

Source: van Seijen et al. (2009); Sutton & Barto, 2nd edition, section 6.6, equation 6.9.
"""

from __future__ import annotations

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import GradientConfig, Next
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.settings import Share, Whole, settings


@settings
class ExpectedSarsaConfig(GradientConfig):
    """Settings of Expected SARSA: exploration falls to 0, as an on-policy method needs."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action at the end; 0 ends exploration."""
    exploration_samples: Whole = 80_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""


def expected_sarsa_target(transition: Transition, following: Next, discount: float) -> float:
    """Return reward + discount * mean value of the next action (Sutton & Barto, equation 6.9).

    The agent takes a random legal action with probability `exploration_rate` and a best one
    otherwise, so the mean is (1 - exploration_rate) * maximum + exploration_rate * plain mean.

    Args:
        transition: The step just taken; a truncated one keeps its bootstrap.
        following: The next state: values and legal [actions], and the exploration rate there.
        discount: Weight of the next state's value.
    """
    if transition.terminated:
        return transition.reward
    values, rate = following.values, following.exploration_rate
    best, total, count = -float("inf"), 0.0, 0
    for action in range(values.size):
        if following.legal[action]:
            best = max(best, values[action])
            total += values[action]
            count += 1
    mean = (1.0 - rate) * best + rate * (total / count)
    return transition.reward + discount * mean


class ExpectedSarsa(TabularLearner):
    """Expected SARSA: the target uses the mean value of the next action under the policy.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `ExpectedSarsaConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = ExpectedSarsaConfig
    target = staticmethod(expected_sarsa_target)
