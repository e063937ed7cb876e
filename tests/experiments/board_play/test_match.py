import pytest

from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE
from spielfeld.experiments.board_play.match import Match, Player

FIRST_FREE = Player("first free", lambda position: position.legal_actions[0])


def played(moves, **options):
    return Match(TIC_TAC_TOE, FIRST_FREE, moves=list(moves), **options)


def test_undo_takes_back_your_stone_and_the_answer():
    match = played([4, 0, 8])
    assert match.undo() and match.moves == [4, 0]
    assert match.undo() and match.moves == []
    assert not match.undo()


def test_undo_leaves_the_stone_with_which_the_opponent_began():
    match = played([0, 4, 1], seat=1)
    assert match.undo() and match.moves == [0]
    assert not match.undo() and match.moves == [0]


def test_undo_takes_back_any_stone_while_one_watches():
    match = played([0, 4, 1], watching=True)
    match.undo()
    assert match.moves == [0, 4]


def test_a_swap_hands_over_the_stones_and_after_the_end_begins_anew():
    match = played([4])
    assert match.waits_for is FIRST_FREE
    match.swap()
    assert match.your_turn and match.moves == [4]
    match = played([0, 3, 1, 4, 2])
    match.swap()
    assert match.moves == [] and match.waits_for is FIRST_FREE


def test_who_watches_is_stood_in_for_until_they_come_back():
    other = Player("other", FIRST_FREE.choose)
    match = played([], versus=other, watching=True)
    assert (match.player(0), match.player(1)) == (other, FIRST_FREE)
    assert not match.your_turn
    match.watching = False
    assert match.your_turn and match.waits_for is None
    assert played([], watching=True).player(0) is FIRST_FREE


@pytest.mark.parametrize(
    ("moves", "options", "words"),
    [
        ([], {}, "your turn, X"),
        ([0], {}, "first free thinks, O"),
        ([0, 3, 1, 4, 2], {}, "you win with X"),
        ([0, 3, 1, 4, 2], {"seat": 1}, "first free wins with X"),
        ([0, 1, 2, 4, 3, 5, 7, 6, 8], {}, "a draw"),
    ],
)
def test_status_tells_whose_turn_it_is_or_how_it_ended(moves, options, words):
    assert played(moves, **options).status() == words


def test_the_last_stone_is_known_by_its_cell():
    match = Match(CONNECT_FOUR, FIRST_FREE)
    assert match.last is None
    match.play(3)
    match.play(3)
    assert match.last == (4, 3)


def test_illegal_moves_change_nothing():
    match = played([4])
    with pytest.raises(ValueError, match="5 cannot be played here"):
        match.play(4)
    assert match.moves == [4]
