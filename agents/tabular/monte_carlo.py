"""Monte Carlo control: learn what each action is worth from how episodes ended.

Play an episode to its end; then go back through it and move the value of each action taken towards
the return that followed.

    return = reward + discount * return of the next step, from the last step backwards
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - return)

which is one step of gradient descent on the squared error of one cell. A cell that was visited
several times in an episode learns from its first visit alone, or from every one: both approach the
same values; the former averages independent returns. With learning_rate 1 and decay 1 each cell is
the plain average of its returns. Monte Carlo prediction does the same with states.

The first method of control: nothing is learned before an episode ends, and nothing from a guess. So
a policy that has come to walk in circles is not left before the time limit (Sutton & Barto, example
6.5). An episode that the limit has cut off has no return; there, the value of the action that would
have come next stands in for the rest.

Source: Sutton & Barto, 2nd edition, sections 5.3 and 5.4.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.descent import move
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.rules import (
    Allowed,
    ControlConfig,
    EpisodeColumns,
    EpisodeRewards,
    EpisodeStates,
    StepsOrNone,
)
from spielfeld.arrays import Array
from spielfeld.settings import Share, Whole, settings
from spielfeld.snapshot import Counts, Values


@settings
class MonteCarloConfig(ControlConfig):
    """Settings of Monte Carlo control: exploration fades to nothing, as on-policy methods need."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action in the end: exploration fades to nothing."""
    exploration_samples: Whole = 80_000
    """Environment steps from the first exploration rate to the last, in a straight line."""

    every_visit: bool = False
    """Learn from every visit of a cell in an episode, not from the first one alone."""


class MonteCarloSettings(NamedTuple):
    """Numbers of the method's own."""

    every_visit: bool


class EpisodeMemory(NamedTuple):
    """What Monte Carlo keeps: the whole episode."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]
    first_visit: StepsOrNone  # step at which the episode came to each cell, or -1 [states, actions]
    states: EpisodeStates  # of each step of the episode [room]
    actions: EpisodeColumns  # [room]
    rewards: EpisodeRewards  # [room]
    length: Counts  # steps of the episode so far, one number

    def require_sound(self, steps: int) -> None:
        """Refuse another number of steps than the episode has, and first visits that were none."""
        require_steps(self, steps)
        state, action = np.nonzero(self.first_visit >= 0)
        step = self.first_visit[state, action]
        first = (step < steps).all() and (self.states[step] == state).all()
        guard.require(
            bool(first and (self.actions[step] == action).all()),
            "The saved 'first_visit' names a step at which the episode was elsewhere.",
        )


def remember_and_look_back(
    memory: EpisodeMemory,
    settings: MonteCarloSettings,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Note the step; when the episode is over, move each of its cells towards its return."""
    step, state, action = memory.length[0], transition.state, transition.action
    memory.states[step], memory.actions[step] = state, action
    memory.rewards[step] = transition.reward
    if memory.first_visit[state, action] < 0:
        memory.first_visit[state, action] = step
    memory.length[0] += 1
    if transition.terminated or transition.truncated:
        rest = 0.0
        if not transition.terminated:  # cut off: what would have followed is not known
            rest = memory.table[transition.next_state, transition.next_action]
        look_back(memory, settings.every_visit, rates, rest)


def look_back(memory: EpisodeMemory, every_visit: bool, rates: Rates, rest: float) -> None:
    """Compute the returns G = reward + discount * G from the end, and learn from them."""
    result = rest
    for step in range(memory.length[0] - 1, -1, -1):
        state, action = memory.states[step], memory.actions[step]
        result = memory.rewards[step] + rates.discount * result
        if memory.first_visit[state, action] == step:
            memory.first_visit[state, action] = -1
            move(memory.table, memory.visits, rates, state, action, result)
        elif every_visit:
            move(memory.table, memory.visits, rates, state, action, result)
    memory.length[0] = 0


def episode_memory(table: Array, legal: Array) -> EpisodeMemory:
    """Return an empty memory for a table and what is legal in its states."""
    numbers, nothing = np.zeros(table.shape, np.int64), np.zeros(0, np.int64)
    length = np.zeros(1, np.int64)
    return EpisodeMemory(
        table, numbers, legal, numbers - 1, nothing, nothing.copy(), np.zeros(0), length
    )


class EpisodeNotes(Protocol):
    """A memory that holds an episode."""

    @property
    def length(self) -> Array:
        """Steps of the episode so far, one number."""
        ...

    @property
    def states(self) -> Array:
        """Of each step of the episode. Shape [room]."""
        ...


def require_steps(memory: EpisodeNotes, steps: int) -> None:
    """Refuse a saved episode of another number of steps than the agent has taken, or without room.

    Args:
        memory: With `length` and `states`.
        steps: Of the episode under way.
    """
    guard.require(memory.length[0] == steps, f"The saved 'length' must be {steps} steps here.")
    guard.require(steps <= len(memory.states), f"The saved 'states' must hold {steps} steps.")


def with_room(array: Array, steps: int) -> Array:
    """Return the array, longer if it has no room for `steps`."""
    if steps <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(steps, 2 * len(array)) - len(array), array.dtype)])


class MonteCarlo(TabularLearner):
    """Monte Carlo control: action values of the agent's policy, from complete returns.

    Args:
        config: Settings; see `MonteCarloConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = MonteCarloConfig
    config: MonteCarloConfig
    update = staticmethod(remember_and_look_back)
    on_policy = True
    of_episode = ("first_visit", "length")
    memory: EpisodeMemory

    @property
    def settings(self) -> MonteCarloSettings:
        """Numbers of the method's own."""
        return MonteCarloSettings(self.config.every_visit)

    def make_memory(self, table: Array, legal: Array) -> EpisodeMemory:
        """Return an empty memory; `reserve` makes it grow."""
        return episode_memory(table, legal)

    def reserve(self, steps: int) -> None:
        """Make room for an episode of `steps` environment steps."""
        arrays = self.memory._asdict()
        longer = {name: with_room(arrays[name], steps)
                  for name in ("states", "actions", "rewards")}  # fmt: skip
        self.memory = self.memory._replace(**longer)
