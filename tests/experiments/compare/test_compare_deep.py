"""Comparisons of learners that act in many worlds at once."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments.command_line import main
from spielfeld.experiments.compare.curves import _band, _panels, plot_curves
from spielfeld.experiments.compare.report import columns, notes, rows
from spielfeld.experiments.compare.runs import RETURN, Measure, Planned, Result, result
from spielfeld.experiments.run import train
from spielfeld.experiments.spec import RunSpec

SEARCH = "tests.experiments.many_learner:Search"
SHORT = {"max_episode_steps": 100}


def line(
    seed: int, end: float, pace: float, many: bool = True, budget: int = 100, goal: float = 8.0
) -> Result:
    samples, scores = np.linspace(0, budget, 5), np.linspace(0, end, 5)
    return Result(
        "a", "world", seed, "{}", budget, end, RETURN, seconds=4 * pace, goal=goal,
        curve=np.array([samples, scores]), clock=pace * np.arange(5.0), many=many,
    )  # fmt: skip


def test_goal_of_a_world_without_a_model_is_a_return(tmp_path: Path) -> None:
    run = train(RunSpec(SEARCH, "CartPole-v1", 800, source_options=SHORT), tmp_path)
    scores, planned = run.scores, Planned("search", "CartPole-v1", run.spec)

    def passed(measure: Measure) -> tuple[object, ...]:
        line = result(planned, run, measure)
        return line.goal, line.goal_samples, line.goal_seconds, line.goal_reached

    known = 475  # as Gymnasium has it registered
    assert passed(Measure()) == (known, 800, run.summary["seconds"], False)
    least = scores["value"].min()
    assert passed(Measure(passing=least)) == (
        least, scores["samples"][0], scores["seconds"][0], True
    )  # fmt: skip


def test_goal_is_named_in_the_table() -> None:
    found = rows({("ppo", "world"): [line(0, 9.0, 1.0)]})
    assert "samples to 95 % of perfect" not in columns(found, Measure())[0]
    passed = replace(line(0, 9.0, 1.0), goal_samples=75.0, goal_seconds=3.0, goal_reached=True)
    header, (words,) = columns(rows({("ppo", "world"): [passed]}), Measure())
    assert words[header.index("samples to a return of 8")] == "75"
    assert words[header.index("seconds to it")] == "3"


def test_clock_stands_beside_samples_where_one_acts_in_many_worlds() -> None:
    deep, table = [line(0, 9.0, 1.0)], [line(0, 8.0, 0.01, many=False)]
    both = _panels({("ppo", "world"): deep, ("q-learning", "world"): table})
    assert [(panel.clock, list(panel.curves)) for panel in both] == [
        (False, ["ppo", "q-learning"]),
        (True, ["ppo", "q-learning"]),
    ]
    assert [panel.clock for panel in _panels({("q-learning", "world"): table})] == [False]


def test_curve_by_the_clock_is_drawn_at_the_mean_of_the_seconds_of_all_seeds() -> None:
    seconds, middle, _, _ = _band([line(0, 8.0, 1.0), line(1, 8.0, 3.0)], 1.0, clock=True)
    assert seconds.tolist() == [2, 4, 6, 8] and middle.tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize("pace", [0.5, 0.001])
def test_picture_is_drawn_whoever_is_faster(tmp_path: Path, pace: float) -> None:
    found = {("ppo", "world"): [line(0, 9.0, 1.0)], ("dqn", "world"): [line(0, 8.0, pace)]}
    plot_curves(found, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 10_000


def test_rest_that_fills_no_step_of_many_worlds_is_no_other_budget() -> None:
    for budget, noted in ((99, False), (90, True)):
        found = rows({("a", "w"): [line(0, 1.0, 1.0)],
                      ("b", "w"): [line(0, 1.0, 1.0, budget=budget)]})  # fmt: skip
        assert any("Budgets" in note for note in notes(found)) is noted


def test_command_compares_them_with_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    learners = [f"{SEARCH}:label=search,samples=401", "q-learning:samples=400"]
    rest = ["--seeds", "2", "--jobs", "1", "--output", "here"]
    words = ["compare", *learners, "--source", "spielfeld/CliffWalking-v0", *rest]
    assert main(words) == 0
    content = json.loads(Path("here/comparison.json").read_text())
    assert [run["budget"] for run in content["runs"]] == [400] * 4
    assert {row["goal"] for row in content["rows"]} == {0.95}
    assert main([*words[:-2], "--passing", "nan"]) == 2
    assert "passing must be a number" in capsys.readouterr().err
