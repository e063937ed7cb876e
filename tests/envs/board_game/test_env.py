import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from spielfeld import envs
from spielfeld.envs.board_game import BoardGameEnv, Position
from spielfeld.envs.board_game.opponents import COMPILABLE
from spielfeld.envs.board_game.rules import legal_moves

NAMES = ["spielfeld/ConnectFour-v0", "spielfeld/TicTacToe-v0"]
ROWS = 12


def play_game(env: gym.Env, generator: np.random.Generator, seed: int | None = None) -> list[tuple]:
    observation, info = env.reset(seed=seed)
    record, over = [(observation, 0.0, False, info)], False
    while not over:
        action = int(generator.choice(np.flatnonzero(info["action_mask"])))
        observation, reward, over, truncated, info = env.step(action)
        assert not truncated
        record.append((observation, reward, over, info))
    return record


@pytest.mark.parametrize("observation", ["planes", "index"])
@pytest.mark.parametrize("name", [*NAMES, "spielfeld/ConnectK-v0"])
def test_worlds_pass_the_checkers(name: str, observation: str) -> None:
    if name != NAMES[1] and observation == "index":
        pytest.skip("too large for a table")
    env = gym.make(name, observation=observation, illegal="lose").unwrapped
    check_env(env, skip_render_check=True)
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather see images and one-dimensional boxes
        checker.check_env(env, skip_render_check=True)


@pytest.mark.parametrize("opponent", COMPILABLE)
@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_play_equal_games(name: str, opponent: str) -> None:
    games = [
        play_game(gym.make(name, opponent=opponent), np.random.default_rng(1), seed=5)
        for _ in range(2)
    ]
    for one, other in zip(*games, strict=True):
        assert np.array_equal(one[0], other[0]) and one[1:3] == other[1:3]


@pytest.mark.uncompiled
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
@pytest.mark.parametrize("opponent", COMPILABLE)
@pytest.mark.parametrize(
    ("name", "options"),
    [(NAMES[0], {}), (NAMES[1], {"seat": "second"}), (NAMES[1], {"observation": "planes"}),
     (NAMES[0], {"illegal": "lose", "seat": "first"})],
)  # fmt: skip
def test_vector_rows_are_single_boards(name, options, opponent, mode) -> None:
    mode = gym.vector.AutoresetMode(mode)
    vector = gym.make_vec(
        name, ROWS, "vector_entry_point", autoreset_mode=mode,
        opponent=opponent, **options,
    )  # fmt: skip
    same = mode is gym.vector.AutoresetMode.SAME_STEP
    singles = [gym.make(name, opponent=opponent, **options) for _ in range(ROWS)]
    generator = np.random.default_rng(3)
    observed, info = vector.reset(seed=7)
    alone = [env.reset(seed=7 + row) for row, env in enumerate(singles)]
    ended = np.zeros(ROWS, bool)
    for _ in range(60):
        for row, (observation, single_info) in enumerate(alone):
            assert np.array_equal(observed[row], observation)
            assert np.array_equal(info["action_mask"][row], single_info["action_mask"])
        actions = (generator.random(info["action_mask"].shape) * info["action_mask"]).argmax(1)
        if options.get("illegal") == "lose":
            actions = np.where(generator.random(ROWS) < 0.1, 0, actions)
        observed, reward, terminated, truncated, info = vector.step(actions)
        assert not truncated.any()
        for row, env in enumerate(singles):
            if ended[row] and not same:
                alone[row], ended[row] = env.reset(), False
                assert (reward[row], terminated[row]) == (0, False)
                continue
            *alone_now, over, _, single_info = env.step(int(actions[row]))
            assert (reward[row], terminated[row]) == (alone_now[1], over)
            alone[row] = alone_now[0], single_info
            ended[row] = over and not same
            if over and same:
                assert np.array_equal(info["final_obs"][row], alone_now[0])
                alone[row] = env.reset()


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


def test_illegal_actions_of_vector_rows_are_named_and_change_nothing() -> None:
    vector = gym.make_vec(NAMES[1], 3, "vector_entry_point", seat="first")
    vector.reset(seed=1)
    vector.step(np.array([4, 4, 4]))
    before = vector.state()
    with pytest.raises(ValueError, match="Action 4 of row 1 is illegal; legal are"):
        free = [int(np.flatnonzero(mask)[0]) for mask in vector._info()["action_mask"]]
        vector.step(np.array([free[0], 4, free[2]]))
    assert all(np.array_equal(before[name], array) for name, array in vector.state().items())


def test_a_function_plays_as_opponent_and_is_watched() -> None:
    env = BoardGameEnv(opponent=lambda position: position.legal_actions[0], seat="first")
    env.reset(seed=1)
    env.step(3)
    assert env.board == Position.of_moves("41")
    env = BoardGameEnv(opponent=lambda position: 7, seat="second")
    with pytest.raises(ValueError, match="The opponent answered 7; legal are"):
        env.reset(seed=1)


def test_saved_games_go_on_as_they_would_have() -> None:
    env, other = (gym.make(NAMES[0], opponent="rule") for _ in range(2))
    env.reset(seed=4)
    env.step(3)
    state = env.unwrapped.state()
    rest = [env.step(action)[0] for action in (2, 4)]
    other.reset(seed=9)
    other.unwrapped.restore(state)
    assert all(np.array_equal(other.step(a)[0], seen) for a, seen in zip((2, 4), rest, strict=True))


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
    [({"opponent": lambda position: 0}, "Many boards at once play against one of random, rule"),
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
