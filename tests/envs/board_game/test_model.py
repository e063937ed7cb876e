import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents import QLearning
from spielfeld.agents.planning import best_start_value, random_policy, start_value
from spielfeld.envs.board_game.model import board_model
from spielfeld.envs.board_game.observation import KINDS, Observer
from spielfeld.envs.board_game.opponents import OPPONENTS, any_moves
from spielfeld.envs.board_game.rules import board_rules, stones_of, table_index

NAME = "spielfeld/TicTacToe-v0"
LIMIT = 9  # more stones than a learner ever puts
# Shares of games that the first player, nobody and the second player win, both at random.
FIRST_WINS, SECOND_WINS = 0.58492, 0.28810


def model_of(**options: object) -> object:
    return gym.make(NAME, **options).unwrapped.model


@pytest.mark.parametrize(("seat", "sign"), [("first", 1), ("second", -1), ("random", 0)])
def test_random_play_earns_what_counting_all_games_says(seat: str, sign: int) -> None:
    model = model_of(seat=seat)
    value = start_value(model, random_policy(model), 1.0, LIMIT)
    assert value == pytest.approx(sign * (FIRST_WINS - SECOND_WINS), abs=1e-5)


def test_the_best_play_against_rules_of_thumb_wins_more_often_than_not() -> None:
    first, second = (best_start_value(model_of(opponent="rule", seat=seat), 1.0, LIMIT)
                     for seat in ("first", "second"))  # fmt: skip
    assert first == pytest.approx(0.927083, abs=1e-6) and second == pytest.approx(0.4)


@pytest.mark.parametrize("opponent", OPPONENTS)
def test_every_row_of_the_table_is_what_the_world_does(opponent: str) -> None:
    env = gym.make(NAME, opponent=opponent).unwrapped
    env.reset(seed=0)
    generator, model = np.random.default_rng(0), env.model
    reached = model.legal_actions & (model.next_state[:, :, 0] != np.arange(3**9)[:, None])
    rows = generator.permutation(np.argwhere(reached))[:300]
    for state, action in rows.tolist():
        possible = np.flatnonzero(model.probability[state, action])
        for k in possible.tolist():
            env.position, draw = state, (k + 0.5) / len(possible)
            env.np_random = type("Fixed", (), {"random": lambda self, draw=draw: draw})()
            observation, reward, over, _, _ = env.step(action)
            row = state, action, k
            expected = model.next_state[row], model.reward[row], model.terminated[row]
            assert (observation, reward, over) == expected


@pytest.mark.parametrize("seat", ["first", "second", "random"])
def test_readable_and_compiled_learning_end_with_the_same_table(seat: str) -> None:
    compiled, readable = (QLearning(seed=3) for _ in range(2))
    fast = compiled.learn(gym.make(NAME, seat=seat), 3_000)
    slow = readable.learn_readably(gym.make(NAME, seat=seat), 3_000)
    assert fast == slow
    assert np.array_equal(compiled.action_values, readable.action_values)


def test_numbers_and_stones_of_a_position_tell_the_same() -> None:
    rules = board_rules(3, 2, 2)
    for number in range(3**rules.cells):
        assert table_index(rules, *stones_of(rules, number)) == number


def test_games_that_are_no_table_have_no_model() -> None:
    for options in ({"illegal": "lose"}, {"opponent": lambda position: position.legal_actions[0]}):
        assert gym.make(NAME, **options).unwrapped.model is None
    assert gym.make("spielfeld/ConnectFour-v0").unwrapped.model is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rows", "columns", "gravity"), [(2, 3, False), (2, 3, True)])
def test_observations_by_number_are_those_of_the_stones(
    kind: str, rows: int, columns: int, gravity: bool
) -> None:
    rules = board_rules(rows, columns, 2, gravity=gravity)
    observer, numbers = Observer(rules, kind), np.arange(3**rules.cells)
    each = np.array([observer(*stones_of(rules, number)) for number in numbers.tolist()])
    found = observer.of_numbers(numbers)
    assert found.dtype == each.dtype and np.array_equal(found, each)
    assert np.array_equal(observer.of_numbers(numbers[5]), each[5])


def test_models_are_made_once() -> None:
    rules = board_rules(2, 2, 2, gravity=False)
    assert board_model(rules, any_moves, 0) is board_model(rules, any_moves, 0)
