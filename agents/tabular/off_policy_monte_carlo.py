"""Off-policy Monte Carlo control: learn the greedy policy's returns from exploring episodes.

An episode that explores says little about the greedy policy, unless each return counts by how much
more likely the greedy policy was to go on like that: the importance sampling ratio W. Going back
through an episode W grows step by step, until an action is met that the greedy policy would never
take; nothing before that can be learned from this episode.

    return = reward + discount * return of the next step
    C(state, action) <- C(state, action) + W
    Q(state, action) <- Q(state, action) - W / C(state, action) * (Q(state, action) - return)
    W <- W * target(action | state) / behaviour(action | state)

Q is then the average of returns weighted by W: weighted importance sampling, biased a little and
far less noisy than the ordinary average. Both policies break ties between best actions at random.

Differs from Monte Carlo by the weights: the agent may go on exploring while it learns about acting
greedily. It learns from the ends of episodes alone, which makes it slow where episodes are long;
and where chance has a hand in them, a few returns of enormous weight drown all others. An episode
that the time limit has cut off has no return, and teaches nothing.

Source: Sutton & Barto, 2nd edition, sections 5.5 to 5.7, equations 5.7 and 5.8.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.monte_carlo import require_steps, with_room
from spielfeld.agents.tabular.rules import (
    Allowed,
    EpisodeColumns,
    EpisodeRewards,
    EpisodeShares,
    EpisodeStates,
    action_probability,
)
from spielfeld.arrays import Array
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import descend
from spielfeld.settings import Finite, Share, Whole, settings
from spielfeld.snapshot import Counts, Values

TOLERANCE = 1e-9  # of a probability, which is a sum
HUGE = 1e200  # where ratios stop growing, far below what a number can hold


@settings
class OffPolicyMonteCarloConfig:
    """Settings of off-policy Monte Carlo control; its step sizes come from the weights."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = -1000.0
    """Of every cell; below any return, for an untried action that looks best ends the learning."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.3
    """Probability of a random action in the end."""
    exploration_samples: Whole = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""


class WeightedEpisodeMemory(NamedTuple):
    """What off-policy Monte Carlo keeps: the whole episode, and how likely its actions were."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]
    weights: Values  # C, sum of the weights of all returns so far [states, actions]
    states: EpisodeStates  # of each step of the episode [room]
    actions: EpisodeColumns  # [room]
    rewards: EpisodeRewards  # [room]
    probabilities: EpisodeShares  # with which the behaviour took each action [room]
    length: Counts  # steps of the episode so far, one number

    def require_sound(self, steps: int) -> None:
        """Refuse another number of steps than the episode has, and actions of probability 0."""
        require_steps(self, steps)
        taken = self.probabilities[:steps] > 0
        guard.require(taken.all(), "The saved 'probabilities' must be above 0 for actions taken.")


def remember_and_weigh(
    memory: WeightedEpisodeMemory,
    settings: object,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Note the step; when the episode is over, learn from its greedy end."""
    step, state, action = memory.length[0], transition.state, transition.action
    memory.states[step], memory.actions[step] = state, action
    memory.rewards[step] = transition.reward
    memory.probabilities[step] = action_probability(
        memory.table[state], memory.legal[state], transition.exploration_rate, action
    )
    memory.length[0] += 1
    if transition.terminated or transition.truncated:
        if transition.terminated:
            look_back(memory, rates.discount)
        memory.length[0] = 0


def look_back(memory: WeightedEpisodeMemory, discount: float) -> None:
    """Learn from the last step back to the last one that was not greedy."""
    result, weight = 0.0, 1.0
    for step in range(memory.length[0] - 1, -1, -1):
        state, action = memory.states[step], memory.actions[step]
        result = memory.rewards[step] + discount * result
        memory.weights[state, action] += weight
        memory.visits[state, action] += 1
        slope = squared_error_derivative(memory.table[state, action], result)
        rate = weight / memory.weights[state, action]
        memory.table[state, action] = descend(memory.table[state, action], slope, rate)
        greedy = action_probability(memory.table[state], memory.legal[state], 0.0, action)
        # By a mask that changed within its step, the behaviour could not have taken the action.
        if greedy == 0.0 or memory.probabilities[step] == 0.0:
            break
        weight *= greedy / memory.probabilities[step]
        if weight > HUGE:
            break


class OffPolicyMonteCarlo(TabularLearner):
    """Off-policy Monte Carlo control: weighted importance sampling for the greedy policy.

    Args:
        config: Settings; see `OffPolicyMonteCarloConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class = OffPolicyMonteCarloConfig
    update = staticmethod(remember_and_weigh)
    of_episode = ("length",)
    memory: WeightedEpisodeMemory

    def make_memory(self, table: Array, legal: Array) -> WeightedEpisodeMemory:
        """Return an empty memory; `reserve` makes it grow."""
        visits, length = np.zeros(table.shape, np.int64), np.zeros(1, np.int64)
        states, actions = np.zeros((2, 0), np.int64)
        rewards, probabilities = np.zeros((2, 0))
        return WeightedEpisodeMemory(
            table, visits, legal, np.zeros(table.shape), states, actions, rewards, probabilities,
            length,
        )  # fmt: skip

    def reserve(self, steps: int) -> None:
        """Make room for an episode of `steps` environment steps."""
        arrays = self.memory._asdict()
        longer = {name: with_room(arrays[name], steps)
                  for name in ("states", "actions", "rewards", "probabilities")}  # fmt: skip
        self.memory = self.memory._replace(**longer)
