"""Traces: without decay SARSA, and with Dutch traces what a look into the future would find."""

from typing import Any

import numpy as np
import pytest

from spielfeld.agents import Sarsa, SarsaLambda, SarsaLambdaConfig, TDLambda, TDLambdaConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.sarsa_lambda import (
    ACCUMULATING,
    DUTCH,
    KINDS,
    REPLACING,
    visited_trace,
)
from spielfeld.envs import TabularEnv, TabularModel
from tests.agents.tabular.tabular_worlds import WORLDS, corridor, each_world, lived, made, masked


def test_visited_traces_by_hand() -> None:
    assert visited_trace(0.5, 0.25, ACCUMULATING) == 0.75
    assert visited_trace(0.5, 0.25, REPLACING) == 0.25
    assert visited_trace(0.5, 0.25, DUTCH) == 0.5 + 0.25 * (1 - 0.5)


@pytest.mark.uncompiled
@pytest.mark.parametrize(
    ("traces", "first", "second"),
    # The cell is visited twice, with a trace of 0.5 * 0.5 * 0.5 = 0.125 left of the first visit.
    [("accumulating", 0.625, None), ("replacing", 0.5, None)],
)
def test_two_visits_by_hand(traces: str, first: float, second: None) -> None:
    config = SarsaLambdaConfig(
        discount=0.5, trace_decay=0.5, traces=traces, learning_rate=0.5, learning_rate_decay=0.0
    )
    learner = SarsaLambda(config)
    learner.learn(TabularEnv(corridor(4)), 0)
    for reward in (4.0, 8.0):
        step = Transition(1, 1, reward, 1, 1, False, False, 0.0, 0.0)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
    # First error 4, value 2. Second error 8 + 0.5 * 2 - 2 = 7.
    assert learner.action_values[1, 1] == 2.0 + 7.0 * first
    assert learner.memory.traces[1, 1] == first * 0.25


@pytest.mark.uncompiled
@pytest.mark.parametrize("traces", KINDS)
@each_world
def test_without_decay_it_is_sarsa(world: str, traces: str) -> None:
    settings = {"final_exploration_rate": 1.0, "learning_rate_decay": 0.1, "discount": 0.9}
    first = made(SarsaLambda, 4, trace_decay=0.0, traces=traces, **settings)
    second = made(Sarsa, 4, **settings)
    assert first.learn(WORLDS[world](), 1_000) == second.learn(WORLDS[world](), 1_000)
    assert np.array_equal(first.visits, second.visits)
    assert first.action_values == pytest.approx(second.action_values, rel=1e-9, abs=1e-12)


def forward_view(
    path: list[Transition], online: list[np.ndarray], rates: list[float], discount: float,
    trace_decay: float,
) -> np.ndarray:  # fmt: skip
    """Return what the online lambda-return algorithm makes of an episode so far (section 12.4).

    Args:
        path: The steps so far.
        online: The tables before the episode and after each step but the last, its own results.
        rates: Step size of each step.
        discount: Weight of the next step.
        trace_decay: lambda.
    """

    def n_step(start: int, end: int) -> float:
        last = path[end - 1]
        known = online[end - 1][last.next_state, last.next_action]
        result = 0.0 if last.terminated else known
        for step in reversed(path[start:end]):
            result = step.reward + discount * result
        return result

    table, horizon = online[0].copy(), len(path)
    for start, step in enumerate(path):
        result = trace_decay ** (horizon - start - 1) * n_step(start, horizon)
        for end in range(start + 1, horizon):
            result += (1 - trace_decay) * trace_decay ** (end - start - 1) * n_step(start, end)
        table[step.state, step.action] += rates[start] * (result - table[step.state, step.action])
    return table


@pytest.mark.uncompiled
@pytest.mark.parametrize("learner_class", [SarsaLambda, TDLambda])
@pytest.mark.parametrize("trace_decay", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("rate_decay", [0.0, 0.3])
def test_dutch_traces_are_the_online_lambda_return_algorithm(
    learner_class: type, trace_decay: float, rate_decay: float
) -> None:
    learner = made(
        learner_class, 6, discount=0.9, trace_decay=trace_decay, learning_rate=0.4,
        learning_rate_decay=rate_decay, initial_value=1.0, exploration_samples=300,
    )  # fmt: skip
    env = TabularEnv(masked(), max_episode_steps=15)
    learner.learn(env, 0)
    path: list[Transition] = []
    online, rates, longest, cut = [learner.action_values.copy()], [], 0, 0
    for step in lived(learner, env, 400):
        path.append(step)
        visits = learner.visits[step.state, step.action]
        rates.append(0.4 / (1 + rate_decay * (visits - 1)))
        expected = forward_view(path, online, rates, 0.9, trace_decay)
        assert learner.action_values == pytest.approx(expected, abs=1e-10)
        online.append(learner.action_values.copy())
        longest = max(longest, len(path))
        if step.terminated or step.truncated:
            cut += not step.terminated
            path, online, rates = [], online[-1:], []
    assert longest > 10 and cut > 0


@pytest.mark.uncompiled
@pytest.mark.parametrize("traces", KINDS)
def test_cells_with_a_trace_are_listed_once(traces: str) -> None:
    learner = made(SarsaLambda, 3, traces=traces, learning_rate_decay=0.1)
    faded = 0
    for step in lived(learner, TabularEnv(masked(), 40), 2_000):
        memory = learner.memory
        listed = memory.traced[: memory.listed[0]]
        assert sorted(listed) == np.flatnonzero(memory.traces).tolist()
        assert not (step.terminated or step.truncated) or not len(listed)
        faded += len(listed) == 0
    assert faded


def ring(cells: int) -> TabularModel:
    """Make a ring without end, so large that traces fade before one is round."""
    next_state = np.roll(np.arange(cells), -1)[:, None, None]
    shape = (cells, 1, 1)
    return TabularModel(
        np.ones(shape), next_state, np.ones(shape), np.zeros(shape, bool), np.eye(cells)[0]
    )


def test_in_a_large_world_no_more_cells_are_listed_than_have_not_faded() -> None:
    learner = SarsaLambda(SarsaLambdaConfig(discount=0.9, trace_decay=0.9))
    learner.learn(TabularEnv(ring(2_000)), 30_000)
    assert 100 < learner.memory.listed[0] < 150  # 0.81^n < 1e-12 / 0.5 from n = 128 on


def test_traces_that_never_fade_reach_around_the_world() -> None:
    config = SarsaLambdaConfig(discount=1.0, trace_decay=1.0, learning_rate=0.01)
    learner = SarsaLambda(config)
    learner.learn(TabularEnv(ring(500)), 499)
    assert learner.memory.listed == 499
    learner.learn(TabularEnv(ring(500)), 0)  # another world: a new episode
    assert learner.memory.listed == 0


@pytest.mark.uncompiled
def test_truncated_step_keeps_its_bootstrap() -> None:
    for traces in KINDS:
        config = SarsaLambdaConfig(discount=0.5, learning_rate=1.0, traces=traces)
        learner, env = SarsaLambda(config), TabularEnv(corridor(4), max_episode_steps=1)
        learner.learn(env, 0)
        learner.action_values[1] = 8.0
        learner.learn(env, 40)
        assert learner.action_values[0, 1] == 0.5 * 8.0


@pytest.mark.parametrize("config_class", [SarsaLambdaConfig, TDLambdaConfig])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"trace_decay": 1.1}, "trace_decay must be from 0 to 1, not 1.1"),
        ({"trace_decay": float("nan")}, "trace_decay must be from 0 to 1, not nan"),
        (
            {"traces": "none"},
            "There is no traces 'none': choose one of accumulating, ",
        ),
    ],
)
def test_settings_out_of_range_are_refused(
    config_class: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        config_class(**settings)
