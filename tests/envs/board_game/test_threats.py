import numpy as np
import pytest

from spielfeld.compiled import compiled
from spielfeld.envs.board_game.bits import bits_of
from spielfeld.envs.board_game.opponents import rule_moves
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, TIC_TAC_TOE, Rules, board_rules, has_line
from spielfeld.envs.board_game.threats import safe_moves, winning_cells, winning_moves

WIDE = [board_rules(1, 31, 25, gravity=False), board_rules(2, 20, 18)]  # lines of over 64 bits
LARGE = [board_rules(10, 10, 5, gravity=False), board_rules(9, 9, 3)]  # boards of over 64 bits
SMALL = [TIC_TAC_TOE, CONNECT_FOUR, board_rules(4, 5, 3), board_rules(4, 4, 3, gravity=False)]
every_board = pytest.mark.parametrize("rules", [*SMALL, *WIDE, *LARGE])


def middle_games(rules: Rules, games: int = 20) -> list[Position]:
    """Return positions of random games, ends left out."""
    generator, found = np.random.default_rng(1), []
    for _ in range(games):
        position = Position(rules)
        while not position.over:
            found.append(position)
            position = position.play(int(generator.choice(position.legal_actions)))
    return found


def after(position: Position) -> dict[int, Position]:
    """Return what comes of each move, by its cell."""
    plays = [position.play(action) for action in position.legal_actions]
    return {each.other ^ position.own: each for each in plays}


def wins(position: Position) -> int:
    """Return the moves that end the game with a line, each of them tried."""
    return sum(move for move, played in after(position).items() if played.lost)


@every_board
def test_winning_cells_are_those_that_would_make_a_line(rules: Rules) -> None:
    for position in middle_games(rules, 3):
        threats = winning_cells(rules, position.own)
        assert threats & ~rules.board == 0
        for cell in bits_of(rules.board & ~position.stones):
            assert bool(threats & cell) == has_line(rules, position.own | cell)


@every_board
def test_winning_moves_win_and_safe_moves_leave_no_win(rules: Rules) -> None:
    for position in middle_games(rules, 5):
        assert winning_moves(rules, position.own, position.other) == wins(position)
        safe = safe_moves(rules, position.own, position.other)
        for move, played in after(position).items():
            answers = winning_moves(rules, played.own, played.other)
            assert bool(safe & move) == (answers == 0)


@every_board
def test_rule_wins_else_blocks_else_gives_nothing_away(rules: Rules) -> None:
    for position in middle_games(rules, 2)[::5]:
        moves, own, other = after(position), position.own, position.other
        quiet = sum(move for move, played in moves.items() if not wins(played))
        blocks = sum(move for move in moves if has_line(rules, other | move))
        expected = wins(position) or blocks or quiet or sum(moves)
        assert rule_moves(rules, own, other) == expected


@pytest.mark.parametrize("rules", [*SMALL, *WIDE])
def test_compiled_numbers_are_wide_enough_for_every_line(rules: Rules) -> None:
    fast = compiled(winning_cells)
    generator = np.random.default_rng(2)
    for _ in range(200):
        stones = int(generator.integers(2**62)) & rules.board
        assert fast(rules, stones) == winning_cells(rules, stones)
