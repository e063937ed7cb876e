import functools

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, Position, board_rules
from spielfeld.envs.board_game.solver import Solver, action_scores, perfect_moves, solve

LARGEST = 12  # cells that plain minimax looks through in no time


@functools.cache
def minimax(position: Position) -> int:
    """Return the score of a position from its definition, without anything clever."""
    if position.lost:
        return -((position.rules.cells + 1 - (position.plies - 1)) // 2)
    return max((-minimax(position.play(a)) for a in position.legal_actions), default=0)


def reachable(position: Position, found: set[Position]) -> set[Position]:
    if position not in found:
        found.add(position)
        for action in position.legal_actions:
            reachable(position.play(action), found)
    return found


@st.composite
def positions(draw: st.DrawFn, cells: int = LARGEST) -> Position:
    rows = draw(st.integers(1, 5))
    columns = draw(st.integers(1, cells // rows))
    connect = draw(st.integers(2, max(2, rows, columns)))
    rules = board_rules(rows, columns, min(connect, max(rows, columns)), draw(st.booleans()))
    position = Position(rules)
    for _ in range(draw(st.integers(max(0, rules.cells - 10), rules.cells))):
        if position.legal_actions:
            position = position.play(draw(st.sampled_from(position.legal_actions)))
    return position


@pytest.mark.uncompiled
def test_tic_tac_toe_is_solved_in_each_of_its_5478_positions() -> None:
    found = reachable(Position(TIC_TAC_TOE), set())
    solver = Solver(TIC_TAC_TOE)
    assert len(found) == 5478
    assert all(solver.score(position) == minimax(position) for position in found)


@pytest.mark.uncompiled
@settings(deadline=None)
@given(positions())
def test_small_games_have_the_scores_of_plain_minimax(position: Position) -> None:
    scores = action_scores(position)
    assert solve(position) == minimax(position)
    for action, score in enumerate(scores.tolist()):
        if action in position.legal_actions:
            assert score == -minimax(position.play(action))
        else:
            assert np.isnan(score)


@pytest.mark.parametrize(
    ("board", "score"),
    [((3, 3, 3, False), 0), ((3, 4, 3, False), 3), ((4, 3, 3, False), 3), ((4, 4, 4, False), 0),
     ((4, 5, 4, False), 0), ((5, 4, 4, False), 0), ((4, 4, 4, True), 0), ((4, 5, 4, True), 0),
     ((4, 6, 4, True), -1)],
)  # fmt: skip
def test_small_boards_have_their_published_values(board, score) -> None:
    rules = board_rules(*board)
    assert solve(Position(rules)) == score


@pytest.mark.uncompiled
def test_perfect_play_never_loses_at_tic_tac_toe() -> None:
    env = gym.make("spielfeld/TicTacToe-v0", opponent="perfect")
    generator = np.random.default_rng(0)
    results = []
    for seed in range(40):
        _, info = env.reset(seed=seed)
        over = False
        while not over:
            action = generator.choice(np.flatnonzero(info["action_mask"]))
            _, reward, over, _, info = env.step(action)
        results.append(reward)
    assert max(results) == 0 and min(results) == -1


def test_perfect_moves_win_as_soon_and_lose_as_late_as_possible() -> None:
    for position in reachable(Position(TIC_TAC_TOE), set()):
        if not position.over:
            moves = perfect_moves(TIC_TAC_TOE, position.own, position.other)
            for action in position.legal_actions:
                after = position.play(action)
                best = -minimax(after) == minimax(position)
                assert bool(moves & after.other) == best


def test_many_boards_refuse_the_opponent_that_is_not_compiled() -> None:
    with pytest.raises(ValueError, match=r"one of the opponents random, rule.*, not .perfect."):
        gym.make_vec("spielfeld/TicTacToe-v0", 2, "vector_entry_point", opponent="perfect")


def test_boards_that_are_too_large_and_other_games_are_refused() -> None:
    with pytest.raises(ValueError, match="9 x 9 is too large to be solved"):
        Solver(board_rules(9, 9, 5))
    with pytest.raises(ValueError, match="another game"):
        Solver(TIC_TAC_TOE).score(Position(CONNECT_FOUR))
