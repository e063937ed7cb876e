"""Off-policy Monte Carlo control: weighted importance sampling for the greedy policy.

The agent explores, but learns about the greedy policy. So each return has a weight W, the
importance sampling ratio. W is the probability of the actions under the greedy policy, divided by
their probability under the policy that acts. The agent computes W from the last step backwards. W
becomes 0 at an action that the greedy policy would not take, and earlier steps have no effect.

    return = reward + discount * return of the next step
    C(state, action) <- C(state, action) + W
    Q(state, action) <- Q(state, action) - W / C(state, action) * (Q(state, action) - return)
    W <- W * target(action | state) / behaviour(action | state)

Q is then the average of returns weighted by W: weighted importance sampling. It has a small
bias and much less variance than the ordinary average. Both policies break ties at random.

Differs from Monte Carlo by the weights: the agent may explore while it learns the greedy policy. It
learns only from the last steps of episodes, so it is slow where episodes are long. In random worlds
a few returns have very large weights and determine the average. A truncated episode has no complete
return, and the agent does not learn from it.

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

TOLERANCE = 1e-9  # of a sum of probabilities
HUGE = 1e200  # limit of the ratios, far below the largest number


@settings
class OffPolicyMonteCarloConfig:
    """Settings of off-policy Monte Carlo control; its step sizes come from the weights."""

    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    initial_value: Finite = -1000.0
    """Value of every cell at the start, below any return: no untried action may look best."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.3
    """Probability of a random action at the end."""
    exploration_samples: Whole = 10_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""


class WeightedEpisodeMemory(NamedTuple):
    """Arrays of off-policy Monte Carlo: the table, the whole episode and its probabilities."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    weights: Values  # C, sum of the weights of all returns so far [states, actions]
    states: EpisodeStates  # state of each step of the episode [room]
    actions: EpisodeColumns  # [room]
    rewards: EpisodeRewards  # [room]
    probabilities: EpisodeShares  # probability of each action under the behaviour policy [room]
    length: Counts  # number of steps of the episode so far, one number

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
    """Store the step; after the end of the episode, learn from its last, greedy steps."""
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
    """Learn from the last step back to the last action that was not greedy."""
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
        # The mask changed within its step: the behaviour policy could not take the action.
        if greedy == 0.0 or memory.probabilities[step] == 0.0:
            break
        weight *= greedy / memory.probabilities[step]
        if weight > HUGE:
            break


class OffPolicyMonteCarlo(TabularLearner):
    """Off-policy Monte Carlo control: weighted importance sampling for the greedy policy.

    Args:
        config: Settings; see `OffPolicyMonteCarloConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = OffPolicyMonteCarloConfig
    update = staticmethod(remember_and_weigh)
    of_episode = ("length",)
    memory: WeightedEpisodeMemory

    def make_memory(self, table: Array, legal: Array) -> WeightedEpisodeMemory:
        """Return an empty memory; `reserve` makes it larger."""
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
