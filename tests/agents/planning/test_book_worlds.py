"""The planners find in the book's small worlds what the book says, or what plain sums say."""

import math

import gymnasium as gym
import numpy as np
import pytest
from planning_worlds import merged

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.agents.planning import (
    policy_evaluation,
    policy_iteration,
    random_policy,
    start_value,
    value_iteration,
)
from spielfeld.envs.catalogue import SMALL_WORLDS
from spielfeld.envs.small_worlds.gamblers_problem import gamblers_problem
from spielfeld.envs.small_worlds.maximisation_bias import maximisation_bias
from spielfeld.envs.small_worlds.random_walk import random_walk
from spielfeld.envs.small_worlds.short_corridor import short_corridor

SOLVERS = pytest.mark.parametrize("solve", [value_iteration, policy_iteration])


@pytest.mark.parametrize("name", SMALL_WORLDS)
def test_both_planners_agree_in_every_small_world(name: str) -> None:
    world = gym.make(name).unwrapped
    iterated = value_iteration(world.model, world.discount, tolerance=1e-10)
    exact = policy_iteration(world.model, world.discount)
    assert iterated.values == pytest.approx(exact.values, rel=0, abs=1e-7)


# Random walks: examples 6.2 and 7.1.


@pytest.mark.parametrize("actions", [1, 2])
def test_example_6_2(actions: int) -> None:
    model = random_walk(actions=actions)
    values = policy_evaluation(model, random_policy(model))[1:-1]
    assert values == pytest.approx(np.arange(1, 6) / 6)
    assert math.sqrt(np.mean((values - 0.5) ** 2)) == pytest.approx(0.235702, abs=5e-7)


@pytest.mark.parametrize("actions", [1, 2])
def test_example_7_1(actions: int) -> None:
    model = random_walk(19, left_reward=-1, actions=actions)
    values = policy_evaluation(model, random_policy(model))[1:-1]
    assert values == pytest.approx(np.arange(-9, 10) / 10)


def test_a_walk_that_may_decide_goes_where_it_pays() -> None:
    plan = policy_iteration(random_walk(actions=2))
    assert plan.values[1:-1].tolist() == [1] * 5
    assert plan.policy[1].tolist() == [0, 1]


# The short corridor: example 13.1.


def test_example_13_1() -> None:
    model, chances = short_corridor(), np.linspace(0.01, 0.99, 99)
    for right in chances:
        value = start_value(model, np.tile([1 - right, right], (4, 1)))
        assert value == pytest.approx((2 * right - 4) / (right * (1 - right)))


def test_the_corridors_best_coin() -> None:
    from scipy.optimize import minimize_scalar

    def cost(right: float) -> float:
        return -start_value(short_corridor(), np.tile([1 - right, right], (4, 1)))

    found = minimize_scalar(cost, bounds=(0.1, 0.9), method="bounded", options={"xatol": 1e-10})
    assert found.x == pytest.approx(2 - math.sqrt(2), abs=1e-6)
    assert -found.fun == pytest.approx(-11.656854, abs=5e-7)


# Maximisation bias: example 6.7.


@SOLVERS
def test_example_6_7(solve) -> None:
    plan = solve(maximisation_bias())
    assert plan.values.tolist() == [0, -0.1, 0]
    assert plan.policy[0, :2].tolist() == [0, 1]
    assert plan.action_values[0].tolist() == [-0.1, 0, *[-math.inf] * 8]
    assert plan.policy[1] == pytest.approx(0.1)


def test_only_rewards_after_left_are_noisy() -> None:
    noise = maximisation_bias(actions=3, deviation=2.0).reward_deviation
    assert noise is not None
    assert noise[:, :, 0].tolist() == [[0, 0, 0], [2, 2, 2], [0, 0, 0]]


# The gambler's problem: example 4.3.


def bold(heads: float, capital: int, depth: int = 60) -> float:
    """Chance to win if one always stakes all that helps, by the rule of halves."""
    if capital <= 0 or depth == 0:
        return 0.0
    if capital >= 100:
        return 1.0
    if capital <= 50:
        return heads * bold(heads, 2 * capital, depth - 1)
    return heads + (1 - heads) * bold(heads, 2 * capital - 100, depth - 1)


def book_stake(capital: int) -> int:
    """Read figure 4.3: 50 at 50, 25 at 25 and 75, else as far as the next multiple of 25."""
    if capital % 25 == 0:
        return min(capital, 100 - capital)
    return min(capital % 25, 25 - capital % 25)


@SOLVERS
@pytest.mark.parametrize("least_stake", [0, 1])
def test_example_4_3(solve, least_stake: int) -> None:
    model = gamblers_problem(0.4, least_stake=least_stake)
    values = solve(model).values
    assert values[[25, 50, 75]] == pytest.approx([0.16, 0.4, 0.64])
    inner = range(1, 100)
    assert values[1:100] == pytest.approx([bold(0.4, capital) for capital in inner], abs=1e-9)


@SOLVERS
@pytest.mark.parametrize("heads", [0.25, 0.4])
def test_figure_4_3_shows_optimal_stakes_among_others(solve, heads: float) -> None:
    best = solve(gamblers_problem(heads)).policy > 0
    assert all(best[capital, book_stake(capital)] for capital in range(1, 100))
    assert all(best[capital, min(capital, 100 - capital)] for capital in range(1, 100))
    for capital in (25, 50, 75):
        assert np.flatnonzero(best[capital]).tolist() == [min(capital, 100 - capital)]
    assert np.flatnonzero(best[51]).tolist() == [1, 49]
    assert best[1:100].sum() < 300  # of 2500 legal ones


def test_with_a_good_coin_small_stakes_win() -> None:
    best = policy_iteration(gamblers_problem(0.55)).policy
    assert (best.argmax(axis=1)[1:100] == 1).all()


@pytest.mark.parametrize("least_stake", [0, 1])
def test_every_stake_wins_or_loses_what_it_is(least_stake: int) -> None:
    model = gamblers_problem(0.3, goal=9, least_stake=least_stake)
    for capital in range(1, 9):
        stakes = range(least_stake, min(capital, 9 - capital) + 1)
        assert np.flatnonzero(model.legal_actions[capital]).tolist() == list(stakes)
        for stake in stakes:
            row = merged(model, capital, stake)
            expected: dict[tuple[int, float, bool], float] = {}
            for chance, after in ((0.3, capital + stake), (0.7, capital - stake)):
                key = (after, float(after == 9), after in (0, 9))
                expected[key] = expected.get(key, 0.0) + chance
            assert row == pytest.approx(expected)
