from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import (
    CONNECT_FOUR,
    TIC_TAC_TOE,
    Rules,
    action_of,
    board_rules,
    cell_bit,
    cell_of,
    move_of,
    position_key,
    table_index,
    winning_lines,
)

# Positions, and results of games that end, by ply: figures that many programs agree upon.
TIC_TAC_TOE_POSITIONS = [1, 9, 72, 252, 756, 1260, 1520, 1140, 390, 78]
CONNECT_FOUR_POSITIONS = [1, 7, 49, 238, 1120, 4263, 16422]


@st.composite
def boards(draw: st.DrawFn) -> Rules:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    connect = draw(st.integers(1, max(rows, columns)))
    return board_rules(rows, columns, connect, draw(st.booleans()))


def walk(rules: Rules, draws: list[float]) -> list[Position]:
    """Play legal moves that the draws choose, to the end of the game or of the draws."""
    positions = [Position(rules)]
    for draw in draws:
        legal = positions[-1].legal_actions
        if not legal:
            break
        positions.append(positions[-1].play(legal[int(draw * len(legal))]))
    return positions


def line_by_looking(cells: np.ndarray, player: int, connect: int) -> bool:
    """Look along every direction from every cell."""
    rows, columns = cells.shape
    for row, column in np.ndindex(rows, columns):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            places = [(row + k * down, column + k * right) for k in range(connect)]
            if all(0 <= r < rows and 0 <= c < columns for r, c in places) and all(
                cells[place] == player for place in places
            ):
                return True
    return False


games = st.lists(st.floats(0, 1, exclude_max=True), max_size=42)


@given(boards(), games)
def test_lines_are_those_that_one_sees(rules: Rules, draws: list[float]) -> None:
    for position in walk(rules, draws):
        seen = [line_by_looking(position.cells, player, rules.connect) for player in (1, 2)]
        assert position.lost == seen[1 - position.mover]
        assert (position.winner is not None) == any(seen)
        assert position.over == (any(seen) or not (position.cells == 0).any())


@given(boards(), games)
def test_winning_lines_are_straight_full_and_lost_to(rules: Rules, draws: list[float]) -> None:
    for position in walk(rules, draws):
        lines = winning_lines(rules, position.other)
        assert bool(lines) == position.lost
        for line in lines:
            assert len(line) == rules.connect
            assert {position.cells[cell] for cell in line} == {2 - position.mover}
            steps = {(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(line)}
            assert steps <= {(-1, 0), (0, 1), (-1, 1), (1, 1)} and len(steps) < 2


def test_a_stone_may_complete_several_lines_and_a_long_row_holds_several() -> None:
    cross = Position.of_text("XOX\nOXO\nXOX", TIC_TAC_TOE)
    diagonals = [[(0, 0), (1, 1), (2, 2)], [(2, 0), (1, 1), (0, 2)]]
    assert winning_lines(TIC_TAC_TOE, cross.other) == diagonals
    row = board_rules(1, 5, 3, gravity=False)
    assert len(winning_lines(row, row.board)) == 3


@given(boards(), games)
def test_stones_fall_or_stay_where_they_are_put(rules: Rules, draws: list[float]) -> None:
    for position in walk(rules, draws)[:-1]:
        for action in position.legal_actions:
            before, after = position.cells, position.play(action).cells
            [(row, column)] = np.argwhere(before != after).tolist()
            move = move_of(rules, position.stones, action)
            assert cell_of(rules, move) == (row, column) and cell_bit(rules, row, column) == move
            assert action_of(rules, move) == action
            assert after[row, column] == position.mover + 1
            if rules.gravity:
                assert column == action and (before[row + 1 :, column] > 0).all()
            else:
                assert (row, column) == divmod(action, rules.columns)


@given(boards(), games)
def test_positions_read_back_as_they_were_written(rules: Rules, draws: list[float]) -> None:
    for position in walk(rules, draws):
        assert Position.of_text(str(position), rules) == position


def layers(rules: Rules, plies: int) -> list[set[Position]]:
    found = [{Position(rules)}]
    for _ in range(plies):
        found.append({each.play(action) for each in found[-1] for action in each.legal_actions})
    return found


def test_tic_tac_toe_has_5478_positions_of_which_958_end_the_game() -> None:
    found = layers(TIC_TAC_TOE, 9)
    assert [len(layer) for layer in found] == TIC_TAC_TOE_POSITIONS
    ends = Counter(each.winner for layer in found for each in layer if each.over)
    assert ends == {0: 626, 1: 316, None: 16}


def test_every_tic_tac_toe_position_has_a_key_and_a_number_of_its_own() -> None:
    positions = set().union(*layers(TIC_TAC_TOE, 9))
    for number in (position_key, table_index):
        assert len({number(p.rules, p.own, p.other) for p in positions}) == 5478
    assert all(0 <= table_index(p.rules, p.own, p.other) < 3**9 for p in positions)


def test_tic_tac_toe_has_255168_games() -> None:
    ends: Counter[int | None] = Counter()

    def play_on(position: Position) -> None:
        if position.over:
            ends[position.winner] += 1
        for action in position.legal_actions:
            play_on(position.play(action))

    first = Position(TIC_TAC_TOE)
    for action, alike in ((0, 4), (1, 4), (4, 1)):  # corners, edges, the centre
        before = Counter(ends)
        play_on(first.play(action))
        for winner in ends:
            ends[winner] += (alike - 1) * (ends[winner] - before[winner])
    assert ends == {0: 131_184, 1: 77_904, None: 46_080}


@pytest.mark.slow
def test_connect_four_has_as_many_positions_as_published() -> None:
    found = layers(CONNECT_FOUR, len(CONNECT_FOUR_POSITIONS) - 1)
    assert [len(layer) for layer in found] == CONNECT_FOUR_POSITIONS
    keys = {position_key(p.rules, p.own, p.other) for layer in found for p in layer}
    assert len(keys) == sum(CONNECT_FOUR_POSITIONS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 7, 4), "rows must be a whole number from 1 to 100, not 0"),
        ((True, 7, 4), "rows must be a whole number from 1 to 100, not True"),
        ((101, 7, 4), "rows must be a whole number from 1 to 100, not 101"),
        ((6, 7, 4, "maybe"), "gravity must be true or false, not 'maybe'"),
        ((6, 2.5, 4), "columns must be a whole number"),
        ((3, 3, 4), "No 4 in a row fit on a board of 3 x 3"),
    ],
)
def test_boards_that_cannot_be_are_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        board_rules(*arguments)


def test_boards_of_any_size_can_be_played_uncompiled() -> None:
    gomoku = board_rules(15, 15, 5, gravity=False)
    position = Position(gomoku)
    for column in range(5):
        position = position.play(7 * 15 + column)
        if column < 4:
            position = position.play(column)
    assert position.lost and position.winner == 0 and not gomoku.compilable


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ("41414142", "Move 8 of .*: 2 cannot be played here; the game is over"),
        ("4444444", "Move 7 of '4444444': 4 cannot be played here; legal are .1, 2, 3, 5, 6, 7"),
        ("48", "Move 2 of '48': 8 cannot be played"),
        ("4a", "Move 2 of '4a': 'a' is no number; expected 1 to 7"),
    ],
)
def test_moves_that_cannot_be_are_named(moves: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Position.of_moves(moves)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("...\n...", "Expected 3 lines of 3 cells"),
        ("...\n.Z.\n...", "Row 1, column 1 holds 'Z'"),
        ("XX.\n...\n...", "X has 2 stones more than O"),
    ],
)
def test_texts_that_show_no_position_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Position.of_text(text, TIC_TAC_TOE)


def test_a_stone_in_the_air_is_refused() -> None:
    with pytest.raises(ValueError, match="has a free cell below it"):
        Position.of_text("X..\n...\n...", board_rules(3, 3, 3))
