"""Expected SARSA: learn what each action is worth if one goes on behaving as one does, on average.

Differs from SARSA by the mean over all next actions in the place of the one that happens to be
picked: the noise of that pick goes, and larger steps can be taken. Differs from Q-learning by that
mean in the place of the maximum; without exploration the two are the same.

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
    """Settings of Expected SARSA: exploration fades to nothing, as an on-policy method needs."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action in the end: exploration fades to nothing."""
    exploration_samples: Whole = 80_000
    """Environment steps from the first exploration rate to the last, in a straight line."""


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
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = ExpectedSarsaConfig
    target = staticmethod(expected_sarsa_target)
