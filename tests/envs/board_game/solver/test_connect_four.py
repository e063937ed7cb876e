import importlib.util

import numpy as np
import pytest

from spielfeld.benchmarks.board_solver import random_positions
from spielfeld.envs.board_game import CONNECT_FOUR, Position
from spielfeld.envs.board_game.solver import Solver, perfect_moves
from spielfeld.envs.board_game.solver.openings import (
    PACKAGE,
    STONES,
    new_openings,
    no_openings,
    opening_code,
    scores_of,
)

OPENING_SCORES = [-2, -1, 0, 1, 0, -1, -2]  # published by many
# Stones on the board and how many positions are drawn of each stage: early ones take longer.
STAGES = {14: 10, 16: 90, 18: 300, 20: 600, 22: 1000, 26: 1000, 30: 1000, 36: 1000}


@pytest.fixture(scope="module")
def solver() -> Solver:
    return Solver(CONNECT_FOUR)


def needs_openings() -> None:
    pytest.importorskip(PACKAGE, reason="the package with the table of openings is not installed")


@pytest.mark.slow
@pytest.mark.parametrize("stones", STAGES)
def test_scores_are_those_of_an_independent_solver(solver: Solver, stones: int) -> None:
    oracle = pytest.importorskip("bitbully.bitbully_core")
    peer, count = oracle.BitBullyCore(), STAGES[stones]
    for position in random_positions(stones, count, seed=1):
        board = oracle.BoardCore()
        assert board.setBoard(position.cells.tolist())
        assert solver.score(position) == peer.mtdf(board, 0), str(position)


def test_opening_columns_have_their_published_scores(solver: Solver) -> None:
    needs_openings()
    assert solver.action_scores(Position()).tolist() == OPENING_SCORES
    assert solver.score(Position()) == 1
    assert perfect_moves(CONNECT_FOUR, 0, 0) == 1 << 3 * CONNECT_FOUR.height


@pytest.mark.slow
def test_the_table_of_openings_agrees_with_the_search(solver: Solver) -> None:
    needs_openings()
    searching = Solver(CONNECT_FOUR, openings=False)
    for position in random_positions(STONES, 40, seed=2):
        before = solver.visited
        assert solver.score(position) == searching.score(position), str(position)
        assert solver.visited - before < 20  # it was looked up


def test_the_table_of_openings_is_sorted_and_full() -> None:
    needs_openings()
    openings = new_openings(CONNECT_FOUR)
    assert openings.codes.size == openings.scores.size == 4_200_899
    assert (np.diff(openings.codes.astype(np.int64)) > 0).all()
    assert np.abs(openings.scores).max() <= 15


def test_distances_become_scores() -> None:
    # Won with stone 12 + 29 = 41, lost with stone 12 + 12 = 24, drawn; see `scores_of`.
    distances = np.array([71, -88, 0], np.int8)
    assert scores_of(distances).tolist() == [(44 - 41) // 2, -(44 - 24) // 2, 0]


@pytest.mark.uncompiled
def test_opening_codes_read_columns_from_below() -> None:
    position = Position.of_moves("17")  # X on the left, O on the right
    code = 0b10_0_0_0_0_0_0_11_0_0
    assert opening_code(CONNECT_FOUR, position.own, position.other, False) == code
    image = 0b11_0_0_0_0_0_0_10_0_0
    assert opening_code(CONNECT_FOUR, position.own, position.other, True) == image


def test_without_the_package_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert new_openings.__wrapped__(CONNECT_FOUR).codes.size == no_openings().codes.size == 0


def test_a_search_that_was_left_goes_on_to_the_same_score(monkeypatch) -> None:
    told: list[tuple[int, int, int]] = []
    [position] = random_positions(18, 1, seed=3)
    alone = Solver(CONNECT_FOUR, openings=False)
    score = alone.score(position)
    monkeypatch.setattr(
        "spielfeld.envs.board_game.solver.solver.BETWEEN_REPORTS", alone.visited // 10
    )
    told_of = Solver(CONNECT_FOUR, openings=False, tell=lambda *news: told.append(news))
    assert told_of.score(position) == score and told_of.visited == alone.visited
    assert 9 <= len(told) <= 10
    assert all(low <= score <= high for _, low, high in told)


def test_mirror_images_have_mirrored_scores(solver: Solver) -> None:
    for position in random_positions(20, 20, seed=4):
        text = "\n".join(line[::-1] for line in str(position).splitlines())
        image = solver.action_scores(Position.of_text(text))
        assert np.array_equal(image[::-1], solver.action_scores(position), equal_nan=True)


@pytest.mark.uncompiled
def test_twelve_stones_and_their_mirror_image_are_looked_up() -> None:
    needs_openings()
    solver = Solver(CONNECT_FOUR)
    for moves, image in (("444444333313", "444444555575"), ("123456712345", "765432176543")):
        scores = [solver.score(Position.of_moves(each)) for each in (moves, image)]
        assert scores[0] == scores[1]
    assert solver.visited < 4 * 15  # questions, one position each
