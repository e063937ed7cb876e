"""The planners reproduce published values, to the digits given, in the worlds that ship."""

import gymnasium
import numpy as np
import pytest

from spielfeld import envs
from spielfeld.agents.planning import (
    expected_steps,
    finite_horizon,
    greedy_policy,
    policy_evaluation,
    policy_iteration,
    random_policy,
    soft_model,
    soft_policy,
    start_value,
    value_iteration,
)
from spielfeld.envs import TabularModel
from spielfeld.envs.gymnasium_table import read_table

SOLVERS = [value_iteration, policy_iteration]

UNIFORM_JUMPS = """
3.309 8.789 4.428 5.322 1.492
1.522 2.992 2.250 1.908 .547
.051 .738 .673 .358 -.403
-.974 -.435 -.355 -.586 -1.183
-1.858 -1.345 -1.229 -1.423 -1.975"""
OPTIMAL_JUMPS = """
21.977 24.419 21.977 19.419 17.477
19.780 21.977 19.780 17.802 16.022
17.802 19.780 17.802 16.022 14.419
16.022 17.802 16.022 14.419 12.977
14.419 16.022 14.419 12.977 11.680"""
UNIFORM_CORNERS = """
0 -14 -20 -22
-14 -18 -20 -20
-20 -20 -18 -14
-22 -20 -14 0"""
RUSSELL_NORVIG = """
.8516 .9078 .9578 0
.8016 nan .7003 0
.7453 .6953 .6514 .4279"""


def model_of(name: str) -> TabularModel:
    return gymnasium.make(f"spielfeld/{name}-v0").unwrapped.model


def on_the_map(name: str, values: np.ndarray) -> np.ndarray:
    """Values by row and column; nan where nobody can stand."""
    env = gymnasium.make(f"spielfeld/{name}-v0").unwrapped
    picture = np.full(env.layout.shape, np.nan)
    picture[tuple(env.grid_states.cells.T)] = values
    return picture


def table(text: str) -> np.ndarray:
    return np.array([line.split() for line in text.split("\n")[1:]], float)


def digits(number: int) -> dict[str, float]:
    """Equal when rounded to so many digits after the point."""
    return {"rel": 0, "abs": 0.5 * 10**-number + 1e-9}


@pytest.mark.parametrize("solve", SOLVERS)
def test_russell_norvig_4x3(solve) -> None:
    values = on_the_map("RussellNorvig4x3", solve(model_of("RussellNorvig4x3")).values)
    assert values == pytest.approx(table(RUSSELL_NORVIG), nan_ok=True, **digits(4))


def test_sutton_barto_example_3_5() -> None:
    model = model_of("JumpGridWorld")
    values = on_the_map("JumpGridWorld", policy_evaluation(model, random_policy(model), 0.9))
    assert values == pytest.approx(table(UNIFORM_JUMPS), **digits(3))


@pytest.mark.parametrize("solve", SOLVERS)
def test_sutton_barto_example_3_8(solve) -> None:
    values = on_the_map("JumpGridWorld", solve(model_of("JumpGridWorld"), 0.9).values)
    assert values == pytest.approx(table(OPTIMAL_JUMPS), **digits(3))


def test_sutton_barto_example_4_1() -> None:
    model = model_of("CornerGridWorld")
    values = on_the_map("CornerGridWorld", policy_evaluation(model, random_policy(model)))
    assert values == pytest.approx(table(UNIFORM_CORNERS), abs=1e-9)


def test_sutton_barto_example_4_1_after_three_sweeps() -> None:
    model = model_of("CornerGridWorld")
    values = policy_evaluation(model, random_policy(model), horizon=3)
    assert on_the_map("CornerGridWorld", values)[0].tolist() == [0, -2.4375, -2.9375, -3]


def test_sutton_barto_example_6_2() -> None:
    model = model_of("RandomWalk")
    inner = on_the_map("RandomWalk", policy_evaluation(model, random_policy(model)))[0, 1:-1]
    assert inner == pytest.approx(np.arange(1, 6) / 6)
    assert np.sqrt(np.mean((inner - 0.5) ** 2)) == pytest.approx(0.235702, **digits(6))


@pytest.mark.parametrize("solve", SOLVERS)
def test_sutton_barto_example_6_5(solve) -> None:
    model = model_of("WindyGridWorld")
    assert model.start @ solve(model).values == -15
    assert start_value(model, solve(model).policy) == pytest.approx(-15)


@pytest.mark.parametrize("solve", SOLVERS)
def test_sutton_barto_example_6_6(solve) -> None:
    model = model_of("CliffWalking")
    assert model.start @ solve(model).values == -13
    assert model.start @ finite_horizon(model, 100) == -13


@pytest.mark.parametrize("solve", SOLVERS)
def test_the_best_soft_policy_of_the_cliff(solve) -> None:
    model = model_of("CliffWalking")
    soft = soft_model(model, 0.1)
    plan = solve(soft)
    assert soft.start @ plan.values == pytest.approx(-20.708, **digits(3))
    softened = soft_policy(plan.policy, 0.1, model.legal_actions)
    assert start_value(model, softened) == pytest.approx(-20.708, **digits(3))


def test_exploring_along_the_shortest_way_falls_off_the_cliff() -> None:
    model = model_of("CliffWalking")
    greedy = greedy_policy(policy_iteration(model).action_values, model.legal_actions)
    assert start_value(model, soft_policy(greedy, 0.1)) == pytest.approx(-50.800, **digits(3))


def test_the_random_policy_falls_off_the_cliff_for_ages() -> None:
    model = model_of("CliffWalking")
    assert start_value(model, random_policy(model)) == pytest.approx(-65_375, **digits(0))


def test_sutton_barto_example_8_1() -> None:
    model = model_of("DynaMaze")
    best = policy_iteration(model, 0.95).policy
    assert model.start @ expected_steps(model, best) == pytest.approx(14)
    steps = model.start @ expected_steps(model, random_policy(model))
    assert steps == pytest.approx(868.7, **digits(1))


def frozen_lakes() -> list[TabularModel]:
    theirs = gymnasium.make("FrozenLake-v1", is_slippery=True)
    return [model_of("FrozenLake"), read_table(theirs)]


@pytest.mark.parametrize("model", frozen_lakes(), ids=["ours", "gymnasium"])
class TestFrozenLake:
    def test_without_limit_14_of_17_attempts_succeed(self, model: TabularModel) -> None:
        assert model.start @ policy_iteration(model).values == pytest.approx(14 / 17, abs=1e-12)
        iterated = value_iteration(model, tolerance=1e-12)
        assert model.start @ iterated.values == pytest.approx(14 / 17, abs=1e-9)

    def test_random_steps_hardly_succeed_limited_or_not(self, model: TabularModel) -> None:
        for horizon in (100, None):
            value = start_value(model, random_policy(model), horizon=horizon)
            assert value == pytest.approx(0.013940, **digits(6))

    def test_the_best_stationary_policy_within_100_steps(self, model: TabularModel) -> None:
        found = [climb(model, 100, seed) for seed in range(5)]
        assert max(found) == pytest.approx(0.740165, **digits(6))

    def test_knowing_the_time_left_beats_every_stationary_policy(self, model) -> None:
        assert model.start @ finite_horizon(model, 100) > 0.741


def climb(model: TabularModel, horizon: int, seed: int) -> float:
    """Change one action at a time while it helps; where no change helps, return the value."""
    policy = np.random.default_rng(seed).integers(model.actions, size=model.states)
    value, before = start_value(model, policy, horizon=horizon), -np.inf
    while value > before:
        before = value
        for state in np.flatnonzero(~model.terminal):
            tries = np.tile(policy, (model.actions, 1))
            tries[:, state] = range(model.actions)
            values = [start_value(model, changed, horizon=horizon) for changed in tries]
            if max(values) > value + 1e-12:
                policy, value = tries[np.argmax(values)], max(values)
    return value


@pytest.mark.parametrize("name, value", [("CliffWalking-v1", -13), ("Taxi-v4", 7.93)])
def test_gymnasium_worlds(name: str, value: float) -> None:
    model = read_table(gymnasium.make(name))
    assert model.start @ policy_iteration(model).values == pytest.approx(value)


@pytest.mark.parametrize("name", envs.CATALOGUE)
def test_both_planners_agree_in_every_world(name: str) -> None:
    model = gymnasium.make(name).unwrapped.model
    iterated, exact = value_iteration(model, 0.95), policy_iteration(model, 0.95)
    assert iterated.values == pytest.approx(exact.values, rel=0, abs=1e-8)
    assert iterated.error_bound <= 1e-8
