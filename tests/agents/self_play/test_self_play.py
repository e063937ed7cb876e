import gymnasium as gym
import numba
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.self_play import AfterstateLearner, SelfPlayConfig, SelfPlayQLearning
from spielfeld.agents.self_play.learner import TIE
from spielfeld.agents.self_play.proof import (
    drawn_against_itself,
    greedy_actions,
    never_loses,
    share_of_optimal,
    solution,
)
from spielfeld.envs.board_game import TIC_TAC_TOE, Position, board_rules
from spielfeld.envs.board_game.rules import stones_of, table_index

NAME = "spielfeld/TicTacToe-v0"
LEARNERS = [AfterstateLearner, SelfPlayQLearning]
SEEDS = range(20)
both = pytest.mark.parametrize("learner_class", LEARNERS)


def board(rows: int, columns: int, connect: int, gravity: bool = False) -> gym.Env:
    size = {"rows": rows, "columns": columns, "connect": connect, "gravity": gravity}
    return gym.make("spielfeld/ConnectK-v0", **size, observation="index")


def number(moves: str, rules=TIC_TAC_TOE) -> int:
    position = Position.of_moves(moves, rules)
    return table_index(rules, position.own, position.other)


def games_to_perfection(learner_class, symmetries: bool, seed: int, interval: int) -> int:
    """Learn, and after every `interval` games look whether every position is played perfectly."""
    learner, env = learner_class(SelfPlayConfig(symmetries=symmetries), seed), gym.make(NAME)
    games = 0
    while games == 0 or share_of_optimal(learner) < 1:
        learner.learn_episodes(env, interval)
        games += interval
        assert games < 200_000
    assert never_loses(learner)
    return games


def test_tic_tac_toe_is_solved_as_counting_says() -> None:
    known = solution(TIC_TAC_TOE)
    assert len(known.positions) == len(set(known.positions.tolist())) == 4520
    stones = [sum(each).bit_count() for each in map(_stones, known.positions)]
    assert np.bincount(stones).tolist() == [1, 9, 72, 252, 756, 1140, 1372, 696, 222]
    row = {
        position: known.optimal[k].tolist() for k, position in enumerate(known.positions.tolist())
    }
    assert all(row[number("")])  # every opening is a draw
    assert np.flatnonzero(row[number("1")]).tolist() == [4]  # a corner is answered in the centre
    assert np.flatnonzero(row[number("1245")]).tolist() == [6]  # a win is taken


def _stones(position: int) -> tuple[int, int]:
    return stones_of(TIC_TAC_TOE, int(position))


def test_afterstates_with_symmetries_are_perfect_in_every_position_after_3500_games() -> None:
    games = [games_to_perfection(AfterstateLearner, True, seed, 500) for seed in SEEDS]
    assert max(games) <= 3_500 and np.median(games) <= 2_500


def test_afterstates_without_symmetries_are_perfect_after_25000_games() -> None:
    games = [games_to_perfection(AfterstateLearner, False, seed, 2_500) for seed in SEEDS]
    assert max(games) <= 25_000 and np.median(games) <= 17_500


@pytest.mark.slow
def test_afterstates_need_fewer_games_than_actions_and_symmetries_fewer_than_none() -> None:
    for seed in range(2):
        afterstates, actions = (
            [games_to_perfection(one, symmetries, seed, 500) for symmetries in (True, False)]
            for one in LEARNERS
        )
        assert afterstates[0] < actions[0] < afterstates[1] < actions[1] < 100_000


@both
@pytest.mark.parametrize("symmetries", [True, False])
@pytest.mark.parametrize(
    "size", [(1, 5, 2), (2, 3, 2), (3, 2, 2, True), (2, 4, 3, True), (2, 2, 2), (1, 1, 1)]
)
def test_small_boards_are_learned_to_perfection(learner_class, symmetries: bool, size) -> None:
    learner = learner_class(SelfPlayConfig(symmetries=symmetries, learning_rate=0.5), 1)
    learner.learn(board(*size), 60_000)
    assert share_of_optimal(learner) == 1
    assert np.isin(greedy_actions(learner).sum(axis=1), range(1, 10)).all()


@both
def test_values_become_the_results_of_perfect_play(learner_class) -> None:
    learner = learner_class(seed=2)
    learner.learn(gym.make(NAME), 200_000)
    values = learner.predict(solution(TIC_TAC_TOE).positions)
    assert set(np.unique(values[values > -np.inf])) == {-1, 0, 1}
    assert learner.predict(0).tolist() == [0] * 9
    assert learner.predict(number("1")).tolist() == [-np.inf, -1, -1, -1, 0, -1, -1, -1, -1]


def plain(learner_class, monkeypatch: pytest.MonkeyPatch):
    """Make a subclass whose loop is plain Python."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    return type("Plain", (learner_class,), {})


class Scripted:
    """Draws that explore, and choose the moves that were asked for."""

    def __init__(self, choices: list[tuple[int, int]]) -> None:
        self.draws = [draw for which, of in choices for draw in (0.0, (which + 0.5) / of)]

    def random(self) -> float:
        return self.draws.pop(0)


@pytest.mark.uncompiled
@pytest.mark.parametrize(
    ("learner_class", "expected"),
    # Afterstates know the win: 0 - 0.5 * (0 + 1), then -0.5 - 0.5 * (-0.5 + 1). Q-learning meets it
    # at the end of the first game, 0 - 0.5 * (0 - 1); in the second one 0 - 0.5 * (0 + 0.5).
    [(AfterstateLearner, [-0.5, -0.75]), (SelfPlayQLearning, [0.0, -0.25])],
)
def test_the_last_move_of_the_loser_is_learned_from_as_by_hand(
    learner_class, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = plain(learner_class, monkeypatch)
    learner, env = kind(SelfPlayConfig(0.5, symmetries=False)), board(1, 4, 2)
    lost = []
    for _ in range(2):
        learner.learn(env, 0)
        left_right_and_two = [(0, 4), (2, 3), (0, 2)]
        learner.progress.generator = Scripted(left_right_and_two)
        assert learner.learn_episodes(env, 1)["episode_return"].tolist() == [1]
        lost.append(learner.predict(number("1", env.unwrapped.rules))[3])
    assert lost == expected
    assert learner.predict(0).tolist() == [0, 0, 0, 0]  # another answer would have been no worse


@pytest.mark.uncompiled
@both
def test_compiled_play_is_readable_play_bit_for_bit(learner_class, monkeypatch) -> None:
    fast = learner_class(SelfPlayConfig(0.3, 0.5), 7)
    history = fast.learn(gym.make(NAME), 400)
    slow = plain(learner_class, monkeypatch)(SelfPlayConfig(0.3, 0.5), 7)
    assert slow.learn(gym.make(NAME), 400) == history
    assert fast.table.values.tobytes() == slow.table.values.tobytes()
    assert fast.table.values.any()


@pytest.mark.slow
def test_games_are_recorded_as_random_play_ends_them() -> None:
    history = AfterstateLearner(seed=1).learn(gym.make(NAME), 300_000)
    shares = [np.mean(history["episode_return"] == result) for result in (1, 0, -1)]
    assert shares == pytest.approx([0.58492, 0.12698, 0.28810], abs=4 * 0.0025)
    assert history["samples"][-1] == history["episode_length"].sum() <= 300_000
    odd = history["episode_length"] % 2 == 1
    assert (history["episode_return"][odd & (history["episode_length"] < 9)] == 1).all()
    assert (history["episode_return"][~odd] == -1).all()


def test_a_part_of_a_game_counts_in_the_next_call() -> None:
    learner, env = AfterstateLearner(seed=1), gym.make(NAME)
    parts = [learner.learn(env, 1) for _ in range(60)]
    together = AfterstateLearner(seed=1).learn(env, 60)
    assert sum(map(len, parts)) == len(together) > 5
    assert len(learner.learn_episodes(env, 7)) == 7


@both
def test_predictions_have_a_value_for_each_legal_action(learner_class) -> None:
    learner = learner_class()
    learner.learn(gym.make(NAME), 100)
    assert learner.predict(0).shape == (9,)
    assert learner.predict(np.zeros((2, 3), int)).shape == (2, 3, 9)
    assert np.flatnonzero(learner.predict(number("159")) == -np.inf).tolist() == [0, 4, 8]


def test_acting_explores_as_much_as_it_should() -> None:
    env = gym.make(NAME)
    perfect = AfterstateLearner(SelfPlayConfig(exploration_rate=0.0), seed=1)
    perfect.restore(_taught(env).state(), env)
    curious = AfterstateLearner(seed=1)
    curious.learn(env, 0)
    assert {perfect.act(number("1")) for _ in range(50)} == {4}
    assert {perfect.act(0) for _ in range(200)} == set(range(9))
    assert {curious.act(number("1")) for _ in range(200)} == set(range(1, 9))


def _taught(env: gym.Env) -> AfterstateLearner:
    learner = AfterstateLearner()
    learner.learn(env, 100_000)
    return learner


def test_values_within_a_hair_are_ties() -> None:
    learner = AfterstateLearner(SelfPlayConfig(symmetries=False))
    learner.learn(gym.make(NAME), 0)
    for action, value in ((0, 1e-10), (1, 0.0), (2, -1e-8)):
        learner.table.values[3 ** ((action % 3) * 3 + 2)] = value  # cells count by column, upwards
    empty = greedy_actions(learner)[solution(TIC_TAC_TOE).positions == 0]
    assert empty.tolist() == [[True, True, False] + [True] * 6]
    assert TIE == 1e-9


def test_who_knows_nothing_draws_with_itself_as_counted_by_hand() -> None:
    # A first stone in the centre of three cells wins; at an end it draws if the centre is next.
    learner = SelfPlayQLearning()
    learner.learn(board(1, 3, 2), 0)
    assert drawn_against_itself(learner) == pytest.approx(2 / 3 * 1 / 2)


@pytest.mark.slow
def test_greedy_play_looks_perfect_against_itself_and_still_loses() -> None:
    settings = SelfPlayConfig(exploration_rate=0.0, symmetries=False, initial_value=0.5)
    for seed in range(5):
        learner = AfterstateLearner(settings, seed)
        history = learner.learn_episodes(gym.make(NAME), 10_000)
        assert (history["episode_return"][-1_000:] == 0).all()
        assert drawn_against_itself(learner) == 1
        assert not never_loses(learner) and share_of_optimal(learner) < 0.9


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("spielfeld/CliffWalking-v0", "Self-play needs a board game, such as spielfeld/TicTacToe"),
        ("spielfeld/ConnectFour-v0", "A board of 6 x 7 cells has too many positions for a table"),
    ],
)
def test_worlds_that_do_not_fit_are_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AfterstateLearner().learn(gym.make(source), 10)


def test_a_table_of_another_board_is_refused() -> None:
    learner = AfterstateLearner()
    learner.learn(board(2, 2, 2), 10)
    with pytest.raises(ValueError, match=r"'table.values' has shape \(81,\), but \(19683,\) is"):
        AfterstateLearner().restore(learner.state(), gym.make(NAME))


def test_another_game_begins_with_an_empty_table() -> None:
    learner = AfterstateLearner()
    learner.learn(board(2, 2, 2), 1_001)
    learner.learn(gym.make(NAME), 1_000)
    assert learner.rules == TIC_TAC_TOE and learner.table.values.size == 3**9
    kept = learner.table.values
    learner.learn(gym.make(NAME, opponent="rule"), 10)  # the same game: its opponent is left alone
    assert learner.table.values is kept


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"learning_rate": 0.0}, "learning_rate must be above 0 and at most 1"),
     ({"initial_value": 2}, "initial_value must be from -1 to 1, not 2"),
     ({"exploration_rate": 1.5}, "exploration_rate must be from 0 to 1, not 1.5")],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        SelfPlayConfig(**settings)


def test_a_board_that_is_won_at_once_is_known_to_be() -> None:
    rules = board_rules(1, 1, 1, gravity=False)
    assert solution(rules).positions.tolist() == [0]
