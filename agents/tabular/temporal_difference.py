"""TD(0) prediction: state values of a fixed policy, updated after every step.

The agent follows the policy. After each step it moves the value of the last state towards the
target. The target is the reward plus the discounted value of the next state. This is bootstrapping:
an estimate learns from another estimate.

    target = reward + discount * V(next state), and reward alone at the end
    V(state) <- V(state) - learning_rate * (V(state) - target)

which is one step of gradient descent on the squared error of one cell, with a constant target.

Differs from Monte Carlo prediction by bootstrapping: it learns after each step, and episodes need
not end. SARSA does the same with action values.

Source: Sutton (1988); Sutton & Barto, 2nd edition, section 6.1, equation 6.2.
"""

from __future__ import annotations

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import Next
from spielfeld.agents.tabular.prediction import PredictionLearner
from spielfeld.agents.tabular.rules import PredictionConfig
from spielfeld.settings import settings


@settings
class TemporalDifferenceConfig(PredictionConfig):
    """Settings of TD(0)."""


def temporal_difference_target(transition: Transition, following: Next, discount: float) -> float:
    """Return reward + discount * V(next state) (Sutton & Barto, equation 6.2).

    Args:
        transition: The step just taken; a truncated one keeps its bootstrap.
        following: The next state: values and legal [actions], of which V is the only one.
        discount: Weight of the next state's value.
    """
    if transition.terminated:
        return transition.reward
    next_value: float = following.values[0]
    return transition.reward + discount * next_value


class TemporalDifference(PredictionLearner):
    """TD(0) prediction: state values of a fixed policy, updated after every step.

    Args:
        config: Settings; see `TemporalDifferenceConfig`.
        seed: Seed of the agent and of the first reset of the environment.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = TemporalDifferenceConfig
    target = staticmethod(temporal_difference_target)
