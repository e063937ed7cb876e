"""Q-learning: learn what each action is worth if one acts perfectly ever after.

Act in any exploring way; after each step, move the value of the action just taken towards its
reward plus the discounted value of the best action in the next state. Whatever the behaviour, the
table approaches the optimal action values, as long as every action is tried again and again.

    target = reward + discount * max over a' of Q(next state, a'), and reward alone at the end
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

which is one step of gradient descent on the squared error of one cell of a table.

Differs from Expected SARSA by the maximum in the place of the mean over what the agent would do: it
learns about acting perfectly while acting otherwise (off-policy).

Source: Watkins (1989); Sutton & Barto, 2nd edition, section 6.5, equation 6.8.
"""

from __future__ import annotations

from dataclasses import dataclass

from spielfeld.agents.tabular.config import GradientConfig
from spielfeld.agents.tabular.control import ControlLearner
from spielfeld.arrays import Array


@dataclass(frozen=True)
class QLearningConfig(GradientConfig):
    """Settings of Q-learning."""


def q_learning_target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Return reward + discount * max of the legal next values (Sutton & Barto, equation 6.8).

    Args:
        reward: Of the step just taken.
        discount: Weight of the next state's value.
        terminated: Whether the step ended the episode; a truncated one keeps its bootstrap.
        next_values: Action values of the next state. Shape [actions].
        next_legal: Which actions the next state allows. Shape [actions].
        next_action: What will be done there; of no interest to this method.
        exploration_rate: Of what will be done there; of no interest either.
    """
    if terminated:
        return reward
    best = -float("inf")
    for action in range(next_values.size):
        if next_legal[action] and next_values[action] > best:
            best = next_values[action]
    return reward + discount * best


class QLearning(ControlLearner):
    """Q-learning on any environment with discrete actions; compiled on a `TabularModel`.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `QLearningConfig`.
        seed: Of the agent's generator, and of the environment's first reset.

    >>> import gymnasium, spielfeld.envs
    >>> learner = QLearning(seed=1)
    >>> history = learner.learn(gymnasium.make("spielfeld/CliffWalking-v0"), samples=20_000)
    >>> learner.action_values.shape
    (38, 4)
    """

    config_class = QLearningConfig
    target = staticmethod(q_learning_target)
