import io
import sys
import time

import numpy as np
import pytest

from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, board_rules
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.board_play.table import BoardScene, board_text
from spielfeld.experiments.screen import run_text

FIRST_FREE = Player("first free", lambda position: position.legal_actions[0])


@pytest.fixture
def typed(monkeypatch, capsys):
    def type_lines(lines, rules=TIC_TAC_TOE, opponent=FIRST_FREE, **options):
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        match = Match(rules, opponent, **options)
        run_text(BoardScene(match))
        return match, capsys.readouterr().out

    return type_lines


def test_numbers_play_and_the_opponent_answers(typed):
    match, shown = typed("5\n9\n")
    assert match.moves == [4, 0, 8, 1]
    assert "O O .     . . 3\n. X .     4 . 6\n. . X     7 8 ." in shown
    assert shown.endswith("> \n")


def test_columns_are_numbered_below_a_board_where_stones_fall(typed):
    _, shown = typed("4\n", CONNECT_FOUR)
    assert "O . . X . . .\n1 2 3 4 5 6 7\n" in shown
    wide = board_text(Match(board_rules(2, 12, 4), FIRST_FREE)).splitlines()
    assert wide[-1].index("12") == wide[0].rindex(".")


def test_commands_take_back_swap_begin_anew_and_quit(typed):
    match, _ = typed("5\nundo\n9\nquit\nnever read\n")
    assert match.moves == [8, 0] and sys.stdin.readline() == "never read\n"
    match, _ = typed("5\nswap\n")
    assert match.moves == [4, 0, 1] and match.seat == 1
    match, _ = typed("5\nn\n")
    assert match.moves == []


def test_watching_goes_stone_by_stone_and_from_game_to_game(typed):
    match, shown = typed("w\n\n\n5\n")
    assert match.moves == [0, 1] and "You are watching" in shown
    match, _ = typed("w\n" + 7 * "\n", seat=1)
    assert match.moves == []
    match, _ = typed("w\n\nw\n")
    assert not match.watching and match.moves == [0, 1]


def test_wrong_input_is_answered_with_a_sentence(typed):
    match, shown = typed("5\n5\n77\ncastle\n\nundo\nundo\nhelp\n")
    assert match.moves == []
    assert "5 cannot be played here; legal are [2, 3, 4, 6, 7, 8, 9]." in shown
    assert "77 cannot be played here" in shown
    assert "'castle' is no move here." in shown
    assert "There is no move to take back." in shown
    assert shown.count("Moves: the number of a cell") == 3


def test_the_end_is_told(typed):
    _, shown = typed("4\n5\n6\n7\n")
    assert "you win with X" in shown
    assert "the game is over" in shown


def test_thoughts_and_truth_stand_below_the_board(typed):
    hopeful = Player("hopeful", FIRST_FREE.choose, lambda position: np.linspace(-1, 1, 9))
    _, shown = typed("5\nt\nt\nt\nt\n", opponent=hopeful)
    scenes = shown.split("> ")[2:6]
    assert ["hopeful's values" in scene for scene in scenes] == [True, False, True, False]
    assert ["the truth   2: " in scene for scene in scenes] == [False, True, True, False]
    assert "2: -0.75   3: -0.50" in scenes[0] and "2: draw   3: draw" in scenes[1]
    assert max(map(len, shown.splitlines())) <= 78


def test_who_has_no_opinion_is_said_to_have_none(typed):
    _, shown = typed("t\n")
    assert "first free has no values of moves to show." in shown


def test_one_is_told_while_somebody_thinks(typed, monkeypatch):
    monkeypatch.setattr("spielfeld.experiments.screen.PATIENCE", 0.01)
    slow = Player("slow", lambda position: time.sleep(0.2) or position.legal_actions[0])
    match, shown = typed("5\n", opponent=slow)
    assert "slow thinks ..." in shown and match.moves == [4, 0]
