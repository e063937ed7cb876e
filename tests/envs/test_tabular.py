import dataclasses
from typing import Any

import gymnasium
import numpy as np
import pytest

from spielfeld.envs.gymnasium_table import read_table
from spielfeld.envs.tabular import TabularModel


def world(**changes: Any) -> TabularModel:
    """State 0: action 0 waits or goes to 1, evenly; action 1 goes to 1. State 1 ends episodes."""
    arrays: dict[str, Any] = {
        "probability": [[[0.5, 0.5], [1, 0]], [[1, 0], [1, 0]]],
        "next_state": [[[0, 1], [1, 0]], [[1, 1], [1, 1]]],
        "reward": [[[-1, 4], [2, 0]], [[0, 0], [0, 0]]],
        "terminated": [[[False, True], [True, False]], [[True, True], [True, True]]],
        "start": [1, 0],
    }
    return TabularModel(**{**arrays, **changes})


def changed(name: str, place: tuple[int, ...], value: float) -> dict[str, Any]:
    array = getattr(world(), name).copy()
    array[place] = value
    return {name: array}


def test_a_model_knows_its_size_ends_and_mean_rewards() -> None:
    model = world()
    assert (model.states, model.actions) == (2, 2)
    assert model.terminal.tolist() == [False, True]
    # Action 0: .5 (-1) + .5 (4) = 1.5.
    assert model.expected_reward.tolist() == [[1.5, 2], [0, 0]]
    assert model.legal_actions.all()


def test_cumulative_rows_reach_one_at_the_last_possible_outcome() -> None:
    tenths = np.full((1, 1, 11), 0.1)
    tenths[..., 10] = 0
    zeros = np.zeros((1, 1, 11))
    arrays = TabularModel(tenths, zeros, zeros, zeros, np.ones(1)).arrays
    assert arrays.cumulative[0, 0, 9:].tolist() == [1, 1]
    assert (np.diff(arrays.cumulative[0, 0, :10]) > 0).all()
    assert arrays.reward_deviation.size == 0


def test_a_model_copies_what_it_is_given_and_stays_as_it_is() -> None:
    start = np.array([1.0, 0.0])
    model = world(start=start)
    start[:] = 7
    assert model.start.tolist() == [1, 0]
    with pytest.raises(ValueError, match="read-only"):
        model.probability[0, 0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.start = start  # type: ignore[misc]


def test_outcomes_of_illegal_actions_are_impossible_and_end_nothing() -> None:
    legal = [[True, False], [True, True]]
    never = world(
        legal=legal,
        terminated=np.zeros((2, 2, 2), bool) | [[[False, False], [True, True]], [[False] * 2] * 2],
        probability=[[[1, 0], [0.3, 0]], [[1, 0], [1, 0]]],
    )
    assert not never.possible[0, 1].any()
    assert not never.terminal.any()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"probability": [1.0]}, r"probability must be \[states, actions, outcomes\]"),
        (
            {"probability": np.zeros((2, 0, 2))},
            r"probability must be \[states, actions, outcomes\]",
        ),
        ({"reward": np.zeros((2, 2))}, r"reward must have shape \(2, 2, 2\), not \(2, 2\)"),
        ({"start": [1.0]}, r"start must have shape \(2,\), not \(1,\)"),
        ({"legal": [True, True]}, r"legal must have shape \(2, 2\), not \(2,\)"),
        (changed("probability", (0, 1, 0), 0.9), "State 0, action 1: the probabilities sum to 0.9"),
        (changed("probability", (0, 0), [1.5, -0.5]), "State 0, action 0: a probability is neg"),
        (changed("probability", (1, 1, 0), np.nan), "State 1, action 1: .* not a number"),
        (changed("reward", (0, 1, 1), np.inf), "State 0, action 1: a reward is not a finite"),
        (changed("next_state", (1, 0, 1), 2), "State 1, action 0: a next state is outside 0 to 1"),
        (changed("next_state", (0, 0, 1), -1), "State 0, action 0: a next state is outside"),
        ({"next_state": np.full((2, 2, 2), 0.5)}, "next_state must hold whole numbers"),
        ({"next_state": np.full((2, 2, 2), 2**40)}, "next_state must hold whole numbers that fit"),
        ({"next_state": np.full((2, 2, 2), np.nan)}, "next_state must hold whole numbers"),
        ({"start": [0.5, 0.4]}, "start must be a distribution"),
        ({"start": [1.5, -0.5]}, "start must be a distribution"),
        ({"start": [np.nan, 1]}, "start must be a distribution"),
        ({"legal": [[False, False], [True, True]]}, "State 0: no action is legal"),
        (changed("reward", (1, 1, 0), -1), "State 1, action 1: it ends episodes, so it must lead"),
        (changed("next_state", (1, 0, 0), 0), "State 0, action 0: it ends episodes"),
        (changed("terminated", (1, 0, 0), False), "State 1, action 0: it ends episodes"),
        (
            {"reward_deviation": np.full((2, 2, 2), -1)},
            "State 0, action 0: a deviation is not >= 0",
        ),
        ({"reward_deviation": np.zeros((2, 2))}, "reward_deviation must have shape"),
    ],
)
def test_what_is_no_world_is_refused_by_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        world(**changes)


def test_rows_of_illegal_actions_need_not_sum_to_one() -> None:
    model = world(
        legal=[[True, False], [True, True]], **changed("probability", (0, 1), np.zeros(2))
    )
    assert model.legal_actions.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize(
    "name, options",
    [
        ("FrozenLake-v1", {}),
        ("FrozenLake-v1", {"map_name": "8x8", "is_slippery": False}),
        ("CliffWalking-v1", {}),
        ("CliffWalking-v1", {"is_slippery": True}),
        ("Taxi-v4", {}),
        ("Taxi-v4", {"is_rainy": True}),
    ],
)
def test_gymnasium_tables_are_read_outcome_by_outcome(name: str, options: dict[str, bool]) -> None:
    env = gymnasium.make(name, **options).unwrapped
    model = read_table(env)
    for state in np.flatnonzero(~model.terminal).tolist():
        for action in range(model.actions):
            assert outcomes(model, state, action) == pytest.approx(theirs(env.P[state][action]))
    assert np.array_equal(model.start, env.initial_state_distrib)


def outcomes(model: TabularModel, state: int, action: int) -> dict[tuple[int, float, bool], float]:
    columns = (model.next_state, model.reward, model.terminated)
    rows = zip(*(column[state, action].tolist() for column in columns), strict=True)
    shares = model.probability[state, action].tolist()
    return {row: share for row, share in zip(rows, shares, strict=True) if share > 0}


def theirs(
    listed: list[tuple[float, int, float, bool]],
) -> dict[tuple[int, float, bool], float]:
    """Add up equal outcomes, with a loop of its own."""
    shares: dict[tuple[int, float, bool], float] = {}
    for share, state, reward, terminated in listed:
        key = (int(state), float(reward), bool(terminated))
        shares[key] = shares.get(key, 0.0) + share
    return {key: share for key, share in shares.items() if share > 0}


def test_a_step_beyond_the_table_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Taxi-v4 has fickle_passenger, so its step does more"):
        read_table(gymnasium.make("Taxi-v4", fickle_passenger=True))


def test_a_world_without_a_table_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="CartPole-v1 has no table P"):
        read_table(gymnasium.make("CartPole-v1"))


class Hall:
    """Stands for a world with a table: 0 leads to 1, and 1 back to 0 or to the end, 2."""

    spec = None
    initial_state_distrib = (2.0, 0, 0)  # shares need not sum to 1

    def __init__(self, last: list[tuple[float, int, float, bool]]) -> None:
        self.P = {0: {0: [(1.0, 1, 0.0, False)]}, 1: {0: last}, 2: {0: [(1.0, 2, 5.0, False)]}}
        self.unwrapped = self


def test_equal_outcomes_are_merged_and_ends_absorb() -> None:
    model = read_table(Hall([(0.25, 0, 1, False), (0.5, 2, 1.0, True), (0.25, 0, 1.0, False)]))
    assert outcomes(model, 1, 0) == {(0, 1.0, False): 0.5, (2, 1.0, True): 0.5}
    assert outcomes(model, 2, 0) == {(2, 0.0, True): 1.0}
    assert model.start.tolist() == [1, 0, 0]


def test_a_state_that_ends_only_some_episodes_is_refused() -> None:
    with pytest.raises(ValueError, match="Hall: state 1, action 0 enters a state that ends other"):
        read_table(Hall([(0.5, 2, 0.0, True), (0.5, 2, 0.0, False)]))
