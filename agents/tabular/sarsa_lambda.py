"""SARSA(lambda): SARSA with accumulating, replacing or Dutch eligibility traces.

Each cell has an eligibility trace. The trace rises when the agent visits the cell, and falls by the
factor discount * trace_decay in every step. Each TD error changes all cells at once, in proportion
to their traces. This mixes all n-step returns, with weights that fall by trace_decay.

    error = reward + discount * Q(next state, next action) - Q(state, action)
    trace <- discount * trace_decay * trace, everywhere, and for the cell just visited then
        accumulating:  trace <- trace + learning_rate
        replacing:     trace <- learning_rate
        dutch:         trace <- trace + learning_rate * (1 - trace)
    Q <- Q + error * trace, everywhere

The trace includes the step size, so that each visit keeps its own step size. With Dutch traces, two
more terms make the table equal to that of the forward view ("true online"). The forward view
computes the table from all rewards so far. The drift is the change of the visited cell since the
last step, when it was the next cell:

    Q <- Q + drift * trace, everywhere, and for the cell just visited then
        Q <- Q - learning_rate * drift

Differs from n-step SARSA by traces instead of the last n steps. With trace_decay 0 it is SARSA;
with 1 it is close to every-visit Monte Carlo. Its update is not a gradient step on one cell.

Source: Rummery & Niranjan (1994); Singh & Sutton (1996); van Seijen et al. (2016); Sutton & Barto,
2nd edition, sections 12.2, 12.5 and 12.7.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from spielfeld import guard
from spielfeld.agents.loop import Rates, Transition
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.rules import Allowed, CellCount, Cells, ControlConfig
from spielfeld.arrays import Array
from spielfeld.learning.optimizer import decayed_rate
from spielfeld.settings import Share, Whole, settings
from spielfeld.snapshot import Counts, Values

ACCUMULATING, REPLACING, DUTCH = range(3)
KINDS = {"accumulating": ACCUMULATING, "replacing": REPLACING, "dutch": DUTCH}
FADED = 1e-12  # a smaller trace is set to 0


@settings
class SarsaLambdaConfig(ControlConfig):
    """Settings of SARSA(lambda)."""

    final_exploration_rate: Share = 0.0
    """Probability of a random action at the end; 0 ends exploration."""
    exploration_samples: Whole = 80_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""

    trace_decay: Share = 0.9
    """Factor of every trace in each step, besides the discount: lambda, in [0, 1]."""
    traces: Literal["accumulating", "replacing", "dutch"] = "dutch"
    """Change of the trace of a visited cell."""


class TraceSettings(NamedTuple):
    """Settings of the method that are not in `Rates`."""

    trace_decay: float
    kind: int  # ACCUMULATING, REPLACING or DUTCH


class TraceMemory(NamedTuple):
    """Arrays of methods with eligibility traces, and a list of the cells whose trace is not 0."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # legal actions seen so far [states, actions]
    traces: Values  # traces, which include the step size [states, actions]
    traced: Cells  # cells with a trace, as state * actions + action [states * actions]
    listed: CellCount  # number of these cells
    foreseen: Array  # value of the next cell at the last step, one number

    def require_sound(self, steps: int) -> None:
        """Refuse a list that does not contain each cell with a trace once."""
        listed = np.sort(self.traced[: self.listed[0]])
        same = np.array_equal(listed, np.flatnonzero(self.traces.ravel()))
        guard.require(same, "The saved 'traced' does not list each cell with a trace once.")


def visited_trace(trace: float, learning_rate: float, kind: int) -> float:
    """Return the trace of a visited cell (Sutton & Barto, sections 12.2, 12.5 and 12.7)."""
    if kind == ACCUMULATING:
        return trace + learning_rate
    if kind == REPLACING:
        return learning_rate
    return trace + learning_rate * (1.0 - trace)


def credit_all(
    memory: TraceMemory,
    settings: TraceSettings,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Change every cell with a trace, and let the traces fall."""
    table, state, action = memory.table, transition.state, transition.action
    rate = visit(memory, settings.kind, rates, state, action)
    aim = transition.reward
    if not transition.terminated:
        aim += rates.discount * table[transition.next_state, transition.next_action]
    error = aim - table[state, action]
    drift = true_online(memory, transition) if settings.kind == DUTCH else 0.0
    table[state, action] -= rate * drift
    over = transition.terminated or transition.truncated
    fading = 0.0 if over else rates.discount * settings.trace_decay
    move_and_fade(memory, error + drift, fading)


def visit(memory: TraceMemory, kind: int, rates: Rates, state: int, action: int) -> float:
    """Raise the trace of a cell; return the step size of this visit."""
    memory.visits[state, action] += 1
    visits = memory.visits[state, action]
    rate = decayed_rate(rates.learning_rate, rates.learning_rate_decay, visits)
    if memory.traces[state, action] == 0.0:
        memory.traced[memory.listed[0]] = state * memory.table.shape[1] + action
        memory.listed[0] += 1
    memory.traces[state, action] = visited_trace(memory.traces[state, action], rate, kind)
    return rate


def true_online(memory: TraceMemory, transition: Transition) -> float:
    """Return the change of the cell since the last step (V - V_old, section 12.5)."""
    foreseen: float = memory.foreseen[0]
    memory.foreseen[0] = np.nan
    if not (transition.terminated or transition.truncated):
        memory.foreseen[0] = memory.table[transition.next_state, transition.next_action]
    if math.isnan(foreseen):  # the first step of an episode
        return 0.0
    value: float = memory.table[transition.state, transition.action]
    return value - foreseen


def move_and_fade(memory: TraceMemory, error: float, fading: float) -> None:
    """Add error * trace to every cell with a trace; remove the traces that are too small."""
    kept = 0
    for place in range(memory.listed[0]):
        cell = memory.traced[place]
        state, action = cell // memory.table.shape[1], cell % memory.table.shape[1]
        memory.table[state, action] += error * memory.traces[state, action]
        memory.traces[state, action] *= fading
        if memory.traces[state, action] > FADED:
            memory.traced[kept] = cell
            kept += 1
        else:
            memory.traces[state, action] = 0.0
    memory.listed[0] = kept


def trace_memory(table: Array, legal: Array) -> TraceMemory:
    """Return a memory in which no cell has a trace."""
    cells, listed = np.zeros(table.size, np.int64), np.zeros(1, np.int64)
    visits, traces = np.zeros(table.shape, np.int64), np.zeros(table.shape)
    return TraceMemory(table, visits, legal, traces, cells, listed, np.full(1, np.nan))


class SarsaLambda(TabularLearner):
    """SARSA(lambda): SARSA with accumulating, replacing or Dutch eligibility traces.

    Args:
        config: Settings; see `SarsaLambdaConfig`.
        seed: Seed of the agent and of the first reset of the environment.
    """

    config_class = SarsaLambdaConfig
    config: SarsaLambdaConfig
    update = staticmethod(credit_all)
    on_policy = True
    of_episode = ("traces", "listed", "foreseen")

    @property
    def settings(self) -> TraceSettings:
        """Settings of the method that are not in `Rates`."""
        return TraceSettings(float(self.config.trace_decay), KINDS[self.config.traces])

    def make_memory(self, table: Array, legal: Array) -> TraceMemory:
        """Return a memory in which no cell has a trace."""
        return trace_memory(table, legal)
