"""SARSA: learn what each action is worth if one goes on behaving as one does.

Act, see the reward and the next state, and pick the next action; then move the value of the action
just taken towards the reward plus the discounted value of the action just picked. The name spells
what an update needs: state, action, reward, next state, next action.

    target = reward + discount * Q(next state, next action), and reward alone at the end
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

Differs from Monte Carlo by one reward and a guess of the rest in the place of the whole return: it
learns at once, and does not need episodes to end.

Since its own exploration counts (on-policy), it keeps away from cliffs that exploring would fall
from. Its greedy policy becomes optimal only if exploration fades to nothing.

Source: Rummery & Niranjan (1994); Sutton & Barto, 2nd edition, section 6.4, equation 6.7.
"""

from __future__ import annotations

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import GradientConfig, Next
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.settings import Share, Whole, settings


@settings
class SarsaConfig(GradientConfig):
    """Settings of SARSA: exploration fades to nothing, as an on-policy method needs."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action in the end: exploration fades to nothing."""
    exploration_samples: Whole = 80_000
    """Environment steps from the first exploration rate to the last, in a straight line."""


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
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = SarsaConfig
    target = staticmethod(sarsa_target)
    on_policy = True
