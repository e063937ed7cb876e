"""TD(0): learn what each state is worth to a policy, from one step to the next.

Follow the policy; after each step move the value of the state just left towards the reward plus the
discounted value of the state just reached. A guess learns from the next guess.

    target = reward + discount * V(next state), and reward alone at the end
    V(state) <- V(state) - learning_rate * (V(state) - target)

which is one step of gradient descent on the squared error of one cell, with the target held fixed.

Differs from Monte Carlo prediction by the guess in the place of the rest of the return: it learns
at once, and does not need episodes to end. SARSA does the same with the
values of actions.

Source: Sutton (1988); Sutton & Barto, 2nd edition, section 6.1, equation 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass

from spielfeld.agents.tabular.config import PredictionConfig
from spielfeld.agents.tabular.control import ControlLearner
from spielfeld.agents.tabular.prediction import PredictionLearner
from spielfeld.arrays import Array


@dataclass(frozen=True)
class TemporalDifferenceConfig(PredictionConfig):
    """Settings of TD(0)."""


def temporal_difference_target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Return reward + discount * V(next state) (Sutton & Barto, equation 6.2).

    Args:
        reward: Of the step just taken.
        discount: Weight of the next state's value.
        terminated: Whether the step ended the episode; a truncated one keeps its bootstrap.
        next_values: V of the next state, alone in its row. Shape [1].
        next_legal: Of no interest to this method.
        next_action: Of no interest either.
        exploration_rate: Nor this.
    """
    if terminated:
        return reward
    next_value: float = next_values[0]
    return reward + discount * next_value


class TemporalDifference(PredictionLearner, ControlLearner):
    """Tabular TD(0) prediction on any discrete environment; compiled on a `TabularModel`.

    Args:
        config: Settings; see `TemporalDifferenceConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = TemporalDifferenceConfig
    target = staticmethod(temporal_difference_target)
