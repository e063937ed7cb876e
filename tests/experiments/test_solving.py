import pytest

from spielfeld.envs.board_game import Position, board_rules
from spielfeld.envs.board_game.solver.solver import solver_of
from spielfeld.experiments.board_play.match import solving, truths


def test_a_long_search_tells_how_far_it_is_and_scores_as_ever(monkeypatch, capsys) -> None:
    rules = board_rules(4, 4, 4)
    told: list[tuple[int, int, int]] = []
    monkeypatch.setattr("spielfeld.envs.board_game.solver.solver.BETWEEN_REPORTS", 1000)
    monkeypatch.setenv("FORCE_COLOR", "1")
    solver = solver_of(rules)
    solver.forget()
    with solving(rules):
        shown = solver.tell
        assert shown is not None
        solver.tell = lambda *news: (told.append(news), shown(*news))
        assert solver.score(Position(rules)) == 0
    assert solver.tell is None and len(told) > 3
    assert "M positions, score" in capsys.readouterr().err


def test_a_search_within_another_shows_one_bar_and_whoever_shows_something_is_told(monkeypatch):
    rules, said = board_rules(4, 4, 4), []
    monkeypatch.setattr("spielfeld.envs.board_game.solver.solver.BETWEEN_REPORTS", 1000)
    solver_of(rules).forget()
    with solving(rules, said.append):
        assert truths(Position(rules)).tolist() == [0] * 4
    assert len(said) > 3 and said[0].startswith("solving: 0 M positions, score -")
    assert solver_of(rules).tell is None


def test_the_bar_goes_when_a_search_fails() -> None:
    rules = board_rules(4, 4, 4)
    with pytest.raises(KeyError), solving(rules):
        raise KeyError
    assert solver_of(rules).tell is None
