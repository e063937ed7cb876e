"""Prioritised sweeping: updates from a learned model, the largest changes first.

Most updates from a model change nothing. So a queue holds the pairs of state and action whose error
is above `threshold`. The error is the priority of the pair. After each step the agent updates the
`planning_steps` pairs of the highest priority. An update changes the targets of all pairs that lead
to its state. These pairs then enter the queue if their errors are large enough.

    priority = |reward + discount * max over a' of Q(next state, a') - Q(state, action)|
    Q(state, action) <- Q(state, action) - learning_rate * (Q(state, action) - target)

Differs from Dyna-Q by the queue: it updates the most urgent pair, not a random pair. It also learns
only from the queue; the step just taken enters the queue like any other.

The model is meant for deterministic worlds, as that of Dyna-Q is. So is the default step size of 1:
an updated pair has no error until its target changes. On the slippery 8x8 frozen lake this setting
learns almost nothing, a share of perfect of 0.02 in 200,000 steps.

Source: Moore & Atkeson (1993); Peng & Williams (1993); Sutton & Barto, 2nd edition, section 8.4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.priority_queue import (
    empty_queue,
    pop,
    push,
    require_queue,
)
from spielfeld.agents.tabular.remembered_world import learn_from_memory, remember, remembered_target
from spielfeld.agents.tabular.rules import (
    Allowed,
    CellCount,
    Cells,
    CellsOrNone,
    ControlConfig,
    StatesOrNone,
)
from spielfeld.arrays import Array
from spielfeld.settings import Amount, Count, settings
from spielfeld.snapshot import Counts, Values


@settings
class PrioritizedSweepingConfig(ControlConfig):
    """Settings of prioritised sweeping: a step size of 1, because each error is updated once."""

    learning_rate: float = 1.0
    """Step size of a cell's first update, in (0, 1]; below 1 a part of each error remains."""
    learning_rate_decay: float = 0.0
    """Step size / (1 + decay * (visits - 1)); slippery worlds need a decay above 0."""
    planning_steps: Count = 5
    """Largest number of updates after each environment step, from 1."""
    threshold: Amount = 0.0001
    """Smallest error that needs an update, in units of return."""


class Sweeping(NamedTuple):
    """Settings of prioritised sweeping that are not in `Rates`."""

    planning_steps: int
    threshold: float


class SweepingMemory(NamedTuple):
    """Table, learned model, the pairs that lead to each state, and the queue.

    A pair is state * actions + action. The pairs that lead to a state form a chain, and each pair
    has the numbers of its neighbours. So a pair can leave the chain if its next state changes.
    """

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    rewards: Values  # latest reward [states, actions]
    next_states: StatesOrNone  # latest next state, -1 for none [states, actions]
    ends: Array  # whether the episode ended at the latest try [states, actions]
    first_source: CellsOrNone  # the first pair that leads to a state, -1 for none [states]
    following: CellsOrNone  # the next pair in the chain, -1 for none [states * actions]
    preceding: CellsOrNone  # the pair before it in the chain, -1 for none [states * actions]
    heap: Cells  # the next four arrays are the queue, see `priority_queue.Queue`
    place: CellsOrNone
    priority: Values
    length: CellCount

    def require_sound(self, steps: int) -> None:
        """Refuse chains that do not hold each stored pair once, and a queue in wrong order."""
        require_chains(self)
        require_queue(self)
        waiting = self.heap[: self.length[0]]
        known = self.next_states.ravel()[waiting] >= 0
        guard.require(known.all(), "The saved 'heap' holds a pair that has no stored result.")


def require_chains(memory: SweepingMemory) -> None:
    """Refuse a chain if a pair is missing, occurs twice, or does not lead to its state."""
    next_states, following = memory.next_states.ravel().tolist(), memory.following.tolist()
    preceding, met = memory.preceding.tolist(), 0
    for state, pair in enumerate(memory.first_source.tolist()):
        before = -1
        while pair >= 0 and next_states[pair] == state and preceding[pair] == before:
            before, pair, met = pair, following[pair], met + 1  # ends: neighbours are checked
        guard.require(pair < 0, f"The saved chain of state {state} is broken at pair {pair}.")
    known = sum(state >= 0 for state in next_states)
    guard.require(met == known, f"The saved chains hold {met} pairs; {known} are stored.")


def leave_chain(memory: SweepingMemory, pair: int, state: int) -> None:
    """Remove a pair from the chain of a state."""
    before, after = memory.preceding[pair], memory.following[pair]
    if before >= 0:
        memory.following[before] = after
    else:
        memory.first_source[state] = after
    if after >= 0:
        memory.preceding[after] = before


def join_chain(memory: SweepingMemory, pair: int, state: int) -> None:
    """Add a pair to the chain of a state."""
    after = memory.first_source[state]
    memory.preceding[pair], memory.following[pair] = -1, after
    if after >= 0:
        memory.preceding[after] = pair
    memory.first_source[state] = pair


def note_urgency(memory: SweepingMemory, settings: Sweeping, rates: Rates, pair: int) -> None:
    """Put a stored pair into the queue if the error of its value is above the threshold."""
    state, action = pair // memory.table.shape[1], pair % memory.table.shape[1]
    aim = remembered_target(memory, rates.discount, state, action, 0.0)
    error = abs(aim - memory.table[state, action])
    if error > settings.threshold:
        push(memory, pair, error)


def prioritized_sweeping_update(
    memory: SweepingMemory,
    settings: Sweeping,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Store the step, update the most urgent pairs, and check the pairs that lead to them."""
    state, action, actions = transition.state, transition.action, memory.table.shape[1]
    pair, known = state * actions + action, memory.next_states[state, action]
    if known != transition.next_state:
        if known >= 0:
            leave_chain(memory, pair, known)
        join_chain(memory, pair, transition.next_state)
    remember(memory, transition)
    source = pair  # pairs to check: the pair just tried, then all that lead to an updated state
    for done in range(settings.planning_steps + 1):
        while source >= 0:
            note_urgency(memory, settings, rates, source)
            source = memory.following[source] if done > 0 else -1
        if done == settings.planning_steps or memory.length[0] == 0:
            break
        pair = pop(memory)
        learn_from_memory(memory, rates, pair // actions, pair % actions, 0.0)
        source = memory.first_source[pair // actions]


class PrioritizedSweeping(TabularLearner):
    """Prioritised sweeping: updates from a learned model, the largest changes first.

    Args:
        config: Settings; see `PrioritizedSweepingConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = PrioritizedSweepingConfig
    config: PrioritizedSweepingConfig
    update = staticmethod(prioritized_sweeping_update)

    @property
    def settings(self) -> Sweeping:
        """Return the number of updates from the model, and the threshold."""
        return Sweeping(self.config.planning_steps, self.config.threshold)

    def make_memory(self, table: Array, legal: Array) -> SweepingMemory:
        """Return a model in which no action has been tried, and an empty queue."""
        return SweepingMemory(
            table,
            np.zeros(table.shape, np.int64),
            legal,
            rewards=np.zeros(table.shape),
            next_states=np.full(table.shape, -1),
            ends=np.zeros(table.shape, bool),
            first_source=np.full(len(table), -1),
            following=np.full(table.size, -1),
            preceding=np.full(table.size, -1),
            **empty_queue(table.size)._asdict(),
        )
