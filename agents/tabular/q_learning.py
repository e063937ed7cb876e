"""Q-learning: the target uses the largest value of the next state.

The agent explores. After each step it moves the value of the action just taken towards the target.
The target is the reward plus the discounted value of the best next action. The table approaches the
optimal action values under any policy that tries every action again and again.

    target = reward + discount * max over a' of Q(next state, a'), and reward alone at the end
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

which is one step of gradient descent on the squared error of one cell of a table.

Differs from Expected SARSA by the maximum in place of the mean over the agent's policy. It learns
about the greedy policy while the agent follows another policy (off-policy).

Source: Watkins (1989); Sutton & Barto, 2nd edition, section 6.5, equation 6.8.
"""

from __future__ import annotations

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import GradientConfig, Next
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.arrays import Array
from spielfeld.settings import settings


@settings
class QLearningConfig(GradientConfig):
    """Settings of Q-learning."""


def best_value(values: Array, legal: Array) -> float:
    """Return the maximum of the values [actions] that are `legal` [actions]."""
    best = -float("inf")
    for action in range(values.size):
        if legal[action] and values[action] > best:
            best = values[action]
    return best


def q_learning_target(transition: Transition, following: Next, discount: float) -> float:
    """Return reward + discount * max of the legal next values (Sutton & Barto, equation 6.8).

    Args:
        transition: The step just taken; a truncated one keeps its bootstrap.
        following: The next state: values and legal [actions].
        discount: Weight of the next state's value.
    """
    if transition.terminated:
        return transition.reward
    return transition.reward + discount * best_value(following.values, following.legal)


class QLearning(TabularLearner):
    """Q-learning: the target uses the largest value of the next state.

    Where observations are continuous, its function is a `TileSum` instead of a `Table`.

    Args:
        config: Settings; see `QLearningConfig`.
        seed: Seed of the agent and of the first reset of the environment.

    >>> import gymnasium, spielfeld.envs
    >>> learner = QLearning(seed=1)
    >>> history = learner.learn(gymnasium.make("spielfeld/CliffWalking-v0"), samples=20_000)
    >>> learner.action_values.shape
    (38, 4)
    """

    config_class = QLearningConfig
    target = staticmethod(q_learning_target)
