"""n-step tree backup: off-policy learning from n steps without importance sampling.

The target uses n rewards, as in n-step SARSA. In each state on the way, it also uses the values of
the actions that were not taken. The weight of each action is its probability under the greedy
policy, so the method needs no importance sampling.

    return = reward + discount * sum over a of policy(a | next state) * Q(next state, a)
    where for the action that was taken there, the return of the next step stands in place of Q
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - return)

Differs from n-step SARSA by that sum: it is off-policy. An action that the greedy policy would not
take has weight 0, so the steps after it do not count. With n = 1 it is Q-learning.

Source: Precup, Sutton & Singh (2000); Sutton & Barto, 2nd edition, section 7.5, equation 7.16.
"""

from __future__ import annotations

import numpy as np

from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.descent import move
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.n_step_sarsa import Steps, WindowMemory, note, window_memory
from spielfeld.agents.tabular.q_learning import best_value
from spielfeld.agents.tabular.rules import ControlConfig, action_probability
from spielfeld.arrays import Array
from spielfeld.settings import settings


@settings
class TreeBackupConfig(ControlConfig):
    """Settings of n-step Tree Backup."""

    steps: Steps = 4
    """Number of rewards before the estimated values: n, 1 or more."""


def tree_backup_return(
    reward: float,
    discount: float,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    next_return: float,
) -> float:
    """Return reward + discount * mean over the next actions (Sutton & Barto, equation 7.16).

    The mean is under the greedy policy: the best value, but for `next_action` its return. So it is
    best value + probability(next_action) * (next_return - its value).

    Args:
        reward: Reward of the step.
        discount: Weight of the next state.
        next_values: Action values of the next state. Shape [actions].
        next_legal: Legal actions of the next state. Shape [actions].
        next_action: Action that the agent took in the next state.
        next_return: Return of that action.
    """
    best = best_value(next_values, next_legal)
    probability = action_probability(next_values, next_legal, 0.0, next_action)
    value: float = next_values[next_action]
    return reward + discount * (best + probability * (next_return - value))


def back_up_tree(
    memory: WindowMemory,
    settings: object,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Store the step and update the cell of n steps ago; at the end, update all other cells."""
    note(memory, transition)
    end, first = memory.length[0], memory.length[0] - memory.rewards.size
    last = end - 1 if (transition.terminated or transition.truncated) else first
    for step in range(max(first, 0), last + 1):
        place = step % memory.rewards.size
        aim = return_of(memory, rates.discount, transition, step, end)
        state, action = memory.states[place], memory.actions[place]
        move(memory.table, memory.visits, rates, state, action, aim)
    if transition.terminated or transition.truncated:
        memory.length[0] = 0


def return_of(
    memory: WindowMemory, discount: float, transition: Transition, begin: int, end: int
) -> float:
    """Return G of step `begin`, from the last step backwards."""
    following = transition.next_state
    result: float = transition.reward
    if not transition.terminated:
        result += discount * best_value(memory.table[following], memory.legal[following])
    for step in range(end - 2, begin - 1, -1):
        state = memory.states[(step + 1) % memory.rewards.size]
        action = memory.actions[(step + 1) % memory.rewards.size]
        reward = memory.rewards[step % memory.rewards.size]
        result = tree_backup_return(
            reward, discount, memory.table[state], memory.legal[state], action, result
        )
    return result


class TreeBackup(TabularLearner):
    """n-step tree backup: off-policy learning from n steps without importance sampling.

    Args:
        config: Settings; see `TreeBackupConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = TreeBackupConfig
    config: TreeBackupConfig
    update = staticmethod(back_up_tree)
    of_episode = ("length",)

    def make_memory(self, table: Array, legal: Array) -> WindowMemory:
        """Return an empty memory for n steps."""
        return window_memory(table, legal, self.config.steps)
