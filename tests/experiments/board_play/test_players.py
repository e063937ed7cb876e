import numpy as np
import pytest

from envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, Position
from experiments.board_play.match import Match, Player
from experiments.board_play.players import find_player, named_player
from experiments.board_play.thoughts import asked, next_shown, thoughts
from experiments.run import train
from experiments.spec import RunSpec


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
    learner, env = run.learner()
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
    with pytest.raises(ValueError, match="first free has no opinion of moves"):
        thoughts((player, match.position))
