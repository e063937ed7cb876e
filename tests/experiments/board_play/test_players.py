import numpy as np
import pytest

from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, Position, board_rules
from spielfeld.envs.board_game.rules import action_of, cell_bit
from spielfeld.experiments.board_play.match import (
    Match,
    Player,
    find_player,
    named_player,
    thoughts,
)
from spielfeld.experiments.board_play.table import asked, next_shown
from spielfeld.experiments.door import make
from spielfeld.experiments.run import train
from spielfeld.experiments.spec import RunSpec


def game(first, second, rules):
    match = Match(rules, second, first, 0, watching=True)
    while (player := match.waits_for) is not None:
        match.play(player.choose(match.position))
    return match


def test_named_players_play_legal_moves_and_the_same_under_the_same_seed():
    games = [
        game(named_player("random", 3), named_player("rule", 4), CONNECT_FOUR).moves
        for _ in range(2)
    ]
    assert games[0] == games[1] and len(set(games[0])) > 1


def test_the_perfect_player_does_not_lose_and_knows_the_results():
    perfect = named_player("perfect", 1)
    for seed in range(10):
        assert game(perfect, named_player("random", seed), TIC_TAC_TOE).position.winner != 1
        assert game(named_player("rule", seed), perfect, TIC_TAC_TOE).position.winner != 0
    position = Position.of_moves("52", TIC_TAC_TOE)
    expected = [1, np.nan, 1, 1, np.nan, 1, 1, 0, 1]
    assert np.array_equal(thoughts((perfect, position)), expected, equal_nan=True)


def test_uct_expects_most_of_the_move_that_wins():
    uct, position = named_player("uct", 1), Position.of_moves("5142", TIC_TAC_TOE)
    values = thoughts((uct, position))
    assert np.nanargmax(values) == 5 and values[5] == 1
    assert np.flatnonzero(np.isnan(values)).tolist() == [0, 1, 3, 4]
    assert uct.choose(position) == 5


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    spec = RunSpec("q-learning", "spielfeld/TicTacToe-v0", samples=20_000, seed=1)
    return train(spec, tmp_path_factory.mktemp("runs"))


def test_a_run_plays_what_it_has_learned_and_tells_its_values(run):
    player = find_player(str(run.directory), TIC_TAC_TOE)
    learner, env = run.learner, run.source
    position = Position.of_moves("159", TIC_TAC_TOE)
    values = thoughts((player, position))
    legal = np.isin(np.arange(9), position.legal_actions)
    observation = env.unwrapped.observer(position.own, position.other)
    assert np.array_equal(values[legal], learner.predict(observation)[legal])
    assert np.isnan(values[~legal]).all()
    assert values[player.choose(position)] == np.nanmax(values)
    assert player.name == "q-learning"


def test_a_run_of_another_game_is_refused(run):
    with pytest.raises(ValueError, match="which is another game than this"):
        find_player(str(run.directory), CONNECT_FOUR)


def test_a_run_is_an_opponent_that_training_and_scoring_know_exactly(run):
    options = {"opponent": str(run.directory), "seat": "first"}
    spec = RunSpec("q-learning", run.spec.source, 20_000, seed=1, source_options=options)
    second = train(spec, run.directory.parent)
    env = second.source
    env.reset(seed=1)
    env.step(4)
    answered = env.unwrapped.other
    graduate = find_player(str(run.directory), TIC_TAC_TOE)
    position = Position(TIC_TAC_TOE, 0, cell_bit(TIC_TAC_TOE, 1, 1))
    assert action_of(TIC_TAC_TOE, answered) in {graduate.choose(position) for _ in range(20)}
    assert second.score.episodes == 0 and second.score.share > 0.9


@pytest.mark.parametrize("source", ["spielfeld/ConnectFour-v0", "spielfeld/GridWorld-v0"])
def test_a_run_is_no_opponent_in_another_game(run, source):
    with pytest.raises(ValueError, match=r"another game than this|unexpected keyword"):
        make(source, opponent=str(run.directory))


def test_a_directory_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"is no run: it has no spec\.json"):
        find_player(str(tmp_path), TIC_TAC_TOE)
    with pytest.raises(ValueError, match=r"is no run: it has no spec\.json"):
        make("spielfeld/TicTacToe-v0", opponent=str(tmp_path))


def test_the_name_of_uct_says_how_long_it_thinks():
    values = thoughts((find_player("uct:7", TIC_TAC_TOE), Position(TIC_TAC_TOE)))
    assert set(np.abs(values)) <= {0, 1}  # of one playout for each move, at the most
    assert find_player("uct:7", TIC_TAC_TOE).name == "uct:7"


def test_players_that_cannot_search_such_a_board_are_refused_before_the_game():
    with pytest.raises(ValueError, match="uct:9 cannot search a board of 9 x 9"):
        find_player("uct:9", board_rules(9, 9, 5))
    with pytest.raises(ValueError, match="9 x 9 is too large to be solved"):
        find_player("perfect", board_rules(9, 9, 5))


def test_an_unknown_player_is_refused_by_name():
    with pytest.raises(ValueError, match="There is no player 'god': random, rule, perfect"):
        find_player("god", TIC_TAC_TOE)


def test_what_is_shown_goes_round_and_nothing_after_the_end():
    player = Player("first free", lambda position: position.legal_actions[0])
    match, found = Match(TIC_TAC_TOE, player), []
    shown = "nothing"
    for _ in range(4):
        found.append([one.name for one in asked(match, shown)])
        shown = next_shown(shown)
    assert (found, shown) == ([[], ["values"], ["truths"], ["values", "truths"]], "nothing")
    over = Match(TIC_TAC_TOE, player, moves=[0, 3, 1, 4, 2])
    assert asked(over, "both") == []
    with pytest.raises(ValueError, match="first free has no values of moves"):
        thoughts((player, match.position))
