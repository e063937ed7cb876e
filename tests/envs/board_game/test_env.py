import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs
from spielfeld.envs.board_game import BoardGameEnv, Position
from spielfeld.envs.board_game.rules import legal_moves

NAMES = ["spielfeld/ConnectFour-v0", "spielfeld/TicTacToe-v0"]


@pytest.mark.parametrize(("seat", "stones"), [("first", 0), ("second", 1)])
def test_an_opponent_that_begins_has_begun_after_reset(seat: str, stones: int) -> None:
    env = gym.make(NAMES[0], seat=seat)
    for seed in range(5):
        observation, _ = env.reset(seed=seed)
        assert (observation[0].sum(), observation[1].sum()) == (0, stones)
        assert env.unwrapped.board.mover == stones


def test_both_seats_are_drawn_equally_often() -> None:
    env = gym.make(NAMES[0])
    second = [env.reset(seed=seed)[0].sum() for seed in range(400)]
    assert 160 <= sum(second) <= 240


def test_illegal_actions_are_refused_or_lose() -> None:
    strict, lenient = (gym.make(NAMES[1], seat="first", illegal=how) for how in ("raise", "lose"))
    for env in (strict, lenient):
        env.reset(seed=1)
        env.step(4)
    with pytest.raises(ValueError, match=r"Action 4 is not legal here; legal are \["):
        strict.step(4)
    with pytest.raises(ValueError, match="Action 9 is not legal"):
        strict.step(9)
    assert lenient.step(4)[1:3] == (-1.0, True)
    with pytest.raises(gym.error.ResetNeeded, match="The game is over"):
        lenient.unwrapped.step(0)


def test_a_function_plays_as_opponent_and_is_watched() -> None:
    env = BoardGameEnv(opponent=lambda position: position.legal_actions[0], seat="first")
    env.reset(seed=1)
    env.step(3)
    assert env.board == Position.of_moves("41")
    env = BoardGameEnv(opponent=lambda position: 7, seat="second")
    with pytest.raises(ValueError, match="The opponent answered 7; legal are"):
        env.reset(seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seat": "third"}, "seat must be one of first, second, random, not 'third'"),
        ({"opponent": "god"}, "There is no opponent 'god': choose one of random, rule"),
        ({"observation": "index"}, "42 cells has too many positions"),
        ({"observation": "sound"}, "observation must be one of planes, index"),
        ({"illegal": "shrug"}, "illegal must be one of raise, lose"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        BoardGameEnv(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"opponent": lambda position: 0}, "needs one of the opponents random, rule"),
     ({"rows": 15, "columns": 15}, "15 x 15 cells exceed 62 bits")],
)  # fmt: skip
def test_boards_that_cannot_be_compiled_are_refused_by_the_vector_world(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        gym.make_vec("spielfeld/ConnectK-v0", 2, "vector_entry_point", **options)


def test_the_board_is_shown_as_text() -> None:
    env = gym.make(NAMES[1], seat="first", render_mode="ansi")
    env.reset(seed=1)
    assert env.render() == ". . .\n. . .\n. . .\n"
    assert envs.BOARD_GAMES.keys() >= set(NAMES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"opponent": "perfect", "rows": 9, "columns": 9}, "9 x 9 is too large to be solved"),
        ({"opponent": "perfect", "rows": 6, "gravity": False}, "6 x 7 is too large to be solved"),
        ({"opponent": "uct", "rows": 9, "columns": 9}, "uct cannot search a board of 9 x 9"),
    ],
)
def test_opponents_that_cannot_search_such_a_board_are_refused_at_once(options, message) -> None:
    with pytest.raises(ValueError, match=message):
        BoardGameEnv(**options)


class FirstFree:
    """Chooses among one move: the first."""

    def moves(self, rules, own: int, other: int) -> int:
        return legal_moves(rules, own | other) & -legal_moves(rules, own | other)


def test_an_opponent_that_chooses_among_moves_has_a_table() -> None:
    env = BoardGameEnv(3, 3, 3, gravity=False, opponent=FirstFree(), seat="first")
    env.reset(seed=1)
    assert env.step(4)[0][1].sum() == 1 and env.other == 1
    assert (np.count_nonzero(env.model.probability, axis=2) == 1).all()
