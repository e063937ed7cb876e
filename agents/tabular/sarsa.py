"""SARSA: the target uses the value of the next action that the agent takes.

The agent acts, observes the reward and the next state, and picks the next action. Then it moves the
value of the last action towards the target. The name lists the data of an update: state, action,
reward, next state, next action.

    target = reward + discount * Q(next state, next action), and reward alone at the end
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

Differs from Monte Carlo by bootstrapping: one reward and an estimated value replace the complete
return. So SARSA learns after each step, and episodes need not end.

SARSA is on-policy: the values include the agent's own exploration. So the agent keeps away from
cliffs, where a random action could let it fall. Its greedy policy becomes optimal only if
exploration falls to 0.

Source: Rummery & Niranjan (1994); Sutton & Barto, 2nd edition, section 6.4, equation 6.7.
"""

from __future__ import annotations

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import GradientConfig, Next
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.settings import Share, Whole, settings


@settings
class SarsaConfig(GradientConfig):
    """Settings of SARSA: exploration falls to 0, as an on-policy method needs."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action at the end; 0 ends exploration."""
    exploration_samples: Whole = 80_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""


def sarsa_target(transition: Transition, following: Next, discount: float) -> float:
    """Return reward + discount * value of the next action (Sutton & Barto, equation 6.7).

    Args:
        transition: The step just taken; a truncated one keeps its bootstrap.
        following: The next state: values and legal [actions], and the action picked there.
        discount: Weight of the next state's value.
    """
    if transition.terminated:
        return transition.reward
    next_value: float = following.values[following.action]
    return transition.reward + discount * next_value


class Sarsa(TabularLearner):
    """SARSA: the target uses the value of the next action that the agent takes.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `SarsaConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = SarsaConfig
    target = staticmethod(sarsa_target)
    on_policy = True
