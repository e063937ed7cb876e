import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents.planning import value_iteration
from spielfeld.agents.tabular import QLearning
from spielfeld.benchmarks.all import COMPARISONS
from spielfeld.benchmarks.command import choose
from spielfeld.benchmarks.comparison import (
    Comparison,
    Result,
    Side,
    Sides,
    fastest,
    figure,
    run,
    show,
)
from spielfeld.benchmarks.q_learning import SETTINGS, plain_q_learning
from spielfeld.benchmarks.q_learning_c import WORLD, compile_c, compiler
from spielfeld.benchmarks.tabular import METHODS, plain_loop, settings
from spielfeld.benchmarks.testbed import our_figure, plain_figure
from spielfeld.benchmarks.value_iteration import (
    DISCOUNT,
    TOLERANCE,
    plain_value_iteration,
)
from spielfeld.envs import TabularModel, maze_layout
from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout_file import read_layout
from spielfeld.experiments.command_line import main
from spielfeld.experiments.registry import find_learner

OURS = [one.name for one in COMPARISONS if one.name != "vector-env" and not one.missing]


def comparison_of(ours: Side, peer: Side) -> Comparison:
    return Comparison("name", "title", "steps/s", 4, lambda quick: Sides(ours, peer))


def test_sides_take_turns_and_the_first_turn_only_warms_up() -> None:
    order: list[str] = []
    figures = iter(range(100))

    def side(name: str) -> Side:
        return Side(name, lambda: order.append(name) or float(next(figures)))

    result = run(comparison_of(side("ours"), side("peer")), 3, True, lambda word: None)
    assert order == ["ours", "peer"] * 4
    assert result.ours == [2, 4, 6]
    assert result.peer == [3, 5, 7]


def test_what_either_side_has_to_say_is_shown_and_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours = Side("ours", lambda: 1.0, lambda: "3 of 3 passed")
    peer = Side("peer", lambda: 2.0, lambda: "1 of 3 passed")
    result = run(comparison_of(ours, peer), 2, True, lambda word: None)
    show([result], {}, {})
    printed = capsys.readouterr().out
    for name, note in (("ours", "3 of 3 passed"), ("peer", "1 of 3 passed")):
        assert result.summary()[name]["note"] == note
        assert note in printed


def test_ratio_says_how_many_times_better_whichever_way_better_is() -> None:
    rates = comparison_of(Side("", float), Side("", float))
    assert Result(rates, ("", ""), [8.0, 12.0], [2.0, 4.0]).ratios == [4, 3]
    times = replace(rates, less_is_better=True)
    assert Result(times, ("", ""), [2.0, 4.0], [8.0, 12.0]).ratios == [4, 3]


def test_target_holds_when_the_median_ratio_reaches_it() -> None:
    comparison = comparison_of(Side("", float), Side("", float))
    assert Result(comparison, ("", ""), [1.0, 4.0, 9.0], [1.0] * 3).holds
    assert not Result(comparison, ("", ""), [1.0, 3.9, 9.0], [1.0] * 3).holds


def test_peer_at_its_best_is_the_best_of_the_settings_that_lead() -> None:
    lucky = iter([100.0, 1.0, 1.0])
    late = iter([4.0, 4.0, 4.0, 9.0])
    sides = [
        Side("lucky", lambda: next(lucky)),
        Side("late", lambda: next(late)),
        Side("steady", lambda: 5.0),
    ]
    best = fastest(sides, kept=2)
    assert best.name == "steady"
    assert best.measure() == 9


@pytest.mark.parametrize(("number", "text"), [(0.0123, "0.0123"), (1234, "1.23 k"), (5e7, "50 M")])
def test_figures_are_written_to_three_digits(number: float, text: str) -> None:
    assert figure(number) == text


def test_numpy_peer_solves_a_maze_to_the_same_bound() -> None:
    model = grid_model(maze_layout(11, 11, seed=3, slip=0.2))[0]
    ours = value_iteration(model, DISCOUNT, TOLERANCE).values
    assert np.abs(plain_value_iteration(model) - ours).max() <= 2 * TOLERANCE


def test_plain_peer_learns_the_same_values_as_the_learner() -> None:
    ends = np.array([[[True], [True]], [[True], [True]]])
    reward = np.array([[[1.0], [3.0]], [[0.0], [0.0]]])
    model = TabularModel(
        np.ones((2, 2, 1)), np.ones((2, 2, 1), int), reward, ends, np.array([1.0, 0.0])
    )
    ours = QLearning(seed=1)
    ours.learn(gym.make("spielfeld/Tabular-v0", model=model), 2_000)
    table = plain_q_learning(gym.make("spielfeld/Tabular-v0", model=model), 2_000)
    assert np.allclose(table[0], [1, 3])
    assert np.allclose(ours.action_values, table)


@pytest.mark.parametrize("name", METHODS)
def test_plain_methods_learn_what_the_compiled_ones_learn(name: str) -> None:
    # Weighted returns of earlier greedy policies linger: there the shortest of walks must do.
    way = "SG" if name == "off-policy-monte-carlo" else "P..S..G"
    layout = read_layout(f"map = '''\n{way}\n'''\n[legend]\nG = {{ reward = 1 }}")
    wanted = {
        "discount": 0.9, "exploration_rate": 1.0, "final_exploration_rate": 1.0,
        "learning_rate": 1.0, "learning_rate_decay": 0.1, "bonus_weight": 0.0,
    }  # fmt: skip
    known = {field.name for field in fields(settings(name))}
    config = replace(settings(name), **{key: wanted[key] for key in wanted.keys() & known})
    env = gym.make("spielfeld/GridWorld-v0", layout=layout)
    learner = find_learner(name)(config, 1)
    learner.learn(env, 8_000)
    often = learner.visits > (0 if name == "prioritized-sweeping" else 100)
    table = plain_loop(METHODS[name], config, env, 8_000)
    assert often.any()
    assert np.allclose(learner.action_values[often], table[often], atol=0.15)


@pytest.mark.skipif(not compiler(), reason="there is no C compiler")
def test_loop_in_c_learns_the_same_table_bit_for_bit() -> None:
    learner = QLearning(SETTINGS, seed=4)
    learner.learn(gym.make(WORLD), 30_000)
    assert compile_c()(4, 30_000).tobytes() == learner.action_values.tobytes()


def test_every_comparison_of_ours_runs_and_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert (
        main(["benchmark", "--quick", "--repeats", "1", "--json", str(file), "--only", *OURS]) == 0
    )
    results = json.loads(file.read_text())["results"]
    assert [result["name"] for result in results] == OURS
    assert all(len(result["ours"]["all"]) == 1 for result in results)
    assert all(result["ratio"]["median"] > 0 for result in results)
    printed = capsys.readouterr().out
    assert all(name in printed for name in OURS)
    assert "Python" in printed


def test_envpool_is_measured_both_in_whole_and_in_part_batches() -> None:
    pytest.importorskip("envpool", reason="pip install 'spielfeld[peers]'")
    from spielfeld.benchmarks.vector_env import _envpool

    assert _envpool(64, 1, 64, 64).measure() > 0
    assert _envpool(64, 2, 32, 64).measure() > 0


def test_peer_that_is_missing_is_named_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    absent = replace(COMPARISONS[1], needs="no_such_peer")
    monkeypatch.setattr("spielfeld.benchmarks.all.COMPARISONS", (absent,))
    assert main(["benchmark", "--json", str(tmp_path / "figures.json")]) == 0
    printed = capsys.readouterr().out
    assert "no_such_peer is not installed" in printed
    assert "spielfeld[peers]" in printed


def test_a_beginning_stands_for_all_names_that_have_it() -> None:
    names = [one.name for one in choose(["logistic-regression", "testbed", "q-learning"])]
    sizes = ["1e3", "1e4", "1e5", "1e6"]
    assert names == [*(f"logistic-regression-{size}" for size in sizes), "testbed", "q-learning"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "vektor"], "There is no comparison 'vektor'"),
        (["--repeats", "0"], "repeats must be 1 or more"),
    ],
)
def test_wrong_options_are_answered_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_script_shows_help() -> None:
    script = Path(__file__).parents[2] / "scripts" / "benchmark.py"
    shown = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert "--repeats" in shown.stdout


def test_both_testbeds_play_the_same_game() -> None:
    for ours, peer in zip(our_figure(1_000, 60), plain_figure(1_000, 60), strict=True):
        # Two means of 1,000 rewards with deviation sqrt(2) at most, and of 60 steps, differ by
        # 4 x .063 at most, even if all steps of a run were one.
        assert ours[0].mean() == pytest.approx(peer[0].mean(), abs=0.25)
        assert ours[1].mean() == pytest.approx(peer[1].mean(), abs=4 * 0.0224)
