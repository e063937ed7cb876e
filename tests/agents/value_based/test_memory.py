"""Memories: what is kept, what is drawn, what follows what."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box
from hypothesis import given, settings
from hypothesis import strategies as st
from value_worlds import made, memoryless

from spielfeld.agents.value_based.dqn import Uniform
from spielfeld.agents.value_based.memory import ReplayMemory, Transitions
from spielfeld.agents.value_based.n_step_dqn import (
    Chain,
    NStepDQN,
    NStepDQNConfig,
    n_step_returns,
)
from spielfeld.agents.value_based.prioritized_dqn import (
    PrioritizedDQN,
    PrioritizedDQNConfig,
    Proportional,
    empty_tree,
    find_items,
    importance_weights,
    leaves,
    priorities,
    set_weights,
)

WORLDS: Any = SimpleNamespace(rows=3, observation_space=Box(-1, 1, (2,)))
EVERYWHERE = np.arange(3)
GOING_ON = np.zeros(3, bool)


def steps(numbers: list[int]) -> Transitions:
    """Steps that are told apart by their reward."""
    reward, rows = np.array(numbers, np.float32), len(numbers)
    seen = np.repeat(reward[:, None], 2, axis=1)
    return Transitions(seen, reward.astype(int), reward, np.zeros(rows, bool), seen + 1,
                       np.ones((rows, 2), bool))  # fmt: skip


@given(st.integers(3, 20), st.lists(st.integers(1, 3), max_size=20))
def test_the_latest_steps_are_remembered(capacity: int, counts: list[int]) -> None:
    memory, kept, number = ReplayMemory(capacity, WORLDS, 2), deque[int](maxlen=capacity), 0
    for count in counts:
        new = list(range(number, number + count))
        memory.add(steps(new))
        kept.extend(new)
        number += count
    found = memory.at(np.arange(len(memory)))
    assert sorted(found.reward.tolist()) == sorted(kept)
    assert np.array_equal(found.next_observation[:, 0], found.reward + 1)


def test_steps_are_drawn_equally_often() -> None:
    places = Uniform(None).draw(np.random.default_rng(0), 30_000, 3)
    assert np.bincount(places) / 30_000 == pytest.approx([1 / 3] * 3, abs=0.01)


WEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(any)


@settings(deadline=None)
@given(WEIGHTS, st.lists(st.floats(0, 1, exclude_max=True), max_size=20))
def test_items_are_found_where_a_running_sum_passes_the_share(
    weights: list[int], shares: list[float]
) -> None:
    tree = empty_tree(len(weights))
    set_weights(tree, np.arange(len(weights)), np.array(weights, float))
    found = np.empty(len(shares), np.int64)
    find_items(tree, np.array(shares), found)
    total = sum(weights)
    expected = np.searchsorted(np.cumsum(weights), np.array(shares) * total, side="right")
    assert tree[1] == total and found.tolist() == expected.tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1e6)), min_size=1, max_size=40))
def test_every_node_is_the_sum_of_those_below(changes: list[tuple[int, float]]) -> None:
    tree, weights = empty_tree(13), np.zeros(16)
    items, values = (np.array(column) for column in zip(*changes, strict=True))
    set_weights(tree, items, values.astype(float))
    for item, value in changes:
        weights[item] = value
    assert np.array_equal(leaves(tree), weights)
    nodes = np.arange(1, 16)
    assert np.array_equal(tree[nodes], tree[2 * nodes] + tree[2 * nodes + 1])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40).filter(any), st.integers(0, 99))
def test_what_weighs_nothing_is_never_found(weights: list[float], seed: int) -> None:
    tree = empty_tree(len(weights))
    set_weights(tree, np.arange(len(weights)), np.array(weights))
    shares = np.append(np.random.default_rng(seed).random(50), np.nextafter(1, 0))
    found = np.empty(len(shares), np.int64)
    find_items(tree, shares, found)
    assert (np.array(weights)[found] > 0).all()


@pytest.mark.uncompiled
def test_a_sum_tree_by_hand() -> None:
    tree, found = empty_tree(3), np.empty(4, np.int64)
    set_weights(tree, np.array([0, 2, 0]), np.array([5.0, 3.0, 1.0]))
    assert tree[1:].tolist() == [4, 1, 3, 1, 0, 3, 0]
    find_items(tree, np.array([0.0, 0.24, 0.25, 0.99]), found)
    assert found.tolist() == [0, 0, 2, 2]


def test_priorities_and_weights_by_hand() -> None:
    assert priorities(np.array([3.0, -4.0]), 0.5) == pytest.approx([3**0.5, 2], abs=1e-6)
    assert priorities(np.array([3.0, 0.0]), 0.0).tolist() == [1, 1]
    # 10 steps: (10 * .1)^-1 = 1 and (10 * .4)^-1 = 1/4; and the square roots of these
    share = np.array([0.1, 0.4])
    assert importance_weights(share, 10, 1.0) == pytest.approx([1, 0.25])
    assert importance_weights(share, 10, 0.5) == pytest.approx([1, 0.5])
    assert importance_weights(np.array([0.4, 0.5]), 10, 1.0) == pytest.approx([1, 0.8])


def test_surprising_steps_are_drawn_more_often_and_new_ones_first() -> None:
    sampler, places = (
        Proportional(PrioritizedDQNConfig(buffer_size=16, priority_exponent=1.0)),
        EVERYWHERE,
    )
    sampler.added(places)
    assert sampler.share(places) == pytest.approx([1 / 3] * 3)
    sampler.surprised(places, np.array([1.0, -2.0, 5.0]))
    assert sampler.share(places) == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    drawn = sampler.draw(np.random.default_rng(0), 20_000, 3)
    assert np.bincount(drawn) / 20_000 == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.01)
    sampler.added(np.array([3]))
    assert sampler.share(np.array([3])) == pytest.approx([5 / 13])


def test_priorities_are_the_errors_of_the_latest_batch() -> None:
    learner = made(PrioritizedDQN, priority_exponent=1.0)
    batches = []
    for batch in learner.experience(memoryless(), 64):
        before = learner.function(batch.inputs, batch.select)
        learner.step(batch)
        batches.append((learner.places, np.abs(before - batch.targets)))
    places, errors = batches[-1]
    share = learner.sampler.share(places) * learner.sampler.tree[1]
    assert share == pytest.approx(errors.astype(float) + 1e-6, rel=1e-5)


def test_weights_make_up_for_more_as_time_goes_by() -> None:
    settings = {"correction_samples": 320, "priority_exponent": 1.0}
    learner, spread = made(PrioritizedDQN, correction=0.0, **settings), []
    for batch in learner.experience(memoryless(), 640):
        learner.step(batch)
        assert np.max(batch.weights) == 1
        expected = min(1, learner.samples / 320)
        # the shares have changed by the step: only whether weights differ can be seen
        spread.append((expected, float(np.ptp(batch.weights))))
    assert all(ptp > 0 for expected, ptp in spread if expected > 0.5)


def slow_return(log: list[Any], begin: int, discount: float, n: int) -> tuple[float, float, float]:
    """The n rewards of one world from a step on, in plain words: sum, weight, where it led."""
    total, weight = 0.0, 1.0
    for number, over in log[begin : begin + n]:
        total, weight = total + weight * number, weight * discount
        if over:
            break
    return total, weight, number + 1


MOVES = st.lists(st.sampled_from(["on", "over", "waits"]), min_size=3, max_size=3)


@settings(deadline=None)
@given(st.integers(6, 40), st.integers(1, 5), st.lists(MOVES, max_size=25))
def test_returns_of_n_steps_are_those_of_each_world_on_its_own(
    capacity: int, n: int, moves: list[list[str]]
) -> None:
    memory, logs, where, number = ReplayMemory(capacity, WORLDS, 2), [[], [], []], {}, 0
    chain = Chain(SimpleNamespace(discount=0.5, n_steps=n, buffer_size=capacity), 3)
    for move in moves:
        between = [not log or log[-1][1] for log in logs]  # episodes: only there a world may wait
        acting = np.array([k for k in range(3) if move[k] != "waits" or not between[k]], int)
        numbers = list(range(number, number + len(acting)))
        over = np.array([move[row] == "over" for row in acting], bool)
        places = memory.add(steps(numbers))
        chain.added(places, acting, over)
        for place, row, one, ends in zip(places, acting, numbers, over, strict=True):
            where[place] = (row, len(logs[row]))
            logs[row].append((one, ends))
        number += len(acting)
    places = np.arange(len(memory))
    reward, last, weight = n_step_returns(memory.columns.reward, chain.following, places, 0.5, n)
    led_to = memory.at(last).next_observation[:, 0]
    looked, discount = chain.look(memory, places)
    assert np.array_equal(looked.reward, reward) and np.array_equal(discount, weight)
    assert np.array_equal(looked.next_observation[:, 0], led_to)
    assert np.array_equal(looked.observation, memory.at(places).observation)
    for place in places:
        row, begin = where[place]
        expected = slow_return(logs[row], begin, 0.5, n)
        assert (reward[place], weight[place], led_to[place]) == pytest.approx(expected)


def test_no_step_follows_those_before_a_new_beginning() -> None:
    chain = Chain(NStepDQNConfig(buffer_size=32), 3)
    first = np.array([0, 1, 2])
    chain.added(first, EVERYWHERE, GOING_ON)
    chain.begin_episodes()
    chain.added(first + 3, EVERYWHERE, GOING_ON)
    assert (chain.following[first] == -1).all()
    chain.added(first + 6, EVERYWHERE, GOING_ON)
    assert chain.following[first + 3].tolist() == [6, 7, 8]


def test_worlds_whose_state_is_not_known_begin_anew_after_a_restart() -> None:
    learner, again = made(NStepDQN), made(NStepDQN)
    learner.learn(memoryless(), 64)
    state = {k: v for k, v in learner.state().items() if not k.startswith("worlds.")}
    assert (learner.lookout.latest >= 0).any()
    again.restore(state, memoryless())
    assert (again.lookout.latest == -1).all()


@pytest.mark.parametrize(
    ("config", "name", "value"),
    [
        (NStepDQNConfig, "n_steps", 0), (NStepDQNConfig, "buffer_size", 31),
        (PrioritizedDQNConfig, "priority_exponent", 1.1), (PrioritizedDQNConfig, "correction", -1),
        (PrioritizedDQNConfig, "correction_samples", -1),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused_by_name(config: Any, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        config(**{name: value})
