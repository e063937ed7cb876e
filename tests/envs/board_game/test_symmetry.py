import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spielfeld.compiled import compiled
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, TIC_TAC_TOE, Rules, board_rules, has_line
from spielfeld.envs.board_game.symmetry import canonical, canonical_symmetry, symmetries, turned

BOARDS = [
    TIC_TAC_TOE, CONNECT_FOUR, board_rules(2, 5, 3, False), board_rules(4, 4, 3, False),
    board_rules(5, 3, 3, True),
]  # fmt: skip


def stones_of(rules: Rules, cells: np.ndarray) -> int:
    bits = (1 << (column * rules.height + rules.rows - 1 - row)
            for row, column in np.argwhere(cells).tolist())  # fmt: skip
    return sum(bits)


def by_turning_arrays(cells: np.ndarray, symmetry: int) -> np.ndarray:
    cells = cells[:, ::-1] if symmetry & 1 else cells
    cells = cells[::-1] if symmetry & 2 else cells
    return np.rot90(cells.T, 2) if symmetry & 4 else cells  # along the other diagonal


@st.composite
def positions(draw: st.DrawFn) -> tuple[Rules, np.ndarray]:
    rules = draw(st.sampled_from(BOARDS))
    cells = draw(st.lists(st.integers(0, 2), min_size=rules.cells, max_size=rules.cells))
    return rules, np.array(cells).reshape(rules.rows, rules.columns)


@given(positions())
def test_bitboards_turn_as_arrays_do(position: tuple[Rules, np.ndarray]) -> None:
    rules, cells = position
    for symmetry in range(symmetries(rules)):
        own, expected = cells == 1, by_turning_arrays(cells, symmetry) == 1
        assert turned(rules, stones_of(rules, own), symmetry) == stones_of(rules, expected)


@given(positions())
def test_a_position_and_all_that_it_turns_into_share_a_representative(
    position: tuple[Rules, np.ndarray],
) -> None:
    rules, cells = position
    own, other = (stones_of(rules, cells == player) for player in (1, 2))
    shared = canonical(rules, own, other)
    alike = [
        (turned(rules, own, symmetry), turned(rules, other, symmetry))
        for symmetry in range(symmetries(rules))
    ]
    assert shared == min(alike) == alike[canonical_symmetry(rules, own, other)]
    assert {canonical(rules, *each) for each in alike} == {shared}
    assert {has_line(rules, each) for each, _ in alike} == {has_line(rules, own)}


@pytest.mark.parametrize(("rules", "count"), list(zip(BOARDS, [8, 2, 4, 8, 2], strict=True)))
def test_boards_have_as_many_symmetries_as_they_should(rules: Rules, count: int) -> None:
    crooked = stones_of(rules, np.arange(rules.cells).reshape(rules.rows, rules.columns) < 2)
    assert symmetries(rules) == count
    assert len({turned(rules, crooked, symmetry) for symmetry in range(count)}) == count


def test_tic_tac_toe_has_765_positions_up_to_symmetry() -> None:
    layer, found = {Position(TIC_TAC_TOE)}, set()
    while layer:
        found |= {canonical(TIC_TAC_TOE, each.own, each.other) for each in layer}
        layer = {each.play(action) for each in layer for action in each.legal_actions}
    assert len(found) == 765


def turned_stones(rules, stones, symmetry):
    return turned(rules, stones, symmetry)


def test_compiled_boards_turn_the_same() -> None:
    for rules in (TIC_TAC_TOE, CONNECT_FOUR):
        stones = rules.board & 0x123456789ABCDE
        for symmetry in range(symmetries(rules)):
            assert compiled(turned_stones)(rules, stones, symmetry) == turned(
                rules, stones, symmetry
            )
