"""The book's methods in plain Python: NumPy tables, and one function call for each step.

Each function here takes a table [states, actions], the learner's settings and a generator. It
returns an update function. After each step this is called with (state, action, reward, next state,
next action, terminated, over). These methods are the peers of the compiled learners: the same
settings, no compilation.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from spielfeld.agents import (
    DynaQConfig,
    DynaQPlusConfig,
    NStepSarsaConfig,
    NStepTDConfig,
    OffPolicyMonteCarloConfig,
    PrioritizedSweepingConfig,
    SarsaLambdaConfig,
    TDLambdaConfig,
    TreeBackupConfig,
)
from spielfeld.agents.tabular.rules import ControlConfig, PredictionConfig
from spielfeld.arrays import Array

Settings = ControlConfig | PredictionConfig | OffPolicyMonteCarloConfig
Update = Callable[[int, int, float, int, int, bool, bool], None]
Maker = Callable[[Array, Any, np.random.Generator], Update]  # of a method, with its own settings


class Steps:
    """Step sizes that decrease with the visits of a cell."""

    def __init__(self, table: Array, config: ControlConfig | PredictionConfig) -> None:
        self.visits, self.config = np.zeros(table.shape, np.int64), config

    def __call__(self, cell: tuple[int, int]) -> float:
        """Count a visit, and return its step size."""
        self.visits[cell] += 1
        decay = self.config.learning_rate_decay * (self.visits[cell] - 1)
        return float(self.config.learning_rate / (1 + decay))


def sarsa(
    table: Array, config: ControlConfig | PredictionConfig, random: np.random.Generator
) -> Update:
    """Return the update of SARSA: the target uses the next action."""
    rate = Steps(table, config)

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        aim = r if end else r + config.discount * table[s2, a2]
        table[s, a] += rate((s, a)) * (aim - table[s, a])

    return update


def expected_sarsa(table: Array, config: ControlConfig, random: np.random.Generator) -> Update:
    """Return the update of Expected SARSA: the target uses the mean over the next actions."""
    rate, explore = Steps(table, config), config.final_exploration_rate

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        row = table[s2]
        mean = (1 - explore) * row.max() + explore * row.mean()
        table[s, a] += rate((s, a)) * (r + (not end) * config.discount * mean - table[s, a])

    return update


def q_learning(table: Array, config: ControlConfig, random: np.random.Generator) -> Update:
    """Return the update of Q-learning: the target uses the best next action."""
    rate = Steps(table, config)

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        aim = r if end else r + config.discount * table[s2].max()
        table[s, a] += rate((s, a)) * (aim - table[s, a])

    return update


def double_q_learning(table: Array, config: ControlConfig, random: np.random.Generator) -> Update:
    """Return the update of Double Q-learning: each of two tables evaluates the other's choice."""
    pair = table.copy(), table.copy()
    rates = Steps(table, config), Steps(table, config)

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        k = int(random.random() < 0.5)
        mine, other = pair[k], pair[1 - k]
        aim = r if end else r + config.discount * other[s2, mine[s2].argmax()]
        mine[s, a] += rates[k]((s, a)) * (aim - mine[s, a])
        table[s, a] = (mine[s, a] + other[s, a]) / 2

    return update


def n_step_sarsa(
    table: Array, config: NStepSarsaConfig | NStepTDConfig, random: np.random.Generator
) -> Update:
    """Return the update of n-step SARSA, which keeps the last n steps."""
    rate, window = Steps(table, config), deque[tuple[int, int, float]]()

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        window.append((s, a, r))
        while len(window) == config.steps or (over and window):
            result = 0.0 if end else table[s2, a2]
            for _, _, reward in reversed(window):
                result = reward + config.discount * result
            cell = window.popleft()[:2]
            table[cell] += rate(cell) * (result - table[cell])

    return update


def tree_backup(table: Array, config: TreeBackupConfig, random: np.random.Generator) -> Update:
    """Return the update of tree backup over the last n steps."""
    rate, window = Steps(table, config), deque[tuple[int, int, float]]()

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        window.append((s, a, r))
        while len(window) == config.steps or (over and window):
            result = r if end else r + config.discount * table[s2].max()
            for k in range(len(window) - 2, -1, -1):
                later, taken, _ = window[k + 1]
                row = table[later]
                following = result if row[taken] == row.max() else row.max()
                result = window[k][2] + config.discount * following
            cell = window.popleft()[:2]
            table[cell] += rate(cell) * (result - table[cell])

    return update


def sarsa_lambda(
    table: Array, config: SarsaLambdaConfig | TDLambdaConfig, random: np.random.Generator
) -> Update:
    """Return the update of SARSA(lambda) with "true online" traces, over the whole table."""
    rate, traces, before = Steps(table, config), np.zeros(table.shape), [0.0]

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        step, value, following = rate((s, a)), table[s, a], 0.0 if end else table[s2, a2]
        traces[s, a] += step * (1 - traces[s, a])
        error = r + config.discount * following - before[0]
        table[...] += error * traces
        table[s, a] -= step * (value - before[0])
        traces[...] *= 0.0 if over else config.discount * config.trace_decay
        before[0] = 0.0 if over else following

    return update


def monte_carlo(
    table: Array, config: ControlConfig | PredictionConfig, random: np.random.Generator
) -> Update:
    """Return the update of first-visit Monte Carlo control, at the end of each episode."""
    rate, episode = Steps(table, config), list[tuple[int, int, float]]()

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        episode.append((s, a, r))
        if not over:
            return
        result = 0.0 if end else table[s2, a2]
        first = {(s, a): step for step, (s, a, _) in reversed(list(enumerate(episode)))}
        for step in range(len(episode) - 1, -1, -1):
            s, a, r = episode[step]
            result = r + config.discount * result
            if first[s, a] == step:
                table[s, a] += rate((s, a)) * (result - table[s, a])
        episode.clear()

    return update


def off_policy_monte_carlo(
    table: Array, config: OffPolicyMonteCarloConfig, random: np.random.Generator
) -> Update:
    """Return the update of off-policy Monte Carlo, backwards while actions were greedy."""
    weights, episode = np.zeros(table.shape), list[tuple[int, int, float]]()
    explore, actions = config.final_exploration_rate, table.shape[1]

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        episode.append((s, a, r))
        if not over:
            return
        result, weight = 0.0, 1.0
        for s, a, r in reversed(episode if end else []):
            result = r + config.discount * result
            weights[s, a] += weight
            table[s, a] += weight / weights[s, a] * (result - table[s, a])
            if a != table[s].argmax() or weight > 1e200:
                break
            weight /= 1 - explore + explore / actions
        episode.clear()

    return update


def dyna_q(table: Array, config: DynaQConfig, random: np.random.Generator) -> Update:
    """Return the update of Dyna-Q, which keeps each step in a dict and replays some of them."""
    learn: Update = q_learning(table, config, random)
    memory: dict[tuple[int, int], Any] = {}
    pairs: list[tuple[int, int]] = []

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        if (s, a) not in memory:
            pairs.append((s, a))
        memory[s, a] = r, s2, end
        learn(s, a, r, s2, a2, end, over)
        for pick in random.integers(len(pairs), size=config.planning_steps):
            r, s2, end = memory[pairs[pick]]
            learn(pairs[pick][0], pairs[pick][1], r, s2, -1, end, over)

    return update


def dyna_q_plus(table: Array, config: DynaQPlusConfig, random: np.random.Generator) -> Update:
    """Return the update of Dyna-Q+, with a bonus for actions not tried for a long time."""
    learn: Update = q_learning(table, config, random)
    memory: dict[tuple[int, int], Any] = {}
    pairs: list[tuple[int, int]] = []
    last, now = np.zeros(table.shape), [0]

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        now[0] += 1
        if (s, a) not in memory:
            for other in range(table.shape[1]):
                if (s, other) not in memory:
                    memory[s, other] = 0.0, s, False
                    pairs.append((s, other))
        memory[s, a], last[s, a] = (r, s2, end), now[0]
        learn(s, a, r, s2, a2, end, over)
        for pick in random.integers(len(pairs), size=config.planning_steps):
            r, s2, end = memory[pairs[pick]]
            bonus = config.bonus_weight * (now[0] - last[pairs[pick]]) ** 0.5
            learn(pairs[pick][0], pairs[pick][1], r + bonus, s2, -1, end, over)

    return update


def prioritized_sweeping(
    table: Array, config: PrioritizedSweepingConfig, random: np.random.Generator
) -> Update:
    """Return the update of prioritized sweeping: a heap of the largest errors, and predecessors."""
    rate, memory = Steps(table, config), dict[tuple[int, int], Any]()
    sources, heap = defaultdict[int, set[tuple[int, int]]](set), list[Any]()

    def error(cell: tuple[int, int]) -> float:
        r, s2, end = memory[cell]
        return float(r + (not end) * config.discount * table[s2].max() - table[cell])

    def wait(cell: tuple[int, int]) -> None:
        if (urgency := abs(error(cell))) > config.threshold:
            heapq.heappush(heap, (-urgency, cell))

    def update(s: int, a: int, r: float, s2: int, a2: int, end: bool, over: bool) -> None:
        if (s, a) in memory:
            sources[memory[s, a][1]].discard((s, a))
        memory[s, a] = r, s2, end
        sources[s2].add((s, a))
        wait((s, a))
        for _ in range(config.planning_steps):
            if not heap:
                break
            cell = heapq.heappop(heap)[1]
            table[cell] += rate(cell) * error(cell)
            for source in sources[cell[0]]:
                wait(source)

    return update
