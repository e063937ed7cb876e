"""Nothing from outside reaches a compiled loop unchecked, and a refusal changes nothing."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import guard
from spielfeld.agents import DQN
from spielfeld.envs import access
from spielfeld.envs.board_game import CONNECT_FOUR, Position, board_rules
from spielfeld.envs.board_game.rules import Rules
from spielfeld.envs.tabular import TabularModel
from spielfeld.envs.vector import TabularVectorEnv

LAKE = "spielfeld/FrozenLake-v0"


def four_lakes(name: str = LAKE, **options: Any) -> Any:
    vector = gym.make_vec(name, 4, "vector_entry_point", **options)
    vector.reset(seed=3)
    return vector


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "mask",
    [np.ones(8, bool), np.ones(2, bool), np.ones((2, 2), bool), np.ones((4, 1), bool),
     np.array([1, 0, 0, 0]), [0.0, 1.0, 0.0, 0.0], None, "yes", np.zeros(4, bool)],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("name", [LAKE, "spielfeld/TicTacToe-v0", "spielfeld/TenArmedTestbed-v0"])
def test_a_reset_mask_is_one_bool_a_row_and_one_of_them_true(name: str, mask: Any) -> None:
    vector = four_lakes(name)
    before = vector.state()
    with pytest.raises(ValueError, match="reset_mask must be"):
        vector.reset(options={"reset_mask": mask})
    assert alike(before, vector.state())


def test_numpy_seeds_are_seeds_and_none_is_taken_where_one_is_wrong() -> None:
    vector, twin = four_lakes(), four_lakes()
    vector.reset(seed=np.int64(7))
    twin.reset(seed=7)
    assert alike(vector.state(), twin.state())
    for seed in (-1, 1.5, "7", [1, 2, 3, -4], [1, 2, 3, "x"], True, np.array(7.0)):
        with pytest.raises(ValueError, match="seed"):
            vector.reset(seed=seed)
        assert alike(vector.state(), twin.state())


@pytest.mark.parametrize("name", [LAKE, "spielfeld/ConnectFour-v0"])
def test_actions_beyond_64_bits_do_not_wrap_to_legal_ones(name: str) -> None:
    vector = four_lakes(name)
    before = vector.state()
    for actions in (np.full(4, 2**64 - 1, np.uint64), np.full(4, 2**63, np.uint64),
                    [2**70] * 4, np.zeros(4), np.zeros(4, bool), [None] * 4):  # fmt: skip
        with pytest.raises(ValueError, match="Actions must"):
            vector.step(actions)
    assert alike(before, vector.state())
    vector.step(np.zeros(8, np.uint64)[::2])  # these are right in every sense


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("positions", 10**12), ("positions", 16), ("positions", -2), ("elapsed", -1),
     ("streams", 2**32)],
)  # fmt: skip
def test_a_refused_restore_changes_nothing(name: str, wrong: int) -> None:
    vector = four_lakes()
    before, state = vector.state(), vector.state()
    state[f"rows.{name}"][..., 3] = wrong
    with pytest.raises(ValueError, match=f"The saved 'rows.{name}' must be .*, not {wrong}"):
        vector.restore(state)
    assert alike(before, vector.state())


@pytest.mark.parametrize(
    ("own", "other", "sentence"),
    [(1 << 6, 0, "outside the board"), (2, 0, "free cell below"), (1, 1, "both sides"),
     (1, 0, "another seat or turn"), (0b1111, 0b1111 << 7, "the game is over"), (-1, 0, "")],
)  # fmt: skip
def test_boards_that_no_game_brings_about_are_refused(own: int, other: int, sentence: str) -> None:
    vector = four_lakes("spielfeld/ConnectFour-v0", seat="first")
    state = vector.state()
    state["rows.own"][2], state["rows.other"][2] = own, other
    if own >= 0:
        with pytest.raises(ValueError, match=f"board of row 2.*{sentence}"):
            vector.restore(state)
    single = gym.make("spielfeld/ConnectFour-v0", seat="first")
    single.reset(seed=1)
    told = single.unwrapped.state()
    with pytest.raises(ValueError):
        access.restore(single, told | {"own": own, "other": other})
    assert single.unwrapped.state() == told


@pytest.mark.parametrize("value", [10**12, 16, -2, 1.0, "3", None, True, np.nan, 10**30])
def test_a_position_of_another_world_is_refused(value: Any) -> None:
    env = gym.make(LAKE)
    env.reset(seed=1)
    before = env.unwrapped.state()
    with pytest.raises(ValueError, match=r"The saved 'position' must be .*from -1 to 15"):
        access.restore(env, before | {"position": value})
    assert env.unwrapped.state() == before


def test_a_generator_takes_over_nothing_but_its_own_state() -> None:
    env = gym.make(LAKE)
    env.reset(seed=1)
    before = env.unwrapped.state()
    for state in (None, {}, {"bit_generator": "MT19937"}, before["np_random"] | {"state": 3}):
        with pytest.raises(ValueError, match="'np_random' is not the state of a generator"):
            access.restore(env, before | {"np_random": state})
    assert env.unwrapped.state() == before


@pytest.mark.parametrize("value", [0, -1, 2.5, "9", np.nan, True, 2**62])
def test_rows_and_time_limits_are_whole_numbers_from_one(value: Any) -> None:
    model = gym.make(LAKE).unwrapped.model
    with pytest.raises(ValueError, match="max_episode_steps must be a whole number from 1"):
        TabularVectorEnv(model, 2, value)
    with pytest.raises(ValueError, match="num_envs must be a whole number from 1"):
        TabularVectorEnv(model, value)


def test_what_was_checked_once_cannot_be_changed() -> None:
    model: TabularModel = gym.make(LAKE).unwrapped.model
    arrays = (*model.arrays, model.legal_actions, model.terminal, model.possible)
    assert not any(array.flags.writeable for array in arrays)


def test_a_model_is_the_same_from_arrays_of_any_layout() -> None:
    model: TabularModel = gym.make(LAKE).unwrapped.model
    fields = ("probability", "next_state", "reward", "terminated", "start")
    given = [getattr(model, name) for name in fields]
    strided = [np.repeat(array, 2, axis=0)[::2] for array in given]
    swapped = [array.astype(array.dtype.newbyteorder(">")) for array in given]
    for arrays in (strided, swapped, [np.asfortranarray(array) for array in given]):
        for one, other in zip(TabularModel(*arrays).arrays, model.arrays, strict=True):
            assert np.array_equal(one, other) and one.flags.c_contiguous and one.dtype.isnative
    for wrong in ("lake", [[1], [1, 2]], np.ones((2, 2), complex), {}):
        with pytest.raises(ValueError, match="next_state must be an array of numbers"):
            TabularModel(given[0], wrong, *given[2:])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="terminated must hold true and false"):
        TabularModel(*given[:3], np.full(given[3].shape, 0.5), given[4])  # type: ignore[arg-type]


@pytest.mark.parametrize(("own", "other"), [(-1, 0), (2**63, 0), (2, 0), (1, 1), (1, 0), ("a", 0)])
def test_a_position_is_one_that_a_game_brings_about(own: Any, other: Any) -> None:
    with pytest.raises(ValueError, match="The position"):
        Position(CONNECT_FOUR, own, other)


def test_rules_are_those_that_board_rules_makes() -> None:
    for rules in (Rules(10**9, 7, 4, True, 7, 1, 1), CONNECT_FOUR._replace(board=-1), None):
        with pytest.raises(ValueError, match=r"are no rules of a board|must be a whole number"):
            Position(rules)  # type: ignore[arg-type]
    assert Position(board_rules(4, 4, 3)).legal_actions == [0, 1, 2, 3]


@pytest.mark.parametrize("answer", [7, -1, 3.0, "3", None, True, 10**30, [3]])
def test_an_opponent_answers_a_legal_whole_number(answer: Any) -> None:
    env = gym.make("spielfeld/ConnectFour-v0", opponent=lambda position: answer, seat="first")
    env.reset(seed=1)
    with pytest.raises(ValueError, match=r"The opponent answered .*; legal are"):
        env.step(0)


def test_what_a_sentence_shows_is_one_short_line() -> None:
    for value in (10**5000, "x" * 200, [1] * 1000, "a\nb", np.zeros((9, 9))):
        assert len(guard.shown(value)) <= guard.LONGEST and "\n" not in guard.shown(value)


@pytest.mark.parametrize("name", ["replay.columns.observation", "worlds.length"])
def test_a_network_stays_as_it_is_when_it_refuses_a_state(name: str) -> None:
    lake = gym.make(LAKE)
    learner = DQN(num_envs=2, hidden=(4,), buffer_size=64, learning_starts=20, seed=1)
    learner.learn(lake, 40)
    before = learner.state()
    wild = {**learner.state(), "samples": 17, "owed": 3, name: before[name] - 10**6}
    with pytest.raises(ValueError, match=name.rpartition(".")[2]):
        learner.restore(wild, lake)
    assert alike(before, learner.state())


@pytest.mark.parametrize("wild", ["x", -1, 1.5, True, None, 2**62])
def test_a_network_learns_a_whole_number_of_samples_and_nothing_else(wild: Any) -> None:
    lake, learner = gym.make(LAKE), DQN(num_envs=2, hidden=(4,), seed=1)
    with pytest.raises(ValueError, match="samples must be a whole number"):
        learner.learn(lake, wild)
    assert learner.state() == {}
