"""A saved learner whose numbers point beyond its table is refused, and nothing has changed."""

import copy
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401
from spielfeld.agents.self_play import SelfPlayQLearning
from spielfeld.agents.tabular import DynaQ, MonteCarlo, PrioritizedSweeping, QLearning, SarsaLambda

Change = Callable[[dict[str, Any]], Any]


def put(name: str, place: int, value: float) -> Change:
    """Return a change of one number of a saved array."""

    def change(state: dict[str, Any]) -> None:
        state[name].reshape(-1)[place] = value

    return change


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        (QLearning, lambda state: state["episode"].update(state=10**9), "episode's state holds"),
        (QLearning, lambda state: state["episode"].update(action=4), "episode's action holds"),
        (QLearning, lambda state: state.update(samples=1e9), "samples must be a whole number"),
        (QLearning, put("visits", 0, -1), "'visits' holds -1"),
        (QLearning, put("table", 0, np.nan), "table holds what is no number"),
        (DynaQ, put("next_states", 0, 16), "'next_states' holds 16"),
        (DynaQ, put("listed", 0, 65), "'listed' holds 65"),
        (DynaQ, lambda state: state["pairs"].__setitem__(1, state["pairs"][0]), "a pair twice"),
        (SarsaLambda, put("listed", 0, 64), "does not list each cell with a trace once"),
        (MonteCarlo, put("length", 0, 2**40), "'length' must be"),
        (PrioritizedSweeping, put("length", 0, 64), "'heap' and 'place' contradict"),
        (PrioritizedSweeping, put("following", 0, 0), "chain"),
    ],
)
def test_numbers_that_point_beyond_the_table_are_refused(
    kind: type[Any], change: Change, sentence: str
) -> None:
    env, learner = gym.make("spielfeld/FrozenLake-v0"), kind(seed=1)
    learner.learn(env, 0)
    learner.learn_readably(env, 40)
    before, state = learner.state(), copy.deepcopy(learner.state())
    change(state)
    with pytest.raises(ValueError, match=sentence):
        learner.restore(state, env)
    after = learner.state()
    assert all(np.array_equal(after[k], before[k], equal_nan=k == "foreseen")
               for k in before)  # fmt: skip
    learner.restore(before, env)


@pytest.mark.parametrize("number", [-1, 16, 10**9])
def test_states_that_are_none_have_no_prediction(number: int) -> None:
    learner = QLearning(seed=1)
    learner.learn(gym.make("spielfeld/FrozenLake-v0"), 0)
    for given in (number, [number], np.array([0, number])):
        with pytest.raises(ValueError, match=r"The observations of this world are Discrete\(16\)"):
            learner.predict(given)


def test_games_that_a_full_board_ends_soon_are_all_recorded() -> None:
    env = gym.make("spielfeld/SelfPlay-v0", rows=1, columns=3, connect=3)
    history = SelfPlayQLearning(seed=1).learn(env, 3_000)
    assert len(history) == 1_000 and set(history["episode_length"]) == {3.0}


@pytest.mark.parametrize("positions", [[-1], [3**9], [0.5], ["x"], [[1], [1, 2]]])
def test_positions_that_are_none_have_no_prediction(positions: Any) -> None:
    learner = SelfPlayQLearning(seed=1)
    learner.learn(gym.make("spielfeld/TicTacToe-v0"), 0)
    with pytest.raises(ValueError, match="Positions must be"):
        learner.predict(positions)
