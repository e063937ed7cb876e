import threading

import numpy as np
import pytest

from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, board_rules
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.renderer import to_array
from spielfeld.envs.grid_world.window import Window
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.board_play.table import BoardScene
from spielfeld.experiments.screen import in_background, run_window, send, with_list

FIRST_FREE = Player("first free", lambda position: position.legal_actions[0])
SIZE = 480, 528


def table(rules=TIC_TAC_TOE, **options):
    return BoardScene(Match(rules, FIRST_FREE, **options), size=SIZE)


def key(name, letter=""):
    code = getattr(pygame, f"K_{name.upper() if len(name) > 1 else name}")
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode=letter, mod=0, scancode=0)


def press(board, *names):
    for name in names:
        send(board, key(name))


def mouse(board, action, button=1):
    place = board._frame().note_box(action).center
    kind = pygame.MOUSEBUTTONDOWN if button else pygame.MOUSEMOTION
    send(board, pygame.event.Event(kind, pos=place, button=button))


def settle(board):
    """Let time go by until nobody but the one at the window has to move."""
    for _ in range(100):
        if board._chosen is not None:
            board._chosen[1].result()
        board.wait(1.0)
        if board.match.waits_for is None:
            return


def test_a_click_plays_and_is_answered():
    board = table()
    mouse(board, 4)
    assert board.match.moves == [4]
    mouse(board, 5)  # not before the answer
    mouse(board, 8, button=3)
    assert board.match.moves == [4]
    settle(board)
    assert board.match.moves == [4, 0]
    mouse(board, 4)
    assert board.match.moves == [4, 0]


def test_a_click_anywhere_in_a_column_drops_a_stone_there():
    board = table(CONNECT_FOUR)
    mouse(board, 6)
    assert board.match.moves == [6]
    send(board, pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(1, 5), button=1))
    assert board.match.moves == [6]


def test_digits_and_arrows_with_enter_play():
    board = table()
    press(board, "5")
    settle(board)
    press(board, "right", "left", "up", "up", *["right"] * 3, "return")
    assert board.match.moves == [4, 0, 2]
    board = table(CONNECT_FOUR)
    press(board, "kp7")
    settle(board)
    press(board, *["right"] * 9, "up", "down", "return")
    assert board.match.moves == [6, 0, 6]
    press(board, "9", "0")
    board = table(board_rules(5, 5, 4, False))
    press(board, "1")
    assert board.match.moves == []


def test_hovering_shows_where_a_stone_would_fall_on_your_turn_only():
    board = table()
    plain = to_array(board.picture(None))
    mouse(board, 2, button=0)
    assert (to_array(board.picture(None)) != plain).any()
    mouse(board, 0)
    waiting = to_array(board.picture(None))
    mouse(board, 5, button=0)
    assert (to_array(board.picture(None)) == waiting).all()


def test_undo_swap_and_new_games():
    board = table()
    mouse(board, 4)
    settle(board)
    press(board, "u")
    assert board.match.moves == []
    mouse(board, 4)
    press(board, "s")
    assert board.match.your_turn and board.match.seat == 1
    press(board, "n")
    settle(board)
    assert board.match.moves == [0]
    press(board, "q")
    assert board.ended


def test_an_answer_that_comes_after_the_undo_is_dropped():
    may_go_on = threading.Event()

    def slow(position):
        may_go_on.wait(10)
        return position.legal_actions[0]

    board = BoardScene(Match(TIC_TAC_TOE, Player("slow", slow)), size=SIZE)
    mouse(board, 4)
    board.wait(1.0)
    board.picture(None)  # the window goes on
    press(board, "u")
    mouse(board, 8)
    board.wait(1.0)
    may_go_on.set()
    settle(board)
    assert board.match.moves == [8, 0]


def test_watching_has_a_pace_and_can_be_paused_and_taken_over():
    board = table(watching=True)
    board.wait(0.1)
    board._chosen[1].result()
    board.wait(0.5)
    assert board.match.moves == []
    board.wait(0.5)
    assert board.match.moves == [0]
    press(board, "space")
    board.wait(9)
    assert board.match.moves == [0] and board.pace.paused
    press(board, "space")
    send(board, key("equals", "+"))
    assert board.pace.number == 2
    send(board, key("minus", "-"))
    assert board.pace.number == 1
    press(board, "w", "space")
    assert board.match.your_turn is False and not board.pace.paused
    settle(board)
    mouse(board, 5)
    assert board.match.moves == [0, 1, 5]


def shown_after(board, presses):
    """Press T, wait until all is known, and return the picture and the words."""
    press(board, *["t"] * presses)
    for _ in range(3):
        board.picture(None)
        for notebook in board._notebooks.values():
            if notebook.last is not None:
                notebook.last.exception(60)
    return to_array(board.picture(None)), board.news


def test_thoughts_and_truth_are_shown_in_turn():
    hopeful = Player("hopeful", FIRST_FREE.choose, lambda position: np.linspace(-1, 1, 9))
    board = BoardScene(Match(TIC_TAC_TOE, hopeful), size=SIZE)
    plain = to_array(board.picture(None))
    pictures, words = zip(
        *(shown_after(board, presses) for presses in (0, 1, 1, 1, 1)), strict=True
    )
    assert words == ("", "hopeful's values", "the truth", "hopeful's values, the truth", "")
    assert len({picture.tobytes() for picture in pictures}) == 4
    assert np.array_equal(pictures[0], plain) and np.array_equal(pictures[-1], plain)


def test_the_window_goes_on_while_somebody_thinks():
    may_go_on = threading.Event()
    slow = Player("slow", FIRST_FREE.choose, lambda position: may_go_on.wait(30) * np.zeros(9))
    board = BoardScene(Match(TIC_TAC_TOE, slow), shown="thoughts", size=SIZE)
    board.picture(None)
    assert board.news == "slow's values ..."
    may_go_on.set()
    assert shown_after(board, 0)[1] == "slow's values"


def test_who_has_no_opinion_is_said_to_have_none():
    assert shown_after(table(), 1)[1] == "first free has no values of moves to show"


def test_help_fits_into_the_window():
    board = table()
    plain = board.picture(None)
    press(board, "f1")
    assert board.helping
    assert with_list(board.picture(None), board.table).get_size() == plain.get_size() == SIZE
    board.size = (20, 20)
    assert board.picture(None).get_width() == 20


def test_an_error_in_the_background_is_raised_where_the_answer_is_asked_for():
    def fail():
        raise ValueError("no idea")

    with pytest.raises(ValueError, match="no idea"):
        in_background(fail).result(60)


def test_closing_the_window_ends_the_match(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(Window, "events", lambda window: [pygame.event.Event(pygame.QUIT)])
    run_window(BoardScene(Match(TIC_TAC_TOE, FIRST_FREE), "spielfeld/TicTacToe"))
    assert not pygame.display.get_init()


PROGRAM = """
from spielfeld.envs.board_game import TIC_TAC_TOE
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.board_play.table import BoardScene
from spielfeld.experiments.screen import run_window

class Told(Match):
    def play(self, action):
        super().play(action)
        print(self.moves, flush=True)

match = Told(TIC_TAC_TOE, Player("first free", lambda position: position.legal_actions[0]))
run_window(BoardScene(match, "tic-tac-toe"))
print(match.status())
"""
CELLS = [(75 + 150 * (cell % 3), 75 + 150 * (cell // 3)) for cell in range(9)]  # of the window


def read_until(program, words):
    for line in program.stdout:
        if line.strip() == words:
            return
    raise AssertionError(f"never came to {words}: {program.stderr.read()}")


def test_in_a_real_window_a_game_is_played_by_clicks_to_its_end(display):
    with display.running(PROGRAM) as (program, window):
        display.click(window, *CELLS[4])
        read_until(program, "[4, 0]")
        display.click(window, *CELLS[8])
        read_until(program, "[4, 0, 8, 1]")
        display.press("u")
        read_until(program, "[4, 0]")
        display.click(window, *CELLS[3])
        read_until(program, "[4, 0, 3, 1]")
        display.press("s")  # the rings of 0 and 1 are yours now
        read_until(program, "[4, 0, 3, 1, 2]")
        display.click(window, *CELLS[5])
        read_until(program, "[4, 0, 3, 1, 2, 5, 6]")
        display.close_window(window)
        out, errors = program.communicate(timeout=600)
    assert (out, program.returncode) == ("first free wins with X\n", 0), errors
