"""Monte Carlo control: action values of the agent's policy, from complete returns.

The agent plays an episode to its end. Then it goes back from the last step to the first. It moves
each action value towards the return that followed.

    return = reward + discount * return of the next step, from the last step backwards
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - return)

which is one step of gradient descent on the squared error of one cell. A cell visited several times
in an episode learns from its first visit only, or from every visit. Both approach the same values;
first-visit returns are independent. With learning_rate 1 and decay 1 each cell is the plain average
of its returns. Monte Carlo prediction does the same with states.

This method does not use bootstrapping, and learns only after the end of an episode. So the agent
cannot leave a policy that walks in circles before the time limit (Sutton & Barto, example 6.5). A
truncated episode has no complete return; the value of the next action replaces the missing rest.

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
    """Settings of Monte Carlo control: exploration falls to 0, as an on-policy method needs."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action at the end; 0 ends exploration."""
    exploration_samples: Whole = 80_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""

    every_visit: bool = False
    """Learn from every visit of a cell in an episode, not only from the first visit."""


class MonteCarloSettings(NamedTuple):
    """Settings of the method that are not in `Rates`."""

    every_visit: bool


class EpisodeMemory(NamedTuple):
    """Arrays of Monte Carlo methods: the table and the whole episode."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    first_visit: StepsOrNone  # step of the first visit to each cell, or -1 [states, actions]
    states: EpisodeStates  # state of each step of the episode [room]
    actions: EpisodeColumns  # [room]
    rewards: EpisodeRewards  # [room]
    length: Counts  # number of steps of the episode so far, one number

    def require_sound(self, steps: int) -> None:
        """Refuse another number of steps than the episode has, and wrong first visits."""
        require_steps(self, steps)
        state, action = np.nonzero(self.first_visit >= 0)
        step = self.first_visit[state, action]
        first = (step < steps).all() and (self.states[step] == state).all()
        guard.require(
            bool(first and (self.actions[step] == action).all()),
            "The saved 'first_visit' names a step at which the episode visited another cell.",
        )


def remember_and_look_back(
    memory: EpisodeMemory,
    settings: MonteCarloSettings,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Store the step; after the end of the episode, move each of its cells towards its return."""
    step, state, action = memory.length[0], transition.state, transition.action
    memory.states[step], memory.actions[step] = state, action
    memory.rewards[step] = transition.reward
    if memory.first_visit[state, action] < 0:
        memory.first_visit[state, action] = step
    memory.length[0] += 1
    if transition.terminated or transition.truncated:
        rest = 0.0
        if not transition.terminated:  # truncated: the rest of the rewards is not known
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
    """Return an empty memory for a table and the legal actions of its states."""
    numbers, nothing = np.zeros(table.shape, np.int64), np.zeros(0, np.int64)
    length = np.zeros(1, np.int64)
    return EpisodeMemory(
        table, numbers, legal, numbers - 1, nothing, nothing.copy(), np.zeros(0), length
    )


class EpisodeNotes(Protocol):
    """Memory that holds an episode."""

    @property
    def length(self) -> Array:
        """Number of steps of the episode so far."""
        ...

    @property
    def states(self) -> Array:
        """State of each step of the episode. Shape [room]."""
        ...


def require_steps(memory: EpisodeNotes, steps: int) -> None:
    """Refuse a saved episode whose number of steps is wrong or exceeds its room.

    Args:
        memory: With `length` and `states`.
        steps: Number of steps of the current episode.
    """
    guard.require(memory.length[0] == steps, f"The saved 'length' must be {steps} steps here.")
    guard.require(steps <= len(memory.states), f"The saved 'states' must hold {steps} steps.")


def with_room(array: Array, steps: int) -> Array:
    """Return the array, made longer if it has no room for `steps`."""
    if steps <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(steps, 2 * len(array)) - len(array), array.dtype)])


class MonteCarlo(TabularLearner):
    """Monte Carlo control: action values of the agent's policy, from complete returns.

    Args:
        config: Settings; see `MonteCarloConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = MonteCarloConfig
    config: MonteCarloConfig
    update = staticmethod(remember_and_look_back)
    on_policy = True
    of_episode = ("first_visit", "length")
    memory: EpisodeMemory

    @property
    def settings(self) -> MonteCarloSettings:
        """Settings of the method that are not in `Rates`."""
        return MonteCarloSettings(self.config.every_visit)

    def make_memory(self, table: Array, legal: Array) -> EpisodeMemory:
        """Return an empty memory; `reserve` makes it larger."""
        return episode_memory(table, legal)

    def reserve(self, steps: int) -> None:
        """Make room for an episode of `steps` environment steps."""
        arrays = self.memory._asdict()
        longer = {name: with_room(arrays[name], steps)
                  for name in ("states", "actions", "rewards")}  # fmt: skip
        self.memory = self.memory._replace(**longer)
