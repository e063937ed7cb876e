"""n-step SARSA: look n rewards ahead before guessing the rest.

The value of an action moves towards the n rewards that followed it plus the discounted value of
the action that came then. So an update is made n steps late, and one lucky step teaches n cells.

    return = reward 1 + discount * reward 2 + ... + discount^n * Q(state n, action n)
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - return)

where nothing is added beyond the end of the episode; one that the time limit has cut off keeps its
value of what would have come next.

Differs from SARSA by n; with n = 1 it is SARSA, and with n longer than every episode it is
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

Steps = Annotated[int, Range(1, 2**24)]  # of a window, which takes 24 bytes for each


@settings
class NStepSarsaConfig(ControlConfig):
    """Settings of n-step SARSA."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action in the end: exploration fades to nothing."""
    exploration_samples: Whole = 80_000
    """Environment steps from the first exploration rate to the last, in a straight line."""

    steps: Steps = 4
    """How many rewards are looked at before the rest is guessed: n, 1 or more."""


class WindowMemory(NamedTuple):
    """What n-step methods keep: the last n steps; step t of an episode stands in place t % n."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]
    states: States  # [n]
    actions: Columns  # [n]
    rewards: Values  # [n]
    length: Counts  # steps of the episode so far, one number

    def require_sound(self, steps: int) -> None:
        """Refuse another number of steps than the episode has."""
        guard.require(self.length[0] == steps, f"The saved 'length' must be {steps} steps here.")


def n_step_return(rewards: Array, begin: int, end: int, discount: float, following: float) -> float:
    """Return G of step `begin`: rewards up to step `end`, then `following` (equation 7.4).

    Args:
        rewards: The last n, that of step t in place t % n. Shape [n].
        begin: Step of the episode whose return is asked for.
        end: Step of the episode before which the rewards stop.
        discount: Weight of the next step.
        following: Value of what comes at step `end`, 0 if nothing does.
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
    """Note the step, and update the cell of n steps ago; at the end of an episode, all the rest."""
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
    """Put a step into the window, in the place of the oldest one."""
    place = memory.length[0] % memory.rewards.size
    memory.states[place], memory.actions[place] = transition.state, transition.action
    memory.rewards[place] = transition.reward
    memory.length[0] += 1


def window_memory(table: Array, legal: Array, steps: int) -> WindowMemory:
    """Return an empty window of `steps` steps."""
    states, actions = np.zeros((2, steps), np.int64)
    visits, length = np.zeros(table.shape, np.int64), np.zeros(1, np.int64)
    return WindowMemory(table, visits, legal, states, actions, np.zeros(steps), length)


class NStepSarsa(TabularLearner):
    """n-step SARSA: the target is n rewards and the value of the action after them.

    Args:
        config: Settings; see `NStepSarsaConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = NStepSarsaConfig
    config: NStepSarsaConfig
    update = staticmethod(learn_n_steps_late)
    on_policy = True
    of_episode = ("length",)

    def make_memory(self, table: Array, legal: Array) -> WindowMemory:
        """Return an empty window of n steps."""
        return window_memory(table, legal, self.config.steps)
