"""Marks are right where the truth can be counted by hand."""

from pathlib import Path

import numpy as np
import pytest

from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import TIC_TAC_TOE, board_rules
from spielfeld.experiments.board_play.match import Player, named_player
from spielfeld.experiments.marking.generate import generate, save
from spielfeld.experiments.marking.marks import mark
from spielfeld.experiments.marking.positions import (
    CLASSES,
    HARD,
    STAGES,
    keeps_value,
    labelled,
    positions_of,
    shipped,
)
from spielfeld.experiments.marking.report import marking_lines
from spielfeld.experiments.marking.round_robin import (
    bradley_terry,
    openings,
    play,
    round_robin,
    strengths,
)
from tests.experiments.test_command_line import Say, say

__all__ = ["say"]
NAN = np.nan


def first_legal(position: Position) -> int:
    return position.legal_actions[0]


def test_a_move_keeps_the_value_if_the_result_stays_however_late_it_comes() -> None:
    scores = np.array([[3, 1, 0, -2, NAN], [-1, -4, NAN, NAN, NAN], [0, -1, 0, NAN, NAN]])
    kept = [[True, True, False, False, False], [True, True, False, False, False],
            [True, False, True, False, False]]  # fmt: skip
    assert keeps_value(scores).tolist() == kept


def test_marks_are_shares_of_right_moves_by_class() -> None:
    start = Position(TIC_TAC_TOE)
    rows = [(start, [1, 2, -1, *[NAN] * 6], 0), (start, [-1, 2, 3, *[NAN] * 6], 1)]
    found = labelled(TIC_TAC_TOE, [(p, np.array(s, float), k) for p, s, k in rows], ("a", "b"))
    (first, second, together), _ = mark(Player("first", first_legal), found)
    assert (first.keeps, first.best, second.keeps, second.best) == (1, 0, 0, 0)
    assert (together.name, together.positions, together.keeps) == ("all", 2, 0.5)
    assert (first.random_keeps, first.random_best) == pytest.approx((2 / 3, 1 / 3))


def test_the_perfect_player_is_marked_perfect_and_the_random_one_by_chance() -> None:
    positions = positions_of(TIC_TAC_TOE)
    assert positions is not None
    [perfect], _ = mark(named_player("perfect", seed=1), positions)
    assert (perfect.keeps, perfect.best) == (1, 1)
    [random], _ = mark(named_player("random", seed=1), positions)
    error = 4 * 0.5 / np.sqrt(len(positions))
    assert random.keeps == pytest.approx(perfect.random_keeps, abs=error)


def test_illegal_moves_are_named() -> None:
    with pytest.raises(ValueError, match="cheat plays 9 in"):
        mark(Player("cheat", lambda position: 9), positions_of(TIC_TAC_TOE))


def test_in_every_position_something_can_be_spoilt() -> None:
    positions = positions_of(TIC_TAC_TOE)
    kept, legal = keeps_value(positions.scores).sum(axis=1), (~np.isnan(positions.scores)).sum(1)
    assert ((kept > 0) & (kept < legal)).all() and len(set(positions)) == len(positions)


def test_shipped_positions_are_what_their_classes_say() -> None:
    found = shipped()
    kept, legal = keeps_value(found.scores).sum(axis=1), (~np.isnan(found.scores)).sum(axis=1)
    hard, stages = kept / legal <= HARD, list(STAGES.values())
    for k, position in enumerate(found):
        stage, level = divmod(int(found.kinds[k]), 2)
        assert position.plies in stages[stage] and hard[k] == level and not position.over
        legal_here = np.flatnonzero(~np.isnan(found.scores[k])).tolist()
        assert legal_here == position.legal_actions and kept[k] < legal[k]
    assert set(np.bincount(found.kinds, minlength=len(CLASSES)).tolist()) == {1_000}


@pytest.mark.slow
def test_the_same_seed_labels_the_same_positions(tmp_path, monkeypatch) -> None:
    late = dict.fromkeys(STAGES, range(30, 36))
    monkeypatch.setattr("spielfeld.experiments.marking.generate.STAGES", late)
    one, other = (generate(seed=3, each=2) for _ in range(2))
    assert np.array_equal(one.own, other.own) and len(one) == 2 * len(CLASSES)
    save(one, tmp_path / "few.npz")
    monkeypatch.setattr("spielfeld.experiments.marking.positions.SHIPPED", tmp_path / "few.npz")
    assert np.array_equal(shipped().scores, one.scores, equal_nan=True)


def test_every_opening_is_played_from_both_seats() -> None:
    assert len(openings(board_rules())) == 49 and len(openings(TIC_TAC_TOE)) == 72
    first, last = Player("first", first_legal), Player("last", lambda p: p.legal_actions[-1])
    points = round_robin([first, last], TIC_TAC_TOE)
    assert points.shape == (72, 2, 2)
    again = [play(first, last, opening) for opening in openings(TIC_TAC_TOE)]
    assert np.array_equal(points[:, 0, 1], again)
    assert np.isnan(points[:, [0, 1], [0, 1]]).all()


def test_strengths_are_those_that_the_points_were_drawn_from() -> None:
    true = np.array([300.0, 0.0, -300.0])
    chance = 1 / (1 + 10 ** ((true[None] - true[:, None]) / 400))
    points = (np.random.default_rng(1).random((4_000, 3, 3)) < chance).astype(float)
    points[:, range(3), range(3)] = NAN
    assert bradley_terry(points) == pytest.approx(true, abs=15)
    for found, expected in zip(strengths("abc", points), true, strict=True):
        assert found.low - 10 <= expected <= found.high + 10 and found.low < found.high


def test_who_always_wins_is_not_infinitely_strong() -> None:
    points = np.broadcast_to([[NAN, 1.0], [0.0, NAN]], (49, 2, 2))
    strong, weak = bradley_terry(points)
    assert 200 < strong < 1_500 and strong == pytest.approx(-weak)


@pytest.mark.slow
def test_the_report_shows_floor_seats_and_strengths() -> None:
    told = []
    player = named_player("rule", 1)
    lines = "\n".join(marking_lines(player, TIC_TAC_TOE, lambda *done: told.append(done)))
    assert told[-1] == (12, 12)
    for word in ("keep the value", "72 openings against", "begins", "perfect", "Elo", "ms a move"):
        assert word in lines


def test_games_that_nobody_has_labelled_are_marked_by_games_alone() -> None:
    lines = "\n".join(marking_lines(named_player("rule", 1), board_rules(2, 3, 2)))
    assert "This game has no labelled positions" in lines and "Elo" in lines


@pytest.mark.slow
def test_evaluate_marks_players_and_runs(say: Say) -> None:
    code, output, error = say("evaluate", "rule", "--source", "spielfeld/TicTacToe-v0")
    assert code == 0, error
    assert "rule at spielfeld/TicTacToe-v0" in output and "keep the value" in output
    say("train", "td-self-play", "spielfeld/TicTacToe-v0", "--samples", "2000")
    code, output, error = say("evaluate", str(next(Path("runs").iterdir())), "--no-mark")
    assert code == 0 and "share of perfect" in output and "Elo" not in output


def test_players_of_no_game_are_named(say: Say) -> None:
    code, _, error = say("evaluate", "rule", "--source", "spielfeld/FourRooms-v0")
    assert code == 2 and "is no board game, so rule cannot play it" in error
