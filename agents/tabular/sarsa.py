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

from dataclasses import dataclass

from spielfeld.agents.tabular.config import OnPolicyConfig, TileConfig
from spielfeld.agents.tabular.control import ControlLearner
from spielfeld.arrays import Array


@dataclass(frozen=True)
class SarsaConfig(TileConfig, OnPolicyConfig):
    """Settings of SARSA: exploration fades to nothing, as an on-policy method needs."""


def sarsa_target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Return reward + discount * value of the next action (Sutton & Barto, equation 6.7).

    Args:
        reward: Of the step just taken.
        discount: Weight of the next state's value.
        terminated: Whether the step ended the episode; a truncated one keeps its bootstrap.
        next_values: Action values of the next state. Shape [actions].
        next_legal: Which actions the next state allows. Shape [actions].
        next_action: The action picked there, which is taken next.
        exploration_rate: With which it was picked; of no interest to this method.
    """
    if terminated:
        return reward
    next_value: float = next_values[next_action]
    return reward + discount * next_value


class Sarsa(ControlLearner):
    """SARSA on any environment with discrete actions; compiled on a `TabularModel`.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `SarsaConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = SarsaConfig
    target = staticmethod(sarsa_target)
    on_policy = True
