"""n-step SARSA: the target is n rewards and the value of the action after them.

The agent makes each update n steps later, when it knows the n rewards. One high reward changes the
values of n cells at once.

    return = reward 1 + discount * reward 2 + ... + discount^n * Q(state n, action n)
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - return)

The return ends at the end of the episode. In a truncated episode it keeps the value of the next
action.

Differs from SARSA by n: with n = 1 it is SARSA. If n is longer than every episode, it is
every-visit Monte Carlo.

Source: Sutton & Barto, 2nd edition, section 7.2, equations 7.4 and 7.5.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.descent import move
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.rules import Allowed, Columns, ControlConfig, States
from spielfeld.arrays import Array
from spielfeld.settings import Range, Share, Whole, settings
from spielfeld.snapshot import Counts, Values

Steps = Annotated[int, Range(1, 2**24)]  # steps in memory, each of 24 bytes


@settings
class NStepSarsaConfig(ControlConfig):
    """Settings of n-step SARSA."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action at the end; 0 ends exploration."""
    exploration_samples: Whole = 80_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""

    steps: Steps = 4
    """Number of rewards before the estimated value: n, 1 or more."""


class WindowMemory(NamedTuple):
    """Arrays of n-step methods: the table and the last n steps; step t has place t % n."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    states: States  # [n]
    actions: Columns  # [n]
    rewards: Values  # [n]
    length: Counts  # number of steps of the episode so far, one number

    def require_sound(self, steps: int) -> None:
        """Refuse another number of steps than the episode has."""
        guard.require(self.length[0] == steps, f"The saved 'length' must be {steps} steps here.")


def n_step_return(rewards: Array, begin: int, end: int, discount: float, following: float) -> float:
    """Return G of step `begin`: rewards up to step `end`, then `following` (equation 7.4).

    Args:
        rewards: The last n rewards; step t has place t % n. Shape [n].
        begin: Step of the episode at which the return begins.
        end: Step of the episode before which the rewards stop.
        discount: Weight of the next step.
        following: Value at step `end`, 0 after the end of the episode.
    """
    result = following
    for step in range(end - 1, begin - 1, -1):
        result = rewards[step % rewards.size] + discount * result
    return result


def learn_n_steps_late(
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
        place, following = step % memory.rewards.size, 0.0
        if not transition.terminated:
            following = memory.table[transition.next_state, transition.next_action]
        aim = n_step_return(memory.rewards, step, end, rates.discount, following)
        state, action = memory.states[place], memory.actions[place]
        move(memory.table, memory.visits, rates, state, action, aim)
    if transition.terminated or transition.truncated:
        memory.length[0] = 0


def note(memory: WindowMemory, transition: Transition) -> None:
    """Store a step in the place of the oldest one."""
    place = memory.length[0] % memory.rewards.size
    memory.states[place], memory.actions[place] = transition.state, transition.action
    memory.rewards[place] = transition.reward
    memory.length[0] += 1


def window_memory(table: Array, legal: Array, steps: int) -> WindowMemory:
    """Return an empty memory for `steps` steps."""
    states, actions = np.zeros((2, steps), np.int64)
    visits, length = np.zeros(table.shape, np.int64), np.zeros(1, np.int64)
    return WindowMemory(table, visits, legal, states, actions, np.zeros(steps), length)


class NStepSarsa(TabularLearner):
    """n-step SARSA: the target is n rewards and the value of the action after them.

    Args:
        config: Settings; see `NStepSarsaConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = NStepSarsaConfig
    config: NStepSarsaConfig
    update = staticmethod(learn_n_steps_late)
    on_policy = True
    of_episode = ("length",)

    def make_memory(self, table: Array, legal: Array) -> WindowMemory:
        """Return an empty memory for n steps."""
        return window_memory(table, legal, self.config.steps)
